"""The port of log events and metrics."""

from typing import Protocol

from pgrerank.domain.candidate import SearchOutcome
from pgrerank.domain.ingest import IngestReport
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.rerank import RerankOutcome, RerankRequest


class Observer(Protocol):
    """Logs and counts events. Returns immediately and never raises."""

    def record_search(
        self, collection_name: str, request: SearchRequest, ranking: SearchOutcome
    ) -> None:
        """Record an answered search."""
        ...

    def record_ranking(self, request: RerankRequest, ranked: RerankOutcome) -> None:
        """Record a ranking of supplied documents."""
        ...

    def record_ingest(self, collection_name: str, report: IngestReport) -> None:
        """Record a finished ingest."""
        ...

    def record_answer(self, method: str, route: str, status: int, seconds: float) -> None:
        """Record an answered request; `route` is the template, not the path with its ids."""
        ...

    def exposition(self) -> bytes:
        """All metrics in the text format of Prometheus."""
        ...
