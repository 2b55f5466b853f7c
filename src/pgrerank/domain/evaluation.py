"""Judged queries, and what a run over them gave."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pgrerank.domain.judgment import RELEVANT

#: reported for every run, as ir-measures names them; a grade of 1 or more is relevant
MEASURES = ("nDCG@10", "RR@10", "P@5", "AP", "R@100", "Judged@10")
#: those of them that speak of the first stage: the list before reranking is what they read
OF_FIRST_STAGE = frozenset({"R@100"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A query with its judgments."""

    query: str
    #: by document, as people name it
    grades: Mapping[str, int]


def questions(
    grades: Mapping[str, Mapping[str, int]], *, at_most: int | None = None
) -> tuple[Question, ...]:
    """The queries that have a relevant document; without one every order is as good as another.

    Where there are more than `at_most`, those with the least hashes: the same ones every time.
    """
    found = [
        Question(query=query, grades=documents)
        for query, documents in grades.items()
        if any(grade >= RELEVANT for grade in documents.values())
    ]
    return tuple(sorted(found, key=_digest)[:at_most])


def _digest(question: Question) -> bytes:
    return hashlib.sha256(question.query.encode()).digest()


def distinct(documents: Sequence[str]) -> tuple[str, ...]:
    """Documents at the place of their best chunk."""
    return tuple(dict.fromkeys(documents))
