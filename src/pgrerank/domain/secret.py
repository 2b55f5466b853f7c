"""Find the passwords in an address, and remove secrets from texts."""

import json
import re
from collections.abc import Iterable
from urllib.parse import unquote

HIDDEN = "***"
#: characters; removing shorter secrets would damage ordinary words
_SHORTEST = 4
_USER_INFO = re.compile(r"://[^:@/]*:(?P<password>.*)@", re.DOTALL)
#: a URL without a host, `postgres://a:secret/d`
_NO_HOST = re.compile(r"://[^:@/]*:(?P<password>[^@/?,]*[^@/?,\d][^@/?,]*)(?:[/?]|$)")
_PARAMETER = re.compile(
    r"(?:password|token)\s*=\s*(?:'(?P<quoted>(?:\\.|[^'])*)'|(?P<bare>[^\s&]+))"
)
_PART = re.compile(r"[^\s:/@?&=,'\[\]]+")


def in_address(text: str) -> frozenset[str]:
    """The passwords in a URL or connection string, even a malformed one, raw and percent-decoded.

    A password that equals a public part is left out: removing it would hide the user or host name.
    """
    patterns = (_USER_INFO, _NO_HOST, _PARAMETER)
    spans = [
        match.span(name)
        for pattern in patterns
        for match in pattern.finditer(text)
        for name in pattern.groupindex
        if match[name]
    ]
    written = [text[start:end] for start, end in spans]
    public = "".join(
        " " if any(start <= place < end for start, end in spans) else character
        for place, character in enumerate(text)
    )
    meant = {form for value in written for form in (value, unquote(value))}
    return frozenset(meant - set(_PART.findall(public)))


def redact(text: str, secrets: Iterable[str]) -> str:
    """The text with `***` for each secret of four or more characters, even if quoted or in JSON."""
    forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, HIDDEN)
    return text


def _forms(secret: str) -> set[str]:
    """A secret as it is, in repr(), in JSON, and in one within the other."""
    once = {secret, *_quoted_forms(secret)}
    return once.union(*map(_quoted_forms, once))


def _quoted_forms(text: str) -> Iterable[str]:
    yield repr(text)[1:-1]
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]
