"""Suggest known names for an unknown one."""

import difflib
from collections.abc import Iterable

#: how many names are listed if none is similar
_SHOWN = 10


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The known name that is most similar to this one; None if none is similar.

    Case and separators of words are ignored: `topN` matches `top_n`.
    """
    by_form = {_plain(each): each for each in candidates}
    matches = difflib.get_close_matches(_plain(name)[:100], by_form, n=1, cutoff=0.6)
    return by_form[matches[0]] if matches else None


def _plain(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "")


def remedy(name: str, candidates: Iterable[str]) -> str:
    """A sentence with the most similar known name, else with a few of them; empty without any."""
    names = sorted(candidates)
    meant = nearest(name, names)
    if meant is not None:
        return f"Did you mean `{meant}`?"
    if not names:
        return ""
    shown = ", ".join(f"`{each}`" for each in names[:_SHOWN])
    verb = "is" if len(names) == 1 else "are"
    return f"There {verb} {shown}{' and others' if len(names) > _SHOWN else ''}."
