"""PostgreSQL's client programs: finding the right version, keeping secrets off command lines."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pgrerank.domain.errors import StartupError
from pgrerank.storage import embedded

_SECRET = ("password", "sslpassword")


def folder(major: int) -> Path:
    """Folder with pg_dump, pg_restore and psql of at least this version.

    The embedded server's programs work for servers up to its own version. For a newer server, they
    must be on PATH.

    Args:
        major: Major version of the server, such as 18.

    Raises:
        StartupError: None were found.
    """
    on_path = shutil.which("pg_dump")
    for folder in (embedded.programs(), Path(on_path).parent if on_path else None):
        if folder is not None and _major(folder) >= major:
            return folder
    raise StartupError(
        f"The server is PostgreSQL {major}, and there is no pg_dump of that version. "
        f"Put the client programs of PostgreSQL {major} on PATH."
    )


def target(url: str) -> str:
    """The `--dbname` for a URL, without the password, which other users could read."""
    parts = conninfo_to_dict(url)
    for name in _SECRET:
        parts.pop(name, None)
    return make_conninfo("", **parts)


def environment(url: str, inherited: Mapping[str, str]) -> dict[str, str]:
    """The inherited environment variables, and those with the URL's password."""
    names = {option.keyword.decode(): option.envvar for option in pq.Conninfo.get_defaults()}
    secrets = {
        variable.decode(): str(value)
        for name, value in conninfo_to_dict(url).items()
        if name in _SECRET and (variable := names[name])
    }
    return {**inherited, **secrets}


def last_words(stderr: bytes) -> str:
    """The reason of a program's failure, for a message: its first error, or its last line."""
    lines = [line for line in stderr.decode(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines[-1:] or ["it printed no error"])[0]


def _major(folder: Path) -> int:
    output = subprocess.run(  # noqa: S603 - a PostgreSQL program in a folder that we found
        [folder / "pg_dump", "--version"], check=False, capture_output=True, text=True
    ).stdout
    match = re.search(r"(\d+)", output)
    return int(match[1]) if match else 0
