"""The Embedder port on another server."""

from collections.abc import Sequence
from urllib.parse import quote

import msgspec
import numpy as np

from pgrerank.domain.document import Chunk
from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.vector import Vector
from pgrerank.inference.chunking import Chunker
from pgrerank.inference.remote.backend import EmbedderBackend
from pgrerank.inference.remote.batches import each, in_order, portions
from pgrerank.inference.remote.dialects.dialect import EmbedDialect, Side
from pgrerank.inference.remote.transport import Server


class RemoteEmbedder:
    """Embeds texts on a server, in requests of limited size.

    Args:
        model: Identity of the bi-encoder.
        server: The server.
        dialect: Its request and response format.
        backend: Its settings.
        chunker: Splits documents so that passages fit the model.
        batch: Maximum texts per request.
    """

    def __init__(
        self,
        model: ModelCard,
        server: Server,
        dialect: EmbedDialect,
        backend: EmbedderBackend,
        chunker: Chunker,
        *,
        batch: int,
    ) -> None:
        self._model = model
        self._server = server
        self._dialect = dialect
        self._backend = backend
        self._chunker = chunker
        self._batch = batch
        self._path = backend.path or dialect.path.replace("{model}", quote(backend.model))

    @property
    def model(self) -> ModelCard:
        """Identity of the model."""
        return self._model

    def chunks(self, title: str, text: str) -> Sequence[Chunk]:
        """Split a document into chunks whose passages fit the model. Blocking; runs no model."""
        return self._chunker.chunks(title, text)

    async def query(self, text: str) -> Vector:
        """Embed a query. Raises RemoteError."""
        (vectors,) = await self._embed([self._backend.query_prompt + text], "query")
        return vectors

    def unknown_share(self, query: str) -> float:
        """0, since the tokenizer is on the server. See ports.embedder.Embedder."""
        del query
        return 0.0

    async def passages(
        self, texts: Sequence[str], *, tenant_id: TenantId | None = None
    ) -> list[Vector]:
        """Embed passages, in order. Raises RemoteError."""
        del tenant_id
        prompted = [self._backend.passage_prompt + text for text in texts]
        sizes = [len(text) for text in prompted]
        portioned = [*portions(sizes, most=self._batch, largest=self._backend.batch_characters)]
        return await each(
            portioned,
            lambda portion: self._embed([prompted[place] for place in portion], "passage"),
            at_once=self._backend.concurrency,
        )

    async def _embed(self, texts: Sequence[str], side: Side) -> list[Vector]:
        body = self._dialect.body(self._backend.model, texts, side)
        answer = await self._server.post(self._path, body)
        try:
            placed = self._dialect.vectors(answer)
        except msgspec.ValidationError as error:
            raise self._server.failure("gave an answer that holds no vectors") from error
        vectors = in_order(placed, len(texts))
        if vectors is None:
            raise self._server.failure(
                f"gave {len(placed)} vectors that do not match {len(texts)} texts"
            )
        return [*map(self._unit, vectors)]

    def _unit(self, values: Sequence[float]) -> Vector:
        if len(values) != self._backend.dimensions:
            raise self._server.failure(
                f"gave a vector of {len(values)} dimensions in place of {self._backend.dimensions}"
            )
        vector = np.asarray(values, np.float32)
        length = float(np.linalg.norm(vector))
        if not np.isfinite(length) or not length:
            raise self._server.failure("gave a vector without a direction")
        return vector / np.float32(length)
