"""An in-memory implementation of the port Reports; see fakes.py."""

from collections.abc import Sequence
from dataclasses import dataclass

from pgrerank.domain.ids import TenantId
from pgrerank.ports.reports import Interval, JudgedDocument, LoggedSearch


@dataclass
class FakeReports:
    """Holds searches; judged documents are those of all time."""

    held: Sequence[LoggedSearch] = ()
    grades: Sequence[JudgedDocument] = ()

    async def searches(self, tenant_id: TenantId, interval: Interval) -> Sequence[LoggedSearch]:
        return [each for each in self.held if interval.since <= each.created_at < interval.until]

    async def judged_documents(
        self, tenant_id: TenantId, interval: Interval
    ) -> Sequence[JudgedDocument]:
        return self.grades
