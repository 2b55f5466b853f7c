"""Boosted terms of a collection, such as product names, which raise the texts that contain them."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from statistics import pstdev
from typing import TypeAlias

from pgrerank.domain import suggestion
from pgrerank.domain.candidate import PairScore
from pgrerank.domain.errors import InvalidRequestError

MAX_TERMS = 500
MAX_TERM_CHARACTERS = 100
#: default weight of a term
WEIGHT = 0.5

#: weight by term, above 0 and at most 1
Terms: TypeAlias = Mapping[str, float]

_WORD = re.compile(r"\w+")


def check_terms(terms: Terms) -> None:
    """Accept terms that can be stored and matched.

    Raises:
        InvalidRequestError: There are more than 500 terms, a weight is not above 0 and at most 1,
            a term is overlong, has no letter or digit or cannot be printed, or two terms differ
            only in case; names `terms`.
    """
    if len(terms) > MAX_TERMS:
        raise InvalidRequestError("terms", f"must be at most {MAX_TERMS}, not {len(terms)}")
    for term, weight in terms.items():
        if not (math.isfinite(weight) and 0 < weight <= 1):
            raise InvalidRequestError(
                "terms", f"`{term[:40]}` weighs {weight}; must be above 0 and at most 1"
            )
        if not (_WORD.search(term) and term.isprintable() and len(term) <= MAX_TERM_CHARACTERS):
            raise InvalidRequestError(
                "terms",
                f"`{term[:40]}` must have a letter or digit, at most {MAX_TERM_CHARACTERS} "
                "characters, and none that cannot be printed",
            )
    if len({term.casefold() for term in terms}) < len(terms):
        raise InvalidRequestError("terms", "must differ in more than upper and lower case")


def require_terms(terms: Terms, names: Iterable[str]) -> None:
    """Raise InvalidRequestError for a name that is none of the terms. Case is ignored."""
    known = {term.casefold() for term in terms}
    for name in names:
        if name.casefold() not in known:
            remedy = suggestion.remedy(name, terms)
            raise InvalidRequestError(
                "terms", f"the collection has no term `{name}`. {remedy}".rstrip()
            )


def without_terms(terms: Terms, names: Iterable[str]) -> dict[str, float]:
    """The terms except those of these names, whose case is ignored."""
    folded = {name.casefold() for name in names}
    return {term: weight for term, weight in terms.items() if term.casefold() not in folded}


def boosts(
    terms: Terms,
    texts: Sequence[str],
    scores: Sequence[PairScore],
    deciding: Sequence[float | None],
    others: Sequence[float] = (),
) -> list[float]:
    """What to add to the score of each text; empty without terms and other weights.

    A boost is the sum of the weights of the terms that a text contains and of its other weights, at
    most 1, times the standard deviation of the list. So it does not depend on the reranker's scale, and it never
    lifts a text above much better ones.

    Args:
        terms: Terms of the collection.
        texts: The texts that were to be scored, as the reranker reads them.
        scores: Raw scores of the texts; an unscored text gets no boost.
        deciding: Scores that determine the order instead of the raw ones; empty: the raw ones do.
        others: Weight of each text by its metadata (domain/field_boost.py); empty: none.
    """
    if not terms and not any(others):
        return []
    raw = [score.value for score in scores]
    decide = [
        None if value is None or total is None else total
        for value, total in zip(raw, deciding or raw, strict=True)
    ]
    values = [value for value in decide if value is not None]
    deviation = pstdev(values) if values else 0.0
    by_word = _by_word(terms)
    return [
        0.0 if value is None else min(_weight(by_word, text) + other, 1.0) * deviation
        for text, value, other in zip(texts, decide, others or [0.0] * len(texts), strict=True)
    ]


def _by_word(terms: Terms) -> dict[str, list[tuple[re.Pattern[str], float]]]:
    """Terms by their first word, so that a text is searched only for terms that it can contain."""
    by_word: dict[str, list[tuple[re.Pattern[str], float]]] = {}
    for term, weight in terms.items():
        folded = term.casefold()
        word = _WORD.findall(folded)[0]
        whole = re.compile(rf"(?<!\w){re.escape(folded)}(?!\w)")
        by_word.setdefault(word, []).append((whole, weight))
    return by_word


def _weight(by_word: Mapping[str, Sequence[tuple[re.Pattern[str], float]]], text: str) -> float:
    folded = text.casefold()
    words = by_word.keys() & set(_WORD.findall(folded))
    return sum(weight for word in words for whole, weight in by_word[word] if whole.search(folded))
