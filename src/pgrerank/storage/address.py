"""Checks of PostgreSQL URLs before use, since libpq's error messages quote the URL."""

import difflib
import re
from typing import Self

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict

from pgrerank.domain import secret
from pgrerank.domain.errors import SettingsError

SERVICE = "PGRERANK_DATABASE_URL"
ADMINISTRATOR = "PGRERANK_ADMIN_DATABASE_URL"
FORM = "postgresql://user:password@host:5432/database"
_SCHEMES = ("postgresql://", "postgres://")
_ESCAPES = "in a user name or password write @ as %40, / as %2F, : as %3A and % as %25"
_HOST = re.compile(r"[\w.:%-]*|[/@].*", re.DOTALL)
_PORT = re.compile(r"\d{1,5}|")
_NAME = re.compile(r"[A-Za-z_]{1,40}")
_LAST_PORT = 65_535


class Address(str):
    """A valid PostgreSQL URL, and the setting it comes from."""

    __slots__ = ("is_only", "variable")
    #: the environment variable; empty for the embedded server
    variable: str
    #: whether the other variable is unset, so that this URL is used for both
    is_only: bool

    def __new__(cls, url: str, variable: str = "", *, is_only: bool = False) -> Self:
        """The string value includes the password; `repr` hides it."""
        address = super().__new__(cls, url)
        address.variable = variable
        address.is_only = is_only
        return address

    def __repr__(self) -> str:
        return repr(secret.redact(str(self), secret.in_address(self)))


def parse(url: str, variable: str, *, is_only: bool = False) -> Address:
    """The address, if libpq accepts it. Error texts never contain anything that may be secret.

    Args:
        url: A URL, or libpq's `host=... user=...`.
        variable: The setting that holds it.
        is_only: Whether it is used for both the service and the administrator.

    Raises:
        SettingsError: The URL is malformed; names the part and how to write it.
    """
    problem = _url_problem(url) or _unusable(url)
    if problem:
        raise SettingsError(variable, problem)
    return Address(url, variable, is_only=is_only)


def variable_of(url: str) -> str:
    """The setting a URL comes from; empty if it comes from none."""
    return url.variable if isinstance(url, Address) else ""


def is_services_alone(url: str) -> bool:
    """Whether this is the service's URL, used because no administrator's URL is set."""
    return isinstance(url, Address) and url.variable == SERVICE and url.is_only


def migration_remedy(url: str) -> str:
    """How to migrate the database, as a sentence for error messages."""
    if is_services_alone(url):
        return f"Run with an administrator's URL in {ADMINISTRATOR}: pgrerank migrate"
    return "Run: pgrerank migrate"


def _url_problem(url: str) -> str:
    """What is wrong with the URL's characters or scheme; empty if nothing."""
    if not url.isprintable():
        return "has a control character, or bytes that are not UTF-8"
    scheme, separator, rest = url.partition("://")
    if not separator:
        return "" if "=" in url else f"is not a URL; the format is {FORM}"
    if f"{scheme}{separator}" not in _SCHEMES:
        return _other_scheme(scheme)
    return _badly_escaped(rest)


def _badly_escaped(rest: str) -> str:
    wrong = {
        "a % that does not begin an escape": re.search(r"%(?![0-9A-Fa-f]{2})", rest),
        "a space or %00": re.search(r"%00| ", rest),
        "an @ or a / too many": _has_stray_at(rest),
    }
    return next((f"has {what}; {_ESCAPES}" for what, is_so in wrong.items() if is_so), "")


def _other_scheme(scheme: str) -> str:
    if re.fullmatch(r"postgres(ql)?\+[a-z0-9_]{1,20}", scheme):
        return f"is in SQLAlchemy's format (`{scheme}://`); the plain format is {FORM}"
    return f"does not begin with `postgresql://`; the format is {FORM}"


def _has_stray_at(rest: str) -> bool:
    """Whether an unescaped @ makes libpq read part of the password as host or database."""
    user_info, separator, place = rest.partition("@")
    if not separator or "/" in user_info:
        place = rest
    return "@" in place.partition("?")[0]


def _unusable(url: str) -> str:
    """What is wrong with the parts of the URL; empty if nothing."""
    if unknown := _unknown_parameters(url):
        return unknown
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        return f"cannot be read; the format is {FORM}"
    ports, hosts = (str(parts.get(name) or "").split(",") for name in ("port", "host"))
    wrong = {
        f"a port that is not a number from 1 to {_LAST_PORT}": not all(map(_is_port, ports)),
        "a host with a character not allowed there": not all(map(_HOST.fullmatch, hosts)),
    }
    return next((f"has {what}; {_ESCAPES}" for what, is_so in wrong.items() if is_so), "")


def _is_port(text: str) -> bool:
    return bool(_PORT.fullmatch(text)) and (not text or 0 < int(text) <= _LAST_PORT)


def _unknown_parameters(url: str) -> str:
    """The problem with a parameter after `?` that libpq does not know; empty if none."""
    query = url.rpartition("@")[2].partition("?")[2] if "://" in url else ""
    names = [part.partition("=")[0] for part in query.split("&")] if query else []
    allowed = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} | {"ssl"}
    unknown = next((name for name in names if name not in allowed), None)
    if unknown is None:
        return ""
    if not _is_shown(unknown, url):
        return "has a parameter after its `?` that Postgres does not know"
    nearest = difflib.get_close_matches(unknown, allowed, 1)
    hint = f"did you mean `{nearest[0]}`?" if nearest else "leave it out"
    return f"has the parameter `{unknown}`, which Postgres does not know; {hint}"


def _is_shown(parameter: str, url: str) -> bool:
    """Whether this is certainly a parameter's name, not part of a password with `?` or `&`."""
    has_user_info = "@" in url or url.count(":") == 1
    return has_user_info and "password" not in url and bool(_NAME.fullmatch(parameter))
