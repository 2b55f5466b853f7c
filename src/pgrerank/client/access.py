"""URL and API key of the service. Messages never show the key."""

import json
import re
from dataclasses import dataclass, field

import httpx

from pgrerank.client.errors import InvalidCallError

_KEY = re.compile(r"[!-~]+")
#: replacement for a key in texts
_HIDDEN = "[key]"
#: shorter keys are not replaced: they may occur in any text
_SHORTEST_HIDDEN = 6


@dataclass(frozen=True, slots=True)
class Access:
    """URL and API key of a service.

    Raises:
        InvalidCallError: The URL is not an HTTP URL or contains a password, or the key cannot be
            sent. The message shows neither password nor key.
    """

    url: str
    key: str = field(repr=False)

    def __post_init__(self) -> None:
        _check_url(self.url)
        if not isinstance(self.key, str) or not self.key:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidCallError("key", "must be a text that is not empty")
        if not _KEY.fullmatch(self.key):
            raise InvalidCallError(
                "key",
                "must consist of visible ASCII characters; it has blanks, line breaks or others. "
                "Was it read from a file that ends with a newline?",
            )

    def redact(self, text: str) -> str:
        """The text with the key replaced."""
        if len(self.key) < _SHORTEST_HIDDEN:
            return text
        return text.replace(self.key, _HIDDEN).replace(json.dumps(self.key)[1:-1], _HIDDEN)

    @property
    def base(self) -> str:
        """The URL without trailing slash."""
        return self.url.rstrip("/")


def _check_url(url: object) -> None:
    if not isinstance(url, str):
        raise InvalidCallError("url", "must be a text, such as http://127.0.0.1:8080")
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        parsed = None
    if parsed is not None and parsed.userinfo:
        raise InvalidCallError(
            "url", "must not contain a user or a password: the key authenticates calls"
        )
    if parsed is None or parsed.scheme not in ("http", "https") or not parsed.host:
        raise InvalidCallError("url", "must be an http or https URL, such as http://127.0.0.1:8080")
    if parsed.query or parsed.fragment:
        raise InvalidCallError("url", "must have neither a query nor a fragment")
