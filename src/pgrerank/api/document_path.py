"""Routes paths of documents whose id contains slashes."""

import re
from urllib.parse import unquote

from litestar.types import ASGIApp, Receive, Scope, Send

#: of the encoded path: what comes before the id, the id, and what comes after it
_PATH = re.compile(rb"(.*/collections/[^/]+/documents/)([^?]+?)(/related)?(?:\?.*)?", re.DOTALL)
#: stands for slashes while the router looks for the route
_NO_SLASH = "\N{DIVISION SLASH}"


class DocumentPath:
    """ASGI layer that makes the id of a document one segment of its path, for the router.

    The router reads the decoded path, in which slashes of an id look like those of the path. A path
    whose last segment is `related` means the related documents; an id that ends so needs `%2F`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (found := _PATH.fullmatch(scope["raw_path"])):
            before, document_id, after = (unquote(part or b"") for part in found.groups())
            scope["path"] = before + document_id.replace("/", _NO_SLASH) + after
        await self._app(scope, receive, send)


def exact_id(raw_path: bytes) -> str:
    """The id of the document in a path of the API, as the caller wrote it.

    Raises:
        UnicodeDecodeError: It is not percent-encoded UTF-8.
    """
    found = _PATH.fullmatch(raw_path)
    return unquote(found[2].decode(), errors="strict") if found else ""
