"""The port that finds the sentences of texts which answer a query."""

from collections.abc import Sequence
from typing import Protocol

from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.spans import ScoredText


class SpanScorer(Protocol):
    """Scores the units of texts: sentences, code blocks, list items and table rows."""

    @property
    def model(self) -> ModelCard:
        """Identity of the model that reads query and texts."""
        ...

    async def scored(
        self,
        query: str,
        texts: Sequence[tuple[str, str]],
        *,
        deadline: float | None = None,
        tenant_id: TenantId | None = None,
    ) -> Sequence[ScoredText] | None:
        """The units of each text with scores from 0 to 1, in order; None if the deadline passed.

        Args:
            query: The query.
            texts: Title and content of each text. Places are those of the content. Content behind
                the length that the model reads has no units.
            deadline: Instant of Clock.monotonic() by which to return.
            tenant_id: The tenant whose share of the model is used; None: the operator's.

        Raises:
            OverloadedError: The queue is full.
            ScoringError: The model failed.
        """
        ...
