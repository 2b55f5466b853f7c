"""What a caller probably meant by a name that is not known."""

import difflib
from collections.abc import Iterable

#: names that are listed where none is near
_SHOWN = 10


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like this one, None where none comes near.

    Case, and what separates words, make no difference: `topN` is near `top_n`.
    """
    by_form = {_plain(each): each for each in known}
    found = difflib.get_close_matches(_plain(name)[:100], by_form, n=1, cutoff=0.6)
    return by_form[found[0]] if found else None


def _plain(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "")


def remedy(name: str, known: Iterable[str]) -> str:
    """A sentence that names the nearest of the known names, else a few of them; empty for none."""
    names = sorted(known)
    meant = nearest(name, names)
    if meant is not None:
        return f"Did you mean `{meant}`?"
    if not names:
        return ""
    shown = ", ".join(f"`{each}`" for each in names[:_SHOWN])
    verb = "is" if len(names) == 1 else "are"
    return f"There {verb} {shown}{' and others' if len(names) > _SHOWN else ''}."
