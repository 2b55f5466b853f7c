"""The registry of models: every stored score and vector names its row."""

from pgrerank.domain.ids import ModelId, model_id
from pgrerank.domain.model import ModelCard
from pgrerank.storage import queries
from pgrerank.storage.pool import Connection


async def identifier(connection: Connection, card: ModelCard) -> ModelId:
    """The id of a model, registered here if it was not. One fingerprint has one id, for good."""
    statements = queries.load("models")
    found = await _find(connection, card)
    if found is None:
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
        # Read again: another process may have been first.
        found = await _find(connection, card)
    if found is None:
        raise LookupError(card.fingerprint)
    return found


async def _find(connection: Connection, card: ModelCard) -> ModelId | None:
    cursor = await connection.execute(
        queries.load("models")["find"], {"fingerprint": card.fingerprint}
    )
    row = await cursor.fetchone()
    return None if row is None else ModelId(row[0])
