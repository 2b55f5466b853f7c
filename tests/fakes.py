"""In-memory implementations of the ports, for unit tests of the use cases.

The fakes of stores do what tests/conformance shows of them and of the Postgres implementations
alike. A method that only Postgres can answer honestly is absent.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np

from pgrerank.domain.candidate import (
    TEXTS_ONLY,
    Candidate,
    CandidateNeeds,
    LegReport,
    PairScore,
    Passage,
    Retrieved,
)
from pgrerank.domain.collection import Collection
from pgrerank.domain.document import Chunk, passage, passage_hash
from pgrerank.domain.ids import ChunkId, CollectionId, DocumentId, TenantId
from pgrerank.domain.model import ModelCard, ModelKind, ScoreKind
from pgrerank.domain.request import SearchRequest, Strategy
from pgrerank.domain.vector import Vector
from pgrerank.ports.services import Services
from tests.fake_access import FakeKeys, FakeTenants
from tests.fake_calibrations import FakeCalibrations, FakeThresholds
from tests.fake_documents import FakeCollections, FakeDocuments
from tests.fake_evaluations import FakeEvaluations
from tests.fake_judgments import FakeJudgments
from tests.fake_rankings import FakeRankings
from tests.fake_references import FakeReferences
from tests.fake_reports import FakeReports
from tests.fake_vectors import FakeEmbeddings, FakeTokens

DIMENSIONS = 64


class FakeClock:
    """Stands still until a test advances it."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        self.seconds = 1000.0

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds
        self.instant += timedelta(seconds=seconds)


class FakeEmbedder:
    """Hashes words into buckets: texts that share words are near each other."""

    model = ModelCard(
        kind=ModelKind.EMBEDDER,
        name="fake-embedder",
        fingerprint="e" * 64,
        precision="fp32",
        max_length=256,
        dimensions=DIMENSIONS,
    )

    def __init__(self) -> None:
        self.embedded: list[str] = []
        self.tenants: list[TenantId | None] = []

    def chunks(self, title: str, text: str) -> Sequence[Chunk]:
        parts = [part for part in text.split("\n\n") if part.strip()] or ([""] if title else [])
        return [
            Chunk(ordinal=i, content=part, token_count=len(passage(title, part).split()))
            for i, part in enumerate(parts)
        ]

    def unknown_share(self, query: str) -> float:
        return sum(not each.isascii() for each in query) / len(query)

    async def query(self, text: str) -> Vector:
        return bag_of_words(text)

    async def passages(
        self, texts: Sequence[str], *, tenant_id: TenantId | None = None
    ) -> Sequence[Vector]:
        self.tenants.append(tenant_id)
        self.embedded.extend(texts)
        return [bag_of_words(text) for text in texts]


def bag_of_words(text: str) -> Vector:
    vector = np.full(DIMENSIONS, 1e-3, dtype=np.float32)
    for word in text.lower().split():
        vector[hashlib.sha256(word.encode()).digest()[0] % DIMENSIONS] += 1
    return vector / np.linalg.norm(vector)


@dataclass
class FakeScorer:
    """The score is the number of words that passage and query share."""

    #: pairs scored before the deadline counts as passed
    scored_in_time: int | None = None
    failure: Exception | None = None
    asked: list[tuple[str, int]] = field(default_factory=list)
    tenants: list[TenantId | None] = field(default_factory=list)

    model = ModelCard(
        kind=ModelKind.RERANKER,
        name="fake-reranker",
        fingerprint="f" * 64,
        precision="fp32",
        max_length=256,
        score_kind=ScoreKind.LOGIT,
    )

    def unknown_share(self, query: str) -> float:
        return sum(not each.isascii() for each in query) / len(query)

    async def score(
        self,
        query: str,
        passages: Sequence[Passage],
        *,
        deadline: float | None = None,
        tenant_id: TenantId | None = None,
    ) -> Sequence[PairScore]:
        self.asked.append((query, len(passages)))
        self.tenants.append(tenant_id)
        if self.failure is not None:
            raise self.failure
        in_time = len(passages) if self.scored_in_time is None else self.scored_in_time
        words = set(query.lower().split())
        return [
            PairScore(
                value=float(len(words & set(p.text.lower().split()))) if i < in_time else None
            )
            for i, p in enumerate(passages)
        ]


@dataclass
class FakeCandidates:
    """Returns the first of the given candidates to every query, with what is needed of each."""

    #: in fused order
    found: tuple[Candidate, ...] = ()
    #: token models requested, by search
    token_models: list[ModelCard | None] = field(default_factory=list)
    #: whether embeddings were requested, by search
    embeddings: list[bool] = field(default_factory=list)

    async def retrieve(
        self,
        tenant_id: TenantId,
        collection: Collection,
        request: SearchRequest,
        vector: Vector | None,
        needs: CandidateNeeds = TEXTS_ONLY,
    ) -> Retrieved:
        self.token_models.append(needs.token_model)
        self.embeddings.append(needs.embeddings)
        first = self.found[: request.candidates]
        report = LegReport(requested=request.candidates, returned=len(first), scan="exact")
        return Retrieved(
            candidates=tuple(_needed(each, request, needs) for each in first),
            dense=None if vector is None else report,
            keyword=None if request.strategy is Strategy.DENSE else replace(report, scan="gin"),
        )

    async def neighbours(
        self, tenant_id: TenantId, chunk_ids: Sequence[ChunkId], count: int
    ) -> Mapping[ChunkId, Sequence[str]]:
        return {
            each.chunk_id: [
                other.content or ""
                for other in sorted(self.found, key=lambda candidate: candidate.ordinal)
                if other.document_id == each.document_id
                and abs(other.ordinal - each.ordinal) <= count
            ]
            for each in self.found
            if each.chunk_id in chunk_ids
        }


def _needed(each: Candidate, request: SearchRequest, needs: CandidateNeeds) -> Candidate:
    """The candidate with its text, token vectors and embedding if they are needed at its rank."""
    is_scored = each.fused_rank <= request.effective_depth
    return replace(
        each,
        content=each.content if each.fused_rank <= request.texts else None,
        tokens=each.tokens if is_scored and needs.token_model else None,
        embedding=each.embedding if is_scored and needs.embeddings else None,
    )


def candidate(rank: int, text: str = "", **changes: object) -> Candidate:
    """A candidate at a fused rank, with any other fields that a test sets."""
    made = Candidate(
        chunk_id=ChunkId(UUID(int=rank)),
        document_id=DocumentId(UUID(int=rank)),
        external_id=f"doc-{rank}",
        title="",
        uri=None,
        metadata={},
        ordinal=0,
        content=text,
        content_hash=passage_hash("", text),
        dense_rank=rank,
        dense_score=1 / rank,
        keyword_rank=None,
        keyword_score=None,
        fused_rank=rank,
        fused_score=1 / (60 + rank),
    )
    return replace(made, **changes)


def collection(**changes: object) -> Collection:
    """A collection large enough to be reranked."""
    made = Collection(
        id=CollectionId(UUID(int=1)),
        name="docs",
        text_search="english",
        embedder="e" * 64,
        document_count=5000,
        chunk_count=5000,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return replace(made, **changes)


def services(**parts: object) -> Services:
    """All ports; fakes except those given. History and related documents have no fake.

    Their queries need Postgres.

    Beside collections that are no fakes, the fakes of other ports do not learn what is deleted.
    """
    clock = parts.setdefault("clock", FakeClock())
    tenants = parts.setdefault("tenants", FakeTenants())
    collections = parts.setdefault("collections", FakeCollections())
    known = collections if isinstance(collections, FakeCollections) else FakeCollections()
    documents = parts.setdefault("documents", FakeDocuments(known))
    judgments = parts.setdefault("judgments", FakeJudgments(collections=known))
    rankings = parts.setdefault("rankings", FakeRankings(tenants))
    thresholds = parts.setdefault("thresholds", FakeThresholds(known))
    fakes = Services(
        clock=clock,
        embedder=FakeEmbedder(),
        scorer=FakeScorer(),
        late=None,
        spans=None,
        tokens=FakeTokens(documents),
        embeddings=FakeEmbeddings(documents),
        candidates=FakeCandidates(),
        history=None,
        related=None,
        reports=FakeReports(rankings, judgments, documents),
        references=FakeReferences(),
        rankings=rankings,
        collections=collections,
        documents=documents,
        judgments=judgments,
        calibrations=FakeCalibrations(thresholds),
        thresholds=thresholds,
        evaluations=FakeEvaluations(known),
        keys=FakeKeys(clock.now),
        tenants=tenants,
    )
    return replace(fakes, **parts)
