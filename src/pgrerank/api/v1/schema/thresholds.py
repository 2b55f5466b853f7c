"""Request and response bodies of thresholds."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta, Struct

from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.threshold import Promise, Threshold


class NewThreshold(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A threshold to set: by a precision to keep, or by a minimum probability."""

    precision: Annotated[
        Annotated[float, Meta(gt=0, lt=1)] | None,
        Meta(
            description="Precision of the remaining results. The loosest cut-off that keeps it is "
            "set."
        ),
    ] = None
    confidence: Annotated[
        Annotated[float, Meta(gt=0, lt=1)] | None,
        Meta(description="Confidence that `precision` is kept. Default: 0.95."),
    ] = None
    min_relevance: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(
            description="Minimum probability of relevance, instead of `precision`, `confidence` "
            "and `calibration_id`."
        ),
    ] = None
    calibration_id: Annotated[
        UUID | None,
        Meta(
            description="Calibration whose judged pairs are used. Default: the newest that applies."
        ),
    ] = None

    @property
    def promise(self) -> Promise | None:
        """The precision to keep; None: `min_relevance` is given instead.

        Raises:
            InvalidRequestError: Neither or both are given, or a field that would have no effect.
        """
        if (self.precision is None) == (self.min_relevance is None):
            raise InvalidRequestError(
                "precision", "exactly one of `precision` and `min_relevance` must be given"
            )
        if self.precision is not None:
            given = {} if self.confidence is None else {"confidence": self.confidence}
            return Promise(precision=self.precision, **given)
        for name in ("confidence", "calibration_id"):
            if getattr(self, name) is not None:
                raise InvalidRequestError(name, "is for `precision`, not for `min_relevance`")
        return None


class ThresholdResponse(Struct, frozen=True, kw_only=True):
    """A named threshold."""

    name: str
    collection: str | None
    cutoff: Annotated[float | None, Meta(description="Log-odds by `calibration_id`.")]
    min_relevance: float | None
    precision: Annotated[
        float | None, Meta(description="Precision that it keeps; null: set by `min_relevance`.")
    ]
    confidence: float | None
    reranker: str | None
    reranker_fingerprint: str | None
    calibration_id: UUID | None
    created_at: datetime | None

    @classmethod
    def of(cls, threshold: Threshold) -> Self:
        """Response for a threshold."""
        promise = threshold.promise
        return cls(
            name=threshold.name,
            collection=threshold.collection,
            cutoff=threshold.cutoff,
            min_relevance=threshold.min_relevance,
            precision=promise and promise.precision,
            confidence=promise and promise.confidence,
            reranker=threshold.reranker,
            reranker_fingerprint=threshold.fingerprint,
            calibration_id=threshold.calibration,
            created_at=threshold.created_at,
        )


class ThresholdPage(Struct, frozen=True, kw_only=True):
    """All thresholds of the tenant, sorted by name."""

    items: list[ThresholdResponse]


class ThresholdSet(Struct, frozen=True, kw_only=True):
    """The threshold that was set."""

    name: str
    cutoff: float | None
    min_relevance: float | None
    explanation: str
