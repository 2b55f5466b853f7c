"""Types of identifiers, so that one kind cannot be passed for another."""

from datetime import UTC, datetime
from typing import NewType
from uuid import UUID, uuid5

TenantId = NewType("TenantId", UUID)
CollectionId = NewType("CollectionId", UUID)
DocumentId = NewType("DocumentId", UUID)
ChunkId = NewType("ChunkId", UUID)
ModelId = NewType("ModelId", UUID)
KeyId = NewType("KeyId", UUID)
RankingId = NewType("RankingId", UUID)

_MODELS = UUID("8f4d2c1e-6b7a-4e59-9c03-2d1f5a8b7e64")
_TIMESTAMP_SHIFT = 80  # a UUIDv7 keeps Unix milliseconds in its first 48 bits (RFC 9562, 5.7)


def model_id(fingerprint: str) -> ModelId:
    """The id of a model. It is the same in every database, so that rows can be copied."""
    return ModelId(uuid5(_MODELS, fingerprint))


def optional_model_id(fingerprint: str | None) -> ModelId | None:
    """The id of a model; None for none."""
    return None if fingerprint is None else model_id(fingerprint)


def created_at(identifier: UUID) -> datetime:
    """The creation time of a UUIDv7, in UTC to the millisecond.

    Ids and log partitions agree because both are derived from this value.
    """
    milliseconds = identifier.int >> _TIMESTAMP_SHIFT
    return datetime.fromtimestamp(milliseconds // 1000, UTC).replace(
        microsecond=milliseconds % 1000 * 1000
    )


def ranking_at(identifier: RankingId, instant: datetime) -> RankingId:
    """The ranking's id with the timestamp replaced by another instant."""
    milliseconds = int(instant.timestamp() * 1000)
    rest = identifier.int & (1 << _TIMESTAMP_SHIFT) - 1
    return RankingId(UUID(int=milliseconds << _TIMESTAMP_SHIFT | rest))
