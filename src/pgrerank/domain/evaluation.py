"""Judged queries, and what a run over them gave."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from uuid import UUID

from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.json import JsonObject
from pgrerank.domain.judgment import RELEVANT

#: reported for every run, as ir-measures names them; a grade of 1 or more is relevant
MEASURES = ("nDCG@10", "RR@10", "P@5", "AP", "R@100", "Judged@10")
#: those of them that speak of the first stage: the list before reranking is what they read
OF_FIRST_STAGE = frozenset({"R@100"})
LONGEST_LABEL = 200

EvaluationId = NewType("EvaluationId", UUID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A query with its judgments."""

    query: str
    #: by document, as people name it
    grades: Mapping[str, int]

    @property
    def has_answer(self) -> bool:
        """Whether a document is relevant; without one every order is as good as another."""
        return any(grade >= RELEVANT for grade in self.grades.values())


def questions(
    grades: Mapping[str, Mapping[str, int]], *, at_most: int | None = None
) -> tuple[Question, ...]:
    """Judged queries; where there are more, the `at_most` least hashes: the same ones every time."""
    found = [Question(query=query, grades=documents) for query, documents in grades.items()]
    return tuple(sorted(found, key=_digest)[:at_most])


def _digest(question: Question) -> bytes:
    return hashlib.sha256(question.query.encode()).digest()


def distinct(documents: Sequence[str]) -> tuple[str, ...]:
    """Documents at the place of their best chunk."""
    return tuple(dict.fromkeys(documents))


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatedQuery:
    """What a run gave for one judged query."""

    query: str
    #: what became of its rerank stage
    status: str
    #: milliseconds of the whole search
    total_ms: float
    #: documents in the order of the answer, the first ones
    external_ids: tuple[str, ...]
    #: grades of all documents that were found, in the order of the answer; None: not judged
    grades: tuple[int | None, ...]
    #: the same in the order before reranking
    first_stage_grades: tuple[int | None, ...]
    #: grades of all judged documents, found or not
    judged_grades: tuple[int, ...]
    #: by the names of MEASURES, 0..1
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A run of searches for judged queries."""

    id: EvaluationId
    created_at: datetime
    collection: str
    #: what its maker calls it
    label: str | None
    #: where the judgments come from: `stored`, or the name of a folder
    judgments: str
    strategy: str
    #: all knobs of the searches, and how the first stage weighed
    knobs: JsonObject
    #: names of the models that ran, None for none
    embedder: str | None
    reranker: str | None
    reranker_fingerprint: str | None
    queries: int
    #: means over the queries, by the names of MEASURES
    metrics: Mapping[str, float]
    #: median and 95th percentile of a whole search, milliseconds
    p50_ms: float
    p95_ms: float
    #: searches by what became of their rerank stage
    statuses: Mapping[str, int]
    #: left out of listings
    answers: tuple[EvaluatedQuery, ...] = ()


def validate_label(label: str | None) -> str | None:
    """Return a label that may stand for a run.

    Raises:
        InvalidRequestError: It is blank, too long, has control characters, or looks like an id.
    """
    if label is None:
        return None
    if not label.strip() or len(label) > LONGEST_LABEL or not label.isprintable():
        raise InvalidRequestError("label", f"must be 1 to {LONGEST_LABEL} printable characters")
    if identifier(label) is not None:
        raise InvalidRequestError("label", "must not look like an id")
    return label


def identifier(name: str) -> EvaluationId | None:
    """The id that a name is; None where it is a label."""
    try:
        return EvaluationId(UUID(name))
    except ValueError:
        return None
