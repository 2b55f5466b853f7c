"""The registry of models, which every stored score and vector refers to."""

from pgrerank.domain.ids import ModelId, model_id
from pgrerank.domain.model import ModelCard
from pgrerank.storage import queries
from pgrerank.storage.pool import Connection


async def identifier(connection: Connection, card: ModelCard) -> ModelId:
    """The id of a model, which is registered if it is new. A fingerprint's id never changes."""
    statements = queries.load("models")
    stored = await _find(connection, card)
    if stored is None:
        await connection.execute(
            statements["register"],
            {
                "id": model_id(card.fingerprint),
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
        # Read again: another process may have registered it first.
        stored = await _find(connection, card)
    if stored is None:
        raise LookupError(card.fingerprint)
    return stored


async def _find(connection: Connection, card: ModelCard) -> ModelId | None:
    cursor = await connection.execute(
        queries.load("models")["find"], {"fingerprint": card.fingerprint}
    )
    row = await cursor.fetchone()
    return None if row is None else ModelId(row[0])
