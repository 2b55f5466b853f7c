"""What is watched of a collection, and how it stands."""

from dataclasses import dataclass
from enum import StrEnum


class HealthState(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARN = "warn"
    ALERT = "alert"
    UNKNOWN = "unknown"  # too little to tell by


#: the worst last
SEVERITY = (HealthState.UNKNOWN, HealthState.OK, HealthState.WARN, HealthState.ALERT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A check of a collection or of a reference set. `sql/views/health.sql` has the rules."""

    tenant: str
    #: None: the check is of a reference set, which the advice names
    collection: str | None
    check_name: str
    state: HealthState
    #: in the check's own unit; None: it could not be had
    value: float | None
    #: from here on it warns; where `alert_at` is smaller, below here
    warn_at: float
    alert_at: float
    #: searches, pairs, queries or runs that it rests on
    samples: int
    #: name of the reranker that it is about; None: of none, or of all
    reranker: str | None
    #: what to do, in a sentence
    advice: str

    def reaches(self, state: HealthState) -> bool:
        """Whether it is as bad as this, or worse."""
        return SEVERITY.index(self.state) >= SEVERITY.index(state)


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCount:
    """How many collections, or reference sets, a check found in a state."""

    check_name: str
    state: HealthState
    #: name; empty: of all tenants together
    tenant: str
    collections: int
