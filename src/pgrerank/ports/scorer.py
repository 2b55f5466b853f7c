"""The ports of rerankers, in this process or on another server."""

from collections.abc import Sequence
from typing import Protocol

from pgrerank.domain.agreement import Agreement
from pgrerank.domain.candidate import PairScore, Passage
from pgrerank.domain.ids import TenantId
from pgrerank.domain.ingest import EmbeddedPassage
from pgrerank.domain.model import ModelCard
from pgrerank.ports.embedder import Embedder


class Scorer(Protocol):
    """A reranker."""

    @property
    def model(self) -> ModelCard:
        """Identity of the model."""
        ...

    async def score(
        self,
        query: str,
        passages: Sequence[Passage],
        *,
        deadline: float | None = None,
        tenant_id: TenantId | None = None,
    ) -> Sequence[PairScore]:
        """Score each passage against the query, in order; higher is more relevant.

        Args:
            query: The query text.
            passages: Scored in order, so that the first ones are complete at a deadline.
            deadline: Instant of Clock.monotonic() by which to return; pairs not scored by then
                have `value=None`.
            tenant_id: The tenant whose share of the model is used; None: the operator's.

        Raises:
            OverloadedError: The queue is full.
            ScoringError: The model failed.
        """
        ...

    def unknown_share(self, query: str) -> float:
        """Share of the query that the tokenizer does not know, 0..1. See Embedder."""
        ...


class LateInteraction(Scorer, Protocol):
    """A reranker that reads stored token vectors, and computes missing ones.

    The score is the same in both cases.
    """

    async def read_query(self, query: str, *, deadline: float | None = None) -> None:
        """Encode a query before its passages are known, so that `score` need not. Raises as that."""
        ...

    async def token_vectors(
        self, texts: Sequence[str], *, tenant_id: TenantId | None = None
    ) -> Sequence[bytes | None]:
        """Token vectors of passages, in order; None for one that is too long. Raises as `score`."""
        ...

    async def embed_passages(
        self, texts: Sequence[str], embedder: Embedder, *, tenant_id: TenantId | None = None
    ) -> Sequence[EmbeddedPassage]:
        """The embedder's vectors and the token vectors of passages, in order. Raises as `score`.

        Both come from one pass if they are made by the same model.
        """
        ...

    async def score_stored(
        self,
        queries: Sequence[Sequence[bytes]],
        passages: Sequence[bytes],
        pairs: Sequence[Sequence[int]],
    ) -> Sequence[Sequence[float]]:
        """Scores of documents as queries by token vectors alone. No model runs.

        Args:
            queries: Token vectors of the chunks of each document; none: all its scores are -1.
            passages: Token vectors of the passages; empty: its scores are -1.
            pairs: For each document the places of its passages in `passages`.

        Returns:
            For each document the scores in the order of its pairs.
        """
        ...


class ListReader(Scorer, Protocol):
    """A reranker that also compares the passages of a list with each other."""

    async def score_and_agreement(
        self, query: str, texts: Sequence[str]
    ) -> tuple[Sequence[PairScore], Agreement]:
        """Scores as from `score`, and agreement by tokens, from one pass. Raises as `score`."""
        ...

    async def agreement(self, texts: Sequence[str]) -> Agreement:
        """Agreement by tokens alone, for the scores of another reranker. Raises as `score`."""
        ...
