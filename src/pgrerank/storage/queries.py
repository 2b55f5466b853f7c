"""The statements of `sql/queries`, by name.

A file holds blocks: a line `-- name --`, a comment that says what it does, one statement.
"""

import re
from functools import cache
from typing import LiteralString, cast

from pgrerank.storage import sqlfile

_BLOCK = re.compile(r"^-- ([a-z][a-z0-9_]*) --\n", re.MULTILINE)


@cache
def load(name: str) -> dict[str, LiteralString]:
    """All statements of `sql/queries/<name>.sql`.

    Raises:
        ValueError: Two blocks of the file have one name.
    """
    return parse((sqlfile.sql_dir() / "queries" / f"{name}.sql").read_text())


def parse(text: str) -> dict[str, LiteralString]:
    """The statements of a file's text, by name.

    Raises:
        ValueError: Two blocks have one name.
    """
    _, *parts = _BLOCK.split(text)
    names, statements = parts[::2], parts[1::2]
    if len(set(names)) < len(names):
        raise ValueError("two statements have one name")
    # The files ship with the package and are reviewed like code, so their text counts as literal.
    return {
        block: cast("LiteralString", statement.strip())
        for block, statement in zip(names, statements, strict=True)
    }
