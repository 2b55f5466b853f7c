"""The socket that the service listens on."""

import socket

BACKLOG = 2048


def bind_socket(host: str, port: int) -> socket.socket:
    """A socket that has its address and does not listen yet.

    An answer is written in two parts, headers and body. Under Nagle's algorithm the second waits
    for the acknowledgement of the first, which a client delays by 40 ms. asyncio turns the
    algorithm off only for sockets that name their protocol, which this one does not.

    Args:
        host: Address to listen on.
        port: Port to listen on; 0: any free one.

    Raises:
        OSError: The address cannot be bound, such as one that another process listens on.
    """
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.bind((host, port))
    except OSError:
        made.close()
        raise
    return made


def url(listener: socket.socket) -> str:
    """Where the socket is reached over HTTP."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
