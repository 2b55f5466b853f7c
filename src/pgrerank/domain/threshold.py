"""Named thresholds, which remove results by log-odds or by relevance."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pgrerank.domain.bounds import within
from pgrerank.domain.errors import InvalidRequestError


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """The precision that a cut-off must keep, with a confidence.

    Raises:
        InvalidRequestError: A number is not between 0 and 1; names the field.
    """

    precision: float
    confidence: float = 0.95

    def __post_init__(self) -> None:
        for name in ("precision", "confidence"):
            if not 0 < getattr(self, name) < 1:
                raise InvalidRequestError(
                    name, f"must lie between 0 and 1, not {getattr(self, name)}"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A named threshold: either a `cutoff` or a `min_relevance`.

    Raises:
        InvalidRequestError: Neither or both are given, or `min_relevance` is not 0..1.
    """

    name: str
    #: log-odds by `calibration`, below which results are removed
    cutoff: float | None = None
    #: probability below which results are removed, by whichever calibration applies
    min_relevance: float | None = None
    #: the promise that the cut-off keeps; None: it was chosen by hand
    promise: Promise | None = None
    #: the calibration whose judged pairs the cut-off was chosen by
    calibration: UUID | None = None
    #: of the reranker of the cut-off
    fingerprint: str | None = None
    reranker: str | None = None
    #: name of its collection, if it is stored
    collection: str | None = None
    created_at: datetime | None = None

    def __post_init__(self) -> None:
        within("min_relevance", self.min_relevance, 0, 1)
        if (self.cutoff is None) == (self.min_relevance is None):
            raise InvalidRequestError(
                "threshold", "is either a promise, log-odds or a relevance: give one of them"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A cut-off that keeps a promise, or why there is none."""

    promise: Promise
    #: None: no cut-off keeps the promise
    cutoff: float | None
    #: number of pairs at or above the cut-off or, without one, the cut-off that came nearest
    pairs: int
    #: their observed precision
    precision: float
    #: lower bound of their precision, at the confidence of a single test
    bound: float
    #: estimated number of judged pairs needed if there were too few; None: more will not help
    pairs_needed: int | None = None

    @property
    def explanation(self) -> str:
        """The choice as a sentence."""
        target = f"a precision of {self.promise.precision:g} with {self.promise.confidence:.0%} confidence"
        if self.cutoff is not None:
            return (
                f"Results with log-odds of {self.cutoff:.6g} or more keep {target}: "
                f"{self.precision:.3f} of {self.pairs} judged pairs are relevant."
            )
        nearest = (
            f"No cut-off can promise {target}. The best shows {self.precision:.3f} on {self.pairs} "
            f"pairs, of which {self.bound:.3f} is certain"
        )
        if self.pairs_needed is None:
            return f"{nearest}; more judgments of this kind will not help."
        return f"{nearest}; about {self.pairs_needed} judged pairs in all would be needed."
