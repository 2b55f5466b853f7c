r"""Patterns of names, cursors and labels, with descriptions for error messages.

In Python, `$` also matches before a newline at the end. `(?!\n)` prevents that.
"""

from collections.abc import Mapping

NAME = r"^[a-z0-9]([a-z0-9_.-]{0,62}[a-z0-9])?$(?!\n)"
TEXT_SEARCH = r"^[A-Za-z_][A-Za-z0-9_.]{0,62}$(?!\n)"
CURSOR = r"^[\x21-\x7e]{1,4000}$(?!\n)"
#: one line
LABEL = r"^[^\x00-\x1f\x7f]{1,200}$(?!\n)"

NAME_WORDS = (
    "1 to 64 characters of a-z, 0-9, `_`, `-` and `.`, beginning and ending with a letter or digit"
)
WORDS: Mapping[str, str] = {
    NAME: NAME_WORDS,
    TEXT_SEARCH: "the name of a text search configuration, such as `english` or `simple`",
    CURSOR: "the `cursor` of the previous page, unchanged",
    LABEL: "1 to 200 characters without line breaks and other control characters",
}
