"""Late interaction over compressed token vectors, stored or computed on demand."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from pgrerank.domain.agreement import PEERS, Agreement
from pgrerank.domain.candidate import PairScore, Passage
from pgrerank.domain.errors import ScoringError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.ingest import EmbeddedPassage
from pgrerank.domain.model import ModelCard
from pgrerank.domain.offload import in_thread
from pgrerank.inference import batch_scores, compression
from pgrerank.inference.local.bi_encoder import EngineEmbedder, vector
from pgrerank.inference.local.encoder import EncodedRow
from pgrerank.inference.local.query_encoder import ReadQuery
from pgrerank.inference.scheduler.request import Job, Priority
from pgrerank.inference.tokens import Reading, TokenSequence
from pgrerank.ports.embedder import Embedder

_UNSCORED = PairScore(value=None)


@dataclass(frozen=True, slots=True)
class _Compressed:
    """A compressed passage: one part, or several if it is long. A part not done in time is None."""

    parts: Sequence[bytes | None]
    truncated: bool = False


class StoredLateInteraction:
    """LateInteraction port on the engine of a loaded bi-encoder.

    Passages without stored vectors are encoded, pooled and quantised as at ingest, so that their
    scores are the same as with stored vectors.

    Args:
        model: Identity of this reranker.
        encoder: Makes the token vectors; must have no prompt for passages.
    """

    def __init__(self, model: ModelCard, encoder: EngineEmbedder) -> None:
        self._model = model
        self._encoder = encoder

    @property
    def model(self) -> ModelCard:
        """Identity of the reranker."""
        return self._model

    async def read_query(self, query: str, *, deadline: float | None = None) -> None:
        """Encode a query, which `score` then finds. See ports.scorer.LateInteraction."""
        await self._encoder.queries.read(query, deadline=deadline)

    async def token_vectors(
        self, texts: Sequence[str], *, tenant_id: TenantId | None = None
    ) -> list[bytes | None]:
        """Token vectors of passages. See ports.scorer.LateInteraction."""
        read = await self._encoder.each_passage(texts, _embedding, tenant_id=tenant_id)
        return [each.tokens for each in read]

    async def embed_passages(
        self, texts: Sequence[str], embedder: Embedder, *, tenant_id: TenantId | None = None
    ) -> list[EmbeddedPassage]:
        """Vectors and token vectors of passages. See ports.scorer.LateInteraction."""
        if embedder.model == self._encoder.model:
            return await self._encoder.each_passage(texts, _embedding, tenant_id=tenant_id)
        vectors, tokens = await asyncio.gather(
            embedder.passages(texts, tenant_id=tenant_id),
            self.token_vectors(texts, tenant_id=tenant_id),
        )
        return [
            EmbeddedPassage(vector=vector, tokens=each)
            for vector, each in zip(vectors, tokens, strict=True)
        ]

    async def score(
        self,
        query: str,
        passages: Sequence[Passage],
        *,
        deadline: float | None = None,
        tenant_id: TenantId | None = None,
    ) -> list[PairScore]:
        """Score each passage against the query, in order. See ports.scorer.Scorer."""
        encoded = await self._encoder.queries.read(query, deadline=deadline)
        if encoded is None:
            return [_UNSCORED] * len(passages)
        texts = [passage.text for passage in passages if passage.tokens is None]
        fresh = iter(await self._compress(texts, deadline, tenant_id))
        compressed = [
            next(fresh) if passage.tokens is None else _Compressed([passage.tokens])
            for passage in passages
        ]
        return await asyncio.to_thread(_best_part, encoded, compressed)

    def unknown_share(self, query: str) -> float:
        """Share of the query, as far as it is read, that the tokenizer does not know, 0..1."""
        return self._encoder.unknown_share(query)

    async def score_and_agreement(
        self, query: str, texts: Sequence[str]
    ) -> tuple[list[PairScore], Agreement]:
        """Score passages, and return their mutual similarity. See ports.scorer.ListReader."""
        encoded = await self._encoder.queries.read(query)
        compressed = await self._compress(texts, deadline=None, tenant_id=None)
        if encoded is None:
            raise ScoringError(self._model.name)
        scores = await asyncio.to_thread(_best_part, encoded, compressed)
        return scores, _agreement(compressed, dimensions=encoded.tokens.shape[1])

    async def agreement(self, texts: Sequence[str]) -> Agreement:
        """Mutual similarity of passages. See ports.scorer.ListReader."""
        compressed = await self._compress(texts, deadline=None, tenant_id=None)
        return _agreement(compressed, dimensions=self._encoder.model.dimensions or 0)

    async def score_stored(
        self,
        queries: Sequence[Sequence[bytes]],
        passages: Sequence[bytes],
        pairs: Sequence[Sequence[int]],
    ) -> list[list[float]]:
        """Scores by token vectors alone. See ports.scorer.LateInteraction."""
        dimensions = self._encoder.model.dimensions or 0
        return await asyncio.to_thread(batch_scores.scores, queries, passages, pairs, dimensions)

    async def _compress(
        self, texts: Sequence[str], deadline: float | None, tenant_id: TenantId | None
    ) -> list[_Compressed]:
        readings = await in_thread(partial(self._encoder.tokens.passages, texts), items=len(texts))
        jobs = [
            Job(sequence, _compression(sequence))
            for reading in readings
            for sequence in reading.sequences
        ]
        parts = iter(
            await self._encoder.engine.run(
                jobs, priority=Priority.PAIR, deadline=deadline, tenant=tenant_id
            )
        )
        return [
            _Compressed([next(parts) for _ in reading.sequences], reading.truncated)
            for reading in readings
        ]


def _compression(sequence: TokenSequence) -> Callable[[EncodedRow], bytes | None]:
    return lambda row: compression.compress(row.tokens[sequence.text])


def _embedding(reading: Reading) -> Job[EncodedRow, EmbeddedPassage]:
    sequence = reading.sequences[0]
    compressed = _compression(sequence)

    def embedded(row: EncodedRow) -> EmbeddedPassage:
        tokens = None if reading.truncated else compressed(row)
        return EmbeddedPassage(vector=vector(row), tokens=tokens)

    return Job(sequence, embedded)


def _agreement(passages: Sequence[_Compressed], dimensions: int) -> Agreement:
    """Agreement of passages with the best ones, over the tokens of all their parts."""
    whole = [b"".join(part for part in passage.parts if part) for passage in passages]

    def agreement(best_first: Sequence[int]) -> list[float]:
        best = [compression.unpack(whole[place], dimensions) for place in best_first[:PEERS]]
        return np.mean([compression.likeness(one, whole) for one in best], axis=0).tolist()

    return agreement


def _best_part(query: ReadQuery, passages: Sequence[_Compressed]) -> list[PairScore]:
    """Score of each passage's best part; unscored unless all its parts are there."""
    whole = [[part for part in passage.parts if part is not None] for passage in passages]
    values = iter(compression.scores(query.tokens, [part for parts in whole for part in parts]))
    scores: list[PairScore] = []
    for passage, parts in zip(passages, whole, strict=True):
        best = max([next(values) for _ in parts], default=None)
        complete = len(parts) == len(passage.parts)
        truncated = query.truncated or passage.truncated
        scores.append(PairScore(value=best, truncated=truncated) if complete else _UNSCORED)
    return scores
