"""The socket that the service listens on."""

import socket

BACKLOG = 2048


def bind_socket(host: str, port: int) -> socket.socket:
    """A socket that is bound to its address and does not listen yet.

    Sets TCP_NODELAY. A response is written in two parts, headers and body. With Nagle's algorithm
    the body waits for the acknowledgement of the headers, which a client delays by 40 ms. asyncio
    disables the algorithm only for sockets created with a protocol, unlike this one.

    Args:
        host: Address to listen on.
        port: Port to listen on; 0: any free port.

    Raises:
        OSError: The address cannot be bound, for example because another process uses it.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def url(listener: socket.socket) -> str:
    """The HTTP URL of the socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
