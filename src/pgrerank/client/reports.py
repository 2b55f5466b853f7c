"""What each stage of a request did, as the service sends it."""

from uuid import UUID

from msgspec import Struct


class CascadeReport(Struct, frozen=True, kw_only=True):
    """The first step of a cascade."""

    scored: int
    model: str


class RerankReport(Struct, frozen=True, kw_only=True):
    """The outcome of the rerank stage."""

    #: `full`, `partial`, `skipped` or `failed`
    status: str
    #: why the status is not `full`
    reason: str | None = None
    #: number of chunks or documents scored
    scored: int
    #: the reranker; None: none ran
    model: str | None = None
    cascade: CascadeReport | None = None


class Leg(Struct, frozen=True, kw_only=True):
    """Numbers of chunks requested from and returned by a leg."""

    requested: int
    returned: int
    #: how it searched: `exact`, `hnsw`, `gin`, ...
    scan: str


class Legs(Struct, frozen=True, kw_only=True):
    """The legs of the first stage. None: the search did not use that leg."""

    dense: Leg | None = None
    keyword: Leg | None = None
    sparse: Leg | None = None


class CalibrationReport(Struct, frozen=True, kw_only=True):
    """The calibration that turned scores into probabilities."""

    #: None: no calibration was applied
    id: UUID | None = None
    #: why none was applied, or a caveat on the one applied
    reason: str | None = None


class Answerable(Struct, frozen=True, kw_only=True):
    """Whether any candidate is relevant."""

    value: bool
    probability: float
