"""What a caller probably meant by a name that is not known."""

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like this one, None where none comes near.

    Case, and what separates words, make no difference: `topN` is near `top_n`.
    """
    by_form = {_plain(each): each for each in known}
    found = difflib.get_close_matches(_plain(name)[:100], by_form, n=1, cutoff=0.6)
    return by_form[found[0]] if found else None


def _plain(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "")
