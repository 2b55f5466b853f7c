"""A late interaction model for tests; see fakes.py."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pgrerank.domain.candidate import PairScore, Passage
from pgrerank.domain.ids import TenantId
from pgrerank.domain.ingest import EmbeddedPassage
from pgrerank.domain.model import ModelCard, ModelKind, ScoreKind
from pgrerank.ports.embedder import Embedder


@dataclass
class FakeLate:
    """Token vectors are the text; the score is the share of the query's words in it.

    Unlike FakeScorer's score it never exceeds 1.
    """

    failure: Exception | None = None
    #: whether each passage came with token vectors, by call
    asked: list[list[bool]] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    #: queries that were read before their passages
    queries: list[str] = field(default_factory=list)
    #: pairs that were scored by token vectors alone
    stored_pairs: int = 0

    model = ModelCard(
        kind=ModelKind.RERANKER,
        name="fake-late",
        fingerprint="a" * 64,
        precision="fp32",
        max_length=256,
        score_kind=ScoreKind.MAXSIM,
        stands_for="f" * 64,
    )

    async def read_query(self, query: str, *, deadline: float | None = None) -> None:
        self.queries.append(query)
        if self.failure is not None:
            raise self.failure

    async def token_vectors(
        self, texts: Sequence[str], *, tenant_id: TenantId | None = None
    ) -> Sequence[bytes | None]:
        self.read.extend(texts)
        return [text.encode() for text in texts]

    async def embed_passages(
        self, texts: Sequence[str], embedder: Embedder, *, tenant_id: TenantId | None = None
    ) -> Sequence[EmbeddedPassage]:
        vectors = await embedder.passages(texts, tenant_id=tenant_id)
        tokens = await self.token_vectors(texts, tenant_id=tenant_id)
        return [
            EmbeddedPassage(vector=vector, tokens=each)
            for vector, each in zip(vectors, tokens, strict=True)
        ]

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
        self.asked.append([passage.tokens is not None for passage in passages])
        if self.failure is not None:
            raise self.failure
        words = set(query.lower().split())
        return [
            PairScore(value=len(words & set(p.text.lower().split())) / max(len(words), 1))
            for p in passages
        ]

    async def score_stored(
        self,
        queries: Sequence[Sequence[bytes]],
        passages: Sequence[bytes],
        pairs: Sequence[Sequence[int]],
    ) -> Sequence[Sequence[float]]:
        self.stored_pairs += sum(map(len, pairs))
        return [
            [_share(b" ".join(query), passages[place]) for place in chosen]
            for query, chosen in zip(queries, pairs, strict=True)
        ]


def _share(query: bytes, passage: bytes) -> float:
    words = set(query.lower().split())
    return len(words & set(passage.lower().split())) / len(words) if words and passage else -1.0
