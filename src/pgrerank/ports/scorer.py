"""The ports of rerankers: models of this process or of another server."""

from collections.abc import Sequence
from typing import Protocol

from pgrerank.domain.candidate import PairScore, Passage
from pgrerank.domain.ensemble import Agreement
from pgrerank.domain.ids import TenantId
from pgrerank.domain.ingest import EmbeddedPassage
from pgrerank.domain.model import ModelCard


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
            passages: Scored from the first on, so that a deadline leaves the head complete.
            deadline: Instant of Clock.elapsed() by which to answer; pairs not scored by then
                come back with `value=None`.
            tenant_id: In whose share of the model. None: the operator's own.

        Raises:
            OverloadedError: The waiting line is full.
            ScoringError: The model failed.
        """
        ...

    def unknown_share(self, query: str) -> float:
        """Share of what is read of a query that the tokenizer does not know. See Embedder."""
        ...


class LateInteraction(Scorer, Protocol):
    """A reranker that reads stored token vectors, and makes those that a passage comes without.

    A score is the same either way.
    """

    async def embed_passages(
        self, texts: Sequence[str], *, tenant_id: TenantId | None = None
    ) -> Sequence[EmbeddedPassage]:
        """The embedder's vectors and the token vectors, of one pass. Raises as `score`."""
        ...


class ListReader(Scorer, Protocol):
    """A reranker that also compares the passages of a list with each other."""

    async def score_and_agreement(
        self, query: str, texts: Sequence[str]
    ) -> tuple[Sequence[PairScore], Agreement]:
        """Scores as `score` gives them, and agreement by tokens, of one pass. Raises as `score`."""
        ...
