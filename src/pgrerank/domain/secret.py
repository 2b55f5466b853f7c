"""Secrets in texts: which an address holds, and a text without them."""

import json
import re
from collections.abc import Iterable
from urllib.parse import unquote

HIDDEN = "***"
#: shorter ones would take pieces out of ordinary words
_SHORTEST = 4
_USER_INFO = re.compile(r"://[^:@/]*:(?P<password>.*)@", re.DOTALL)
#: `a:secret/d`, whose host was forgotten
_NO_HOST = re.compile(r"://[^:@/]*:(?P<password>[^@/?,]*[^@/?,\d][^@/?,]*)(?:[/?]|$)")
_PARAMETER = re.compile(
    r"(?:password|token)\s*=\s*(?:'(?P<quoted>(?:\\.|[^'])*)'|(?P<bare>[^\s&]+))"
)
_PART = re.compile(r"[^\s:/@?&=,'\[\]]+")


def in_address(text: str) -> frozenset[str]:
    """The passwords in a URL or a connection string, as written and as meant, however malformed.

    Not one that is also a public part of it: a message would lose the name of the user or host.
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
    """The text with `***` for each secret of four characters or more, also quoted or in JSON."""
    forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, HIDDEN)
    return text


def _forms(secret: str) -> set[str]:
    """As it is, and as it looks in a representation, in JSON, and in one inside the other."""
    once = {secret, *_quoted_forms(secret)}
    return once.union(*map(_quoted_forms, once))


def _quoted_forms(text: str) -> Iterable[str]:
    yield repr(text)[1:-1]
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]
