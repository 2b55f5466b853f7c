"""The port of bi-encoders, in this process or on another server."""

from collections.abc import Sequence
from typing import Protocol

from pgrerank.domain.document import Chunk
from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.vector import Vector


class Embedder(Protocol):
    """A bi-encoder with the tokenizer that determines its chunks."""

    @property
    def model(self) -> ModelCard:
        """Identity of the model."""
        ...

    def chunks(self, title: str, text: str) -> Sequence[Chunk]:
        """Split a document into chunks whose passages fit the model. Blocking; runs no model."""
        ...

    async def query(self, text: str) -> Vector:
        """Embed a query. Raises OverloadedError or ScoringError."""
        ...

    def unknown_share(self, query: str) -> float:
        """Share of the query, as far as it is read, that the tokenizer does not know, 0..1.

        0 if the tokenizer is not available.
        """
        ...

    async def passages(
        self, texts: Sequence[str], *, tenant_id: TenantId | None = None
    ) -> Sequence[Vector]:
        """Embed passages, in order, in the tenant's share of the model. Raises as `query`."""
        ...
