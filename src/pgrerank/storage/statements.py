"""Division of an SQL text into its statements, as psql divides it.

Citus refuses several statements in one query. Of the parsers tried on our files, sqlglot 30 divides
35 wrongly, at a semicolon inside `begin atomic`; pglast 8 divides all of them like this module, but
is a GPL library of 32 MB.
"""

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""
    --[^\n]*                        # comment
    | '(?:[^']|'')*'                # string
    | "(?:[^"]|"")*"                # name
    | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$   # dollar-quoted string
    | (?P<word>\w+)
    | (?P<end>;)
    """,
    re.DOTALL | re.VERBOSE,
)


def split(text: str) -> Iterator[str]:
    """The statements of a text, each with the comments before it and its semicolon.

    A semicolon ends a statement unless it is in a comment, a string, a quoted name, or the body of
    a function from `begin atomic` to its `end`.

    Raises:
        ValueError: The last statement has no semicolon.
    """
    begun, depth, previous = 0, 0, ""
    for token in _TOKEN.finditer(text):
        word = (token["word"] or "").lower()
        depth += _nesting(word, previous, depth)
        previous = word or previous
        if token["end"] and depth == 0:
            yield text[begun : token.end()].strip()
            begun = token.end()
    if re.sub(r"--[^\n]*", "", text[begun:]).strip():
        raise ValueError(f"no semicolon ends: {text[begun:].strip()[:100]}")


def _nesting(word: str, previous: str, depth: int) -> int:
    """How much deeper a word leads into the body of a function; `case` ends with `end` as well."""
    if (previous, word) == ("begin", "atomic"):
        return 1
    return {"case": 1, "end": -1}.get(word, 0) if depth else 0
