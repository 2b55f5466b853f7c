"""Results joined with the chunks around them."""

from uuid import UUID

from pgrerank.domain import order
from pgrerank.domain.ids import TenantId
from pgrerank.domain.window import MAX_WINDOWS
from pgrerank.usecases import windows
from tests.fakes import FakeCandidates, candidate

TENANT = TenantId(UUID(int=7))


async def test_the_first_results_get_windows_and_the_order_stays():
    found = tuple(candidate(rank, f"text {rank}") for rank in range(1, MAX_WINDOWS + 3))
    hits = order.final_order(found, [])

    wide = await windows.attach(FakeCandidates(found), TENANT, hits, 1)

    assert [hit.candidate for hit in wide] == [hit.candidate for hit in hits]
    assert [hit.window for hit in wide[-3:]] == [f"text {MAX_WINDOWS}", None, None]


async def test_a_chunk_that_is_gone_has_no_window():
    hits = order.final_order([candidate(1, "a"), candidate(2, "b")], [])

    wide = await windows.attach(FakeCandidates((candidate(2, "b"),)), TENANT, hits, 1)

    assert [hit.window for hit in wide] == [None, "b"]


async def test_without_neighbours_nothing_is_read():
    hits = order.final_order([candidate(1, "a")], [])

    assert await windows.attach(FakeCandidates((candidate(1, "a"),)), TENANT, hits, 0) == hits
