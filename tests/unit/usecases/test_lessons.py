from dataclasses import dataclass
from uuid import UUID

from pgrerank.domain.ids import TenantId
from pgrerank.domain.judgment import JudgedPassage, SeenPassage
from pgrerank.usecases.evaluation.lessons import judged_lessons
from tests import fakes

TENANT = TenantId(UUID(int=1))


def judged(external_id, lowest, highest=None, query="q"):
    return JudgedPassage(
        query=query,
        external_id=external_id,
        passage=f"text of {external_id}",
        lowest=lowest,
        highest=lowest if highest is None else highest,
    )


def seen(external_id, rank, query="q"):
    return SeenPassage(
        query=query, external_id=external_id, passage=f"text of {external_id}", rank=rank
    )


@dataclass
class Given:
    """Judged passages, and what searches ranked."""

    passages: list[JudgedPassage]
    searches: list[SeenPassage]

    async def judged_passages(self, *_):
        return self.passages

    async def seen_passages(self, *_, depth):
        return [each for each in self.searches if each.rank <= depth]


async def lessons(passages, searches, **parts):
    collections = fakes.FakeCollections()
    kept = await collections.create(
        TENANT, "docs", text_search="english", embedder=fakes.FakeEmbedder.model
    )
    judgments = Given(passages, searches)
    services = fakes.services(collections=collections, judgments=judgments, **parts)
    return await judged_lessons(services, TENANT, kept.name)


async def test_negatives_are_refused_ones_and_then_what_was_ranked_high_and_nobody_judged():
    (lesson,) = await lessons(
        [judged("a", 2), judged("b", 0), judged("split", 0, 3)],
        [seen("c", 1), seen("a", 2), seen("split", 3), seen("d", 50), seen("far", 51)],
    )

    assert lesson.positives == ("text of a",)
    assert lesson.negatives == ("text of b", "text of c", "text of d")
    assert (lesson.dataset, lesson.query) == ("docs", "q")


async def test_query_without_a_relevant_document_is_no_lesson():
    assert await lessons([judged("a", 0), judged("b", 0, 1)], [seen("c", 1)]) == []


async def test_query_that_was_never_searched_is_searched_now():
    candidates = fakes.FakeCandidates([fakes.candidate(1, "near miss")])

    (lesson,) = await lessons([judged("a", 1)], [], candidates=candidates)

    assert lesson.negatives == ("near miss",)
