"""A scorer of spans for tests; see fakes.py."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pgrerank.domain.ids import TenantId
from pgrerank.domain.spans import ScoredText, Span
from pgrerank.formats.sentences import units
from tests.fake_tokens import FakeLate


@dataclass
class FakeSpans:
    """The score of a unit is the share of the query's words in it; its tokens are its words."""

    failure: Exception | None = None
    in_time: bool = True
    asked: list[list[tuple[str, str]]] = field(default_factory=list)

    model = FakeLate.model

    async def scored(
        self,
        query: str,
        texts: Sequence[tuple[str, str]],
        *,
        deadline: float | None = None,
        tenant_id: TenantId | None = None,
    ) -> Sequence[ScoredText] | None:
        self.asked.append(list(texts))
        if self.failure is not None:
            raise self.failure
        return [_scored(query, content) for _, content in texts] if self.in_time else None


def _scored(query: str, content: str) -> list[Span]:
    asked = set(query.lower().split())
    found: list[Span] = []
    for unit in units(content):
        words = [each.strip(".!?") for each in content[unit.start : unit.end].lower().split()]
        score = len(asked & set(words)) / len(asked)
        found.append(Span(start=unit.start, end=unit.end, score=score, tokens=len(words)))
    return found
