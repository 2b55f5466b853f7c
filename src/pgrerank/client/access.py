"""Where the service is and the key to it, which no message shows."""

import json
import re
from dataclasses import dataclass, field

import httpx

from pgrerank.client.errors import InvalidCallError

_KEY = re.compile(r"[!-~]+")
#: what stands in the place of a key
_HIDDEN = "[key]"
#: shorter ones occur in any text
_SHORTEST_HIDDEN = 6


@dataclass(frozen=True, slots=True)
class Access:
    """A service and a key to it.

    Raises:
        InvalidCallError: The URL is none of HTTP or holds a password, or the key cannot be sent.
            The message shows neither password nor key.
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
                "must be visible ASCII characters alone; it has blanks, line breaks or others. "
                "Was it read from a file with the newline at its end?",
            )

    def redact(self, text: str) -> str:
        """A text without the key."""
        if len(self.key) < _SHORTEST_HIDDEN:
            return text
        return text.replace(self.key, _HIDDEN).replace(json.dumps(self.key)[1:-1], _HIDDEN)

    @property
    def base(self) -> str:
        """The URL that paths are added to."""
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
            "url", "must hold no user and password: the key is what is sent in their place"
        )
    if parsed is None or parsed.scheme not in ("http", "https") or not parsed.host:
        raise InvalidCallError("url", "must be one of http or https, such as http://127.0.0.1:8080")
    if parsed.query or parsed.fragment:
        raise InvalidCallError("url", "must have neither a query nor a fragment")
