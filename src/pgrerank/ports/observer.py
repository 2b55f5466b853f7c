"""The port of log lines and metrics."""

from typing import Protocol

from pgrerank.domain.candidate import SearchOutcome
from pgrerank.domain.ingest import IngestReport
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.rerank import RerankOutcome, RerankRequest


class Observer(Protocol):
    """Told what happened, to log and count it. Returns at once and never raises."""

    def record_search(
        self, collection_name: str, request: SearchRequest, ranking: SearchOutcome
    ) -> None:
        """A search was answered."""
        ...

    def record_ranking(self, request: RerankRequest, ranked: RerankOutcome) -> None:
        """Documents that the caller brought were ranked."""
        ...

    def record_ingest(self, collection_name: str, report: IngestReport) -> None:
        """An ingest came to its end."""
        ...

    def record_answer(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered; `route` is the template, not the path with its ids."""
        ...

    def exposition(self) -> bytes:
        """All counts in the text format of Prometheus."""
        ...
