"""The port of bi-encoders: models of this process or of another server."""

from collections.abc import Sequence
from typing import Protocol

from pgrerank.domain.document import Chunk
from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.vector import Vector


class Embedder(Protocol):
    """A bi-encoder with the tokenizer that measures its chunks."""

    @property
    def model(self) -> ModelCard:
        """Identity of the model."""
        ...

    def chunks(self, title: str, text: str) -> Sequence[Chunk]:
        """Cut a document into chunks whose passage fits the model. Blocking; no model runs."""
        ...

    async def query(self, text: str) -> Vector:
        """Embed a query. Raises OverloadedError or ScoringError."""
        ...

    def unknown_share(self, query: str) -> float:
        """Share of what is read of a query that the tokenizer does not know, 0..1.

        0 where the tokenizer is not here.
        """
        ...

    async def passages(
        self, texts: Sequence[str], *, tenant_id: TenantId | None = None
    ) -> Sequence[Vector]:
        """Embed passages, in order, in the tenant's share of the model. Raises as `query`."""
        ...
