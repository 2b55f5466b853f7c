"""What somebody may have meant by a name that is not there."""

from collections.abc import Iterable
from difflib import get_close_matches

#: names that are listed where none is near
_SHOWN = 10


def suggestion(name: str, known: Iterable[str]) -> str:
    """A sentence that names the nearest of the known names, else a few of them; empty for none."""
    names = sorted(known)
    near = get_close_matches(name.casefold(), {each.casefold(): each for each in names}, n=1)
    if near:
        meant = next(each for each in names if each.casefold() == near[0])
        return f"Did you mean `{meant}`?"
    if not names:
        return ""
    shown = ", ".join(f"`{each}`" for each in names[:_SHOWN])
    return f"There are {shown}{' and others' if len(names) > _SHOWN else ''}."
