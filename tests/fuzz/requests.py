"""Whole requests as bytes: valid, with an invalid value, or with corrupted bytes."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.fuzz.values import TEXTS, Sampler, odd, spoiled

METHODS = ("get", "put", "post", "patch", "delete")
MEDIA = [
    "application/json",
    "application/json; charset=latin-1",
    "application/x-ndjson",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=\xff",
    "application/msgpack",
    "",
    "json",
    "\xff/\xfe",
]
#: bytes that are inserted somewhere into a body
INSERTS = [
    b"\xff", b"\xe9", b"\xc3", b"\xed\xa0\x80", b"\x00", b"\xef\xbb\xbf", b"\\ud800", b"\\u0000",
    b"NaN", b"-Infinity", b"1e999", b"-1e999", b"1" * 99, b"1" * 400, b"0.1e-99999", b'"', b"\\",
    b"{", b"}", b"[" * 200, b"]", b",", b":", b"\n", b"\r\n", b'{"id":"x","text":"y"}\n', b"/**/",
    b'"query":"twice",',
]  # fmt: skip
HEADERS = [
    b"X-Request-ID: \xff\xfe",
    b"X-Request-ID: " + b"a" * 5000,
    b"X-Pgrerank-Collection: docs",
    b"X-Pgrerank-Collection: \xc3\xa4",
    b"X-Pgrerank-Collection: " + b"b" * 300,
    b"Accept: nothing/at-all",
    b"Accept-Encoding: \xff",
    b"Content-Encoding: gzip",
    b"Cookie: a=\xff; =; b",
    b"Authorization: Bearer \xff",
    b"Authorization: Basic eDp5",
    b"Host: \xff",
    b"Range: bytes=0-",
    b"Expect: 100-continue",
]


@dataclass(frozen=True, slots=True)
class Request:
    """A request, and its name in a report."""

    route: str
    data: bytes


class Requests:
    """Draws requests for the routes of an OpenAPI document.

    Args:
        description: The OpenAPI document.
        keys: Credentials by the beginning of the paths they open; the longest decides.
        seed: The same seed draws the same requests.
    """

    def __init__(self, description: Mapping[str, Any], keys: Mapping[str, str], seed: int) -> None:
        self._draw = random.Random(seed)  # noqa: S311 - the same requests every time
        self._sampler = Sampler(description["components"]["schemas"], self._draw)
        self._keys = keys
        self._routes = [
            (method, path, operation)
            for path, operations in description["paths"].items()
            for method, operation in operations.items()
            if method in METHODS
        ]

    def drawn(self) -> Request:
        """The next request."""
        method, path, operation = self._draw.choice(self._routes)
        if self._draw.random() < 0.02:
            method = self._draw.choice([*METHODS, "head", "options", "trace", "nonsense"])
        body, media = self._body(operation)
        target = self._path(path, operation) + self._query(operation)
        lines = [
            f"{method.upper()} {target} HTTP/1.1".encode("latin-1"),
            b"Host: fuzz",
            *self._headers(path),
        ]
        lines.append(f"Content-Type: {media}".encode("latin-1"))
        head = b"\r\n".join(lines) + b"\r\n"
        return Request(f"{method.upper()} {path}", head + self._framed(body))

    def _headers(self, path: str) -> list[bytes]:
        found: list[bytes] = []
        if self._draw.random() > 0.01:
            begin = max((each for each in self._keys if path.startswith(each)), key=len)
            found.append(f"Authorization: Bearer {self._keys[begin]}".encode())
        if self._draw.random() < 0.1:
            found.append(self._draw.choice(HEADERS))
        return found

    def _framed(self, body: bytes) -> bytes:
        if not body or self._draw.random() > 0.1:
            return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        cut = self._draw.randrange(len(body))
        parts = [part for part in (body[:cut], body[cut:]) if part]
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
        return b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"

    def _path(self, path: str, operation: Mapping[str, Any]) -> str:
        for each in operation.get("parameters", ()):
            if each["in"] != "path":
                continue
            mark = "{" + each["name"] + "}"
            path = path.replace(mark, self._path_value(each["schema"]))
        return path

    def _path_value(self, schema: Mapping[str, Any]) -> str:
        if schema.get("format") == "uuid":
            value = self._draw.choice(["0198c7d2-6c1f-7d0e-8f57-3c9b7a1e2d4f", *TEXTS[22:24], "x"])
        else:
            value = self._draw.choice(["docs"] * 100 + TEXTS)
        value = value[:300]
        return quote(value.encode(errors="replace"), safe="") or "%20"

    def _query(self, operation: Mapping[str, Any]) -> str:
        names = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
        if self._draw.random() < 0.03:
            names.append(self._draw.choice(["limt", "x", "%ff", "atomic"]))
        given = [name for name in names if self._draw.random() < 0.3]
        pairs = [f"{name}={self._query_value()}" for name in given]
        return "?" + "&".join(pairs) if pairs else ""

    def _query_value(self) -> str:
        if self._draw.random() < 0.1:
            return self._draw.choice(["%ff", "%", "%zz", "%00", "%ed%a0%80", "+", ""])
        value = odd(self._draw)
        text = value if isinstance(value, str) else json.dumps(value)
        return quote(text.encode(errors="replace")[:2000], safe="")

    def _body(self, operation: Mapping[str, Any]) -> tuple[bytes, str]:
        content = operation.get("requestBody", {}).get("content", {})
        if not content:
            return b"", "application/json"
        media = self._draw.choice(list(content))
        is_lines = media.endswith("ndjson")
        # Lines are described as text; each is an element of the array that the same call takes.
        body = self._encoded(content["application/json" if is_lines else media]["schema"], is_lines)
        if self._draw.random() < 0.25:
            body = self._damaged(body)
        if self._draw.random() < 0.04:
            media = self._draw.choice(MEDIA)
        return body, media

    def _encoded(self, schema: Mapping[str, Any], is_lines: bool) -> bytes:  # noqa: FBT001
        value = self._sampler.value(schema)
        for _ in range(self._draw.choice([0, 1, 1, 1, 2, 3])):
            value = spoiled(value, self._draw)
        if is_lines and isinstance(value, list):
            return b"\n".join(_written(each) for each in value)
        return _written(value)

    def _damaged(self, body: bytes) -> bytes:
        place = self._draw.randrange(len(body) + 1)
        match self._draw.randrange(5):
            case 0:
                return body[:place]
            case 1:
                return body[:place] + bytes([self._draw.randrange(256)]) + body[place + 1 :]
            case 2:
                return self._draw.choice(INSERTS) + body
            case _:
                return body[:place] + self._draw.choice(INSERTS) + body[place:]


def _written(value: Any) -> bytes:
    """JSON in which half a surrogate pair is an escape or, as bytes, invalid UTF-8."""
    try:
        return json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value).encode()
