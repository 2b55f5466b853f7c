"""Judged queries, and the results of a run over them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NewType
from uuid import UUID

from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.json import JsonObject
from pgrerank.domain.judgment import RELEVANT

#: measures of every run, by the names of ir-measures; a grade of 1 or more is relevant
MEASURES = ("nDCG@10", "RR@10", "P@5", "AP", "R@100", "Judged@10")
#: measures that are computed on the list before reranking
OF_FIRST_STAGE = frozenset({"R@100"})
LONGEST_LABEL = 200

EvaluationId = NewType("EvaluationId", UUID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A query with its judgments."""

    query: str
    #: by external id of the document
    grades: Mapping[str, int]

    @property
    def has_answer(self) -> bool:
        """Whether a document is relevant; otherwise all orders are equally good."""
        return any(grade >= RELEVANT for grade in self.grades.values())


def questions(
    grades: Mapping[str, Mapping[str, int]], *, at_most: int | None = None
) -> tuple[Question, ...]:
    """Judged queries, by hash; only the first `at_most` if given, which are always the same."""
    judged = [Question(query=query, grades=documents) for query, documents in grades.items()]
    return tuple(sorted(judged, key=_digest)[:at_most])


def _digest(question: Question) -> bytes:
    return hashlib.sha256(question.query.encode()).digest()


def distinct(documents: Sequence[str]) -> tuple[str, ...]:
    """The documents without repetitions, each at the place of its first mention."""
    return tuple(dict.fromkeys(documents))


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstResults:
    """The first ten results of an answer, of which one document may have several."""

    #: different documents among them, 0-10
    documents: float
    #: nDCG@10 if a document that was there before counts as not relevant, 0..1
    ndcg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contexts:
    """The results of a judged query and what should have been among them, for other evaluators."""

    #: external ids of the documents of the results, best first, and the texts of the results
    retrieved_ids: tuple[str, ...]
    retrieved: tuple[str, ...]
    #: external ids of the relevant documents, and the texts of all their chunks
    reference_ids: tuple[str, ...]
    reference: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatedQuery:
    """The result of a run for one judged query."""

    query: str
    #: status of its rerank stage
    status: str
    #: milliseconds of the whole search
    total_ms: float
    #: the first documents in the order of the answer
    external_ids: tuple[str, ...]
    #: grades of all retrieved documents, in the order of the answer; None: not judged
    grades: tuple[int | None, ...]
    #: the same, in the order before reranking
    first_stage_grades: tuple[int | None, ...]
    #: grades of all judged documents, retrieved or not
    judged_grades: tuple[int, ...]
    #: by the names of MEASURES, 0..1
    metrics: Mapping[str, float]
    #: the first ten results as a user gets them. Not stored
    answered: "FirstResults | None" = field(default=None, compare=False)
    #: texts of the results; None: not requested. Not stored
    contexts: "Contexts | None" = field(default=None, compare=False)
    #: grades of all retrieved documents, in the order without one part of the log-odds, by part;
    #: empty: nothing was reranked. Not stored
    ablated_grades: Mapping[str, tuple[int | None, ...]] = field(
        default_factory=dict[str, tuple[int | None, ...]], compare=False
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A run of searches for judged queries."""

    id: EvaluationId
    created_at: datetime
    collection: str
    #: the user's name for the run
    label: str | None
    #: source of the judgments: `stored`, or the name of a folder
    judgments: str
    strategy: str
    #: all knobs of the searches, and the settings of the first stage
    knobs: JsonObject
    #: names of the models that ran; None: none
    embedder: str | None
    reranker: str | None
    reranker_fingerprint: str | None
    queries: int
    #: means over the queries, by the names of MEASURES
    metrics: Mapping[str, float]
    #: median and 95th percentile of a whole search, milliseconds
    p50_ms: float
    p95_ms: float
    #: number of searches by status of their rerank stage
    statuses: Mapping[str, int]
    #: empty in listings
    answers: tuple[EvaluatedQuery, ...] = ()


def validate_label(label: str | None) -> str | None:
    """Return the label if it is valid as the name of a run.

    Raises:
        InvalidRequestError: The label is blank, too long, has characters that cannot be printed,
            or looks like an id.
    """
    if label is None:
        return None
    if not label.strip() or len(label) > LONGEST_LABEL or not label.isprintable():
        raise InvalidRequestError("label", f"must be 1 to {LONGEST_LABEL} printable characters")
    if identifier(label) is not None:
        raise InvalidRequestError("label", "must not look like an id")
    return label


def identifier(name: str) -> EvaluationId | None:
    """The name parsed as an id; None if it is a label."""
    try:
        return EvaluationId(UUID(name))
    except ValueError:
        return None
