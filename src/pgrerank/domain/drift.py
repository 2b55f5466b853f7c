"""Health checks of collections and their results."""

from dataclasses import dataclass
from enum import StrEnum


class HealthState(StrEnum):
    """Result of a check."""

    OK = "ok"
    WARN = "warn"
    ALERT = "alert"
    UNKNOWN = "unknown"  # too little data


#: from best to worst
SEVERITY = (HealthState.UNKNOWN, HealthState.OK, HealthState.WARN, HealthState.ALERT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The result of one check of a collection or a reference set. See `sql/views/health.sql`."""

    tenant: str
    #: None: the check is of a reference set, named in the advice
    collection: str | None
    check_name: str
    state: HealthState
    #: in the check's own unit; None: it could not be computed
    value: float | None
    #: warns at or above this value; if `alert_at` is smaller, below it
    warn_at: float
    alert_at: float
    #: number of searches, pairs, queries or runs that it is based on
    samples: int
    #: name of the reranker that is checked; None: none, or all
    reranker: str | None
    #: recommended action, as a sentence
    advice: str

    def reaches(self, state: HealthState) -> bool:
        """Whether the result is this bad or worse."""
        return SEVERITY.index(self.state) >= SEVERITY.index(state)


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCount:
    """Number of collections or reference sets for which a check gave a state."""

    check_name: str
    state: HealthState
    #: name; empty: all tenants together
    tenant: str
    collections: int
