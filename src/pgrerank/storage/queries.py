"""The statements of `sql/queries`, by name.

A file consists of blocks: a line `-- name --`, a comment about the statement, one statement.
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
        ValueError: Two blocks of the file have the same name.
    """
    return parse((sqlfile.sql_dir() / "queries" / f"{name}.sql").read_text())


def parse(text: str) -> dict[str, LiteralString]:
    """The statements of a file's text, by name.

    Raises:
        ValueError: Two blocks have the same name.
    """
    _, *parts = _BLOCK.split(text)
    names, statements = parts[::2], parts[1::2]
    if len(set(names)) < len(names):
        raise ValueError("two statements have one name")
    # The files are packaged and reviewed like code, so their text counts as literal.
    return {
        block: cast("LiteralString", statement.strip())
        for block, statement in zip(names, statements, strict=True)
    }
