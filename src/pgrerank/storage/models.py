"""The registry of models, which every stored score and vector refers to."""

from pgrerank.domain.ids import ModelId
from pgrerank.domain.model import ModelCard
from pgrerank.storage import queries
from pgrerank.storage.pool import Connection


async def register(connection: Connection, card: ModelCard) -> ModelId:
    """Register a model, if it is new, and return its id, which never changes."""
    await connection.execute(
        queries.load("models")["register"],
        {
            "id": card.id,
            "kind": card.kind,
            "name": card.name,
            "revision": card.revision,
            "fingerprint": card.fingerprint,
            "precision": card.precision,
            "max_length": card.max_length,
            "dimensions": card.dimensions,
            "score_kind": card.score_kind,
        },
    )
    return card.id
