"""Lists of related documents: what is stored equals what a computation from nothing gives."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgrerank.domain.errors import (
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    ScoringError,
)
from pgrerank.domain.related import RelatedMethod
from pgrerank.storage import related as storage
from pgrerank.storage.collections import PostgresCollections
from pgrerank.storage.embeddings import PostgresEmbeddings
from pgrerank.usecases.enrich import renew_all
from tests.fake_tokens import FakeLate
from tests.fakes import FakeEmbedder, FakeScorer, bag_of_words
from tests.fixtures.collections import changing
from tests.fixtures.related import Related, made

WORDS = ("walrus", "seal", "tusk", "ice", "fish", "sea", "north", "polar")


async def test_documents_are_ordered_by_their_score_for_the_document_as_query(related):
    await related.store(
        made("a", "walrus seal ice"),
        made("b", "walrus fish"),
        made("c", "walrus seal ice north"),
        made("d", "sea polar"),
    )

    done = await related.enrich()

    page = await related.page("a")
    assert [each.external_id for each in page.items] == ["c", "b", "d"]
    assert [each.score for each in page.items] == pytest.approx([1, 1 / 3, 0])
    assert [each.rank for each in page.items] == [1, 2, 3]
    assert (page.is_due, page.model, page.listed) == (False, "fake-late", 3)
    assert (done.lists, done.scored, done.noticed.new) == (4, 12, 4)


async def test_long_document_counts_by_its_nearest_chunk(related):
    await related.store(
        made("a", "walrus seal"), made("b", "fish", "walrus seal", "ice"), made("c", "walrus")
    )

    await related.enrich()

    assert await related.ids("a") == ["b", "c"]


async def test_list_holds_the_nearest_down_to_its_depth(related):
    await related.store(
        made("a", "walrus seal"), made("b", "walrus seal ice"), made("c", "fish"), made("d", "sea")
    )

    await related.enrich(depth=1)

    assert await related.ids("a") == ["b"]


async def test_list_is_read_in_pages(related):
    await related.store(*(made(name, "walrus") for name in "abcdefg"))
    await related.enrich()

    first = await related.page("a", limit=4)
    rest = await related.page("a", limit=4, cursor=first.cursor)

    assert [each.rank for each in (*first.items, *rest.items)] == [1, 2, 3, 4, 5, 6]
    assert rest.cursor is None
    with pytest.raises(InvalidRequestError, match="cursor"):
        await related.page("a", cursor="Zm9v")


async def test_second_run_has_nothing_to_do(related):
    await related.store(made("a", "walrus"), made("b", "seal"))
    await related.enrich()

    done = await related.enrich()

    assert (done.lists, done.scored) == (0, 0)


async def test_page_tells_of_a_change_and_leaves_out_what_is_deleted(related):
    await related.store(made("a", "walrus"), made("b", "walrus"), made("c", "walrus ice"))
    await related.enrich()
    await related.delete("b")
    await related.store(made("a", "walrus tusk"))

    page = await related.page("a")

    assert [each.external_id for each in page.items] == ["c"]
    assert page.is_due


async def test_document_without_a_list_says_so(related):
    await related.store(made("a", "walrus"))

    page = await related.page("a")

    assert (page.listed, page.items, page.checked_at) == (None, [], None)
    with pytest.raises(NotFoundError, match="document `b`"):
        await related.page("b")


async def test_change_of_metadata_alone_renews_nothing(related):
    await related.store(made("a", "walrus"), made("b", "seal"))
    await related.enrich()
    changed = made("a", "walrus")
    await related.store(replace(changed, document=replace(changed.document, uri="http://a")))

    done = await related.enrich()

    assert (done.lists, done.scored) == (0, 0)


async def test_changed_document_costs_its_own_pairs_and_one_in_each_list(related):
    await related.store(*(made(name, "walrus") for name in "abcdef"))
    await related.enrich()
    await related.store(made("a", "walrus ice"))

    done = await related.enrich()

    assert (done.lists, done.scored) == (6, 5 + 5)


async def test_lists_that_a_change_does_not_touch_stay_as_they_are(related):
    await related.store(
        *(made(f"walrus-{i}", f"walrus tusk {i}") for i in range(4)),
        *(made(f"fish-{i}", f"fish sea {i}") for i in range(4)),
    )
    await related.enrich(depth=3)
    await related.store(made("walrus-0", "walrus tusk 0 0"))

    done = await related.enrich()

    assert done.lists == 4


async def test_another_depth_scores_only_what_is_added(related):
    await related.store(*(made(name, f"walrus {name}") for name in "abcd"))
    await related.enrich(depth=1)

    done = await related.enrich(depth=3)
    again = await related.enrich(depth=2)

    assert (done.lists, done.scored) == (4, 4 * 2)
    assert (again.lists, again.scored) == (4, 0)


async def test_another_model_scores_everything(related):
    await related.store(made("a", "walrus"), made("b", "seal"), made("c", "walrus seal"))
    await related.enrich()

    done = await related.enrich(method=RelatedMethod.RERANKER)

    assert (done.lists, done.scored) == (3, 6)
    assert (await related.page("a")).model == "fake-reranker"
    assert (await related.status()).method is RelatedMethod.RERANKER


async def test_another_embedder_makes_the_lists_anew(related):
    await related.store(made("a", "walrus"), made("b", "walrus"), made("c", "fish"))
    await related.enrich(depth=1)
    embeddings = PostgresEmbeddings(related.shelf.pool)
    other = replace(FakeEmbedder.model, name="other", fingerprint="9" * 64)
    place = related.shelf.tenant_id, related.shelf.collection
    await embeddings.begin(*place, other)
    chunks = await embeddings.missing(*place, other, after=None, limit=10)
    swapped = {"walrus": "walrus", "fish": "walrus"}
    await embeddings.add(
        *place,
        other,
        {each.chunk_id: bag_of_words(swapped[each.content]) for each in chunks},
    )
    await embeddings.finish(*place, other)
    await embeddings.cut_over(*place)

    done = await related.enrich()

    assert (done.lists, done.scored) == (3, 3)


async def test_late_interaction_needs_stored_token_vectors(shelf):
    await shelf.store(made("a", "walrus"))

    with pytest.raises(ConflictError, match="pgrerank collection tokens shelf"):
        await Related(shelf).enrich()
    with pytest.raises(ConflictError, match="PGRERANK_TOKEN_MODEL"):
        await Related(shelf, late=None).enrich()


@pytest.mark.parametrize("depth", [0, 1001])
async def test_depth_is_from_1_to_1000(related, depth):
    with pytest.raises(InvalidRequestError, match="depth: must be from 1 to 1000"):
        await related.enrich(depth=depth)


async def test_failed_batch_is_given_back(related):
    await related.store(*(made(f"{i}", "walrus") for i in range(5)))
    await related.enrich(method=RelatedMethod.RERANKER, depth=2)
    stopped = FakeScorer(failure=ScoringError("reranker"))
    for i in range(5):
        await related.store(made(f"{i}", f"walrus {i}"))

    with pytest.raises(ScoringError):
        await replace(related, scorer=stopped).enrich()
    status = await related.status()

    assert (status.due, status.leased) == (5, 0)


async def test_lists_of_another_process_are_not_taken(related):
    await related.store(made("a", "walrus"), made("b", "walrus"))
    place = related.shelf.tenant_id, related.shelf.collection
    await related.port.notice(
        *place, FakeLate.model, method=RelatedMethod.LATE_INTERACTION, depth=5
    )

    _, first = await related.port.claim(*place, limit=1, lease_s=60)
    _, second = await related.port.claim(*place, limit=5, lease_s=0)
    _, third = await related.port.claim(*place, limit=5, lease_s=60)

    assert [len(first), len(second), len(third)] == [1, 1, 1]
    assert first[0].number != second[0].number
    assert third[0].number == second[0].number


async def test_list_computed_before_a_change_was_found_stays_due(related):
    await related.store(made("a", "walrus"), made("b", "walrus"))
    await related.enrich()
    place = related.shelf.tenant_id, related.shelf.collection
    settings = {"method": RelatedMethod.LATE_INTERACTION, "depth": 100}
    await related.store(made("a", "walrus ice"))
    await related.port.notice(*place, FakeLate.model, **settings)
    corpus = await related.port.corpus(*place)
    _, taken = await related.port.claim(*place, limit=5, lease_s=60)
    await related.store(made("b", "walrus sea"))
    await related.port.notice(*place, FakeLate.model, **settings)

    lists = [
        storage.RenewedList(number=each.number, numbers=[], scores=[], lowest_similarity=None)
        for each in taken
    ]
    await related.port.store(*place, lists, revision=corpus.revision)

    assert (await related.status()).due == 2


async def test_worker_finds_what_is_stale_and_renews_it(related, database):
    await related.store(made("a", "walrus"), made("b", "walrus"))
    place = (related.shelf.tenant_id, related.shelf.collection.name)

    async def stale():
        return [each for each in await storage.stale(database.admin_url) if each == place]

    unkept = await stale()
    await related.enrich()
    fresh = await stale()
    await related.store(made("c", "walrus ice"))
    new = await stale()
    said = await renew_all(related.services, new)
    await related.delete("c")

    assert (unkept, fresh, new) == ([], [], [place])
    assert said == ["shelf: 3 lists, 4 pairs"]
    assert await stale() == [place]


async def test_lists_are_forgotten_with_their_collection_or_on_their_own(related):
    await related.store(made("a", "walrus"), made("b", "walrus"))
    await related.enrich()

    assert await related.forget()
    assert not await related.forget()
    assert (await related.page("a")).listed is None
    await related.enrich()
    await PostgresCollections(related.shelf.pool).delete(
        related.shelf.tenant_id, related.shelf.collection.name
    )


TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
STEPS = st.lists(
    st.tuples(st.sampled_from("abcdefg"), st.one_of(st.none(), TEXTS), st.booleans()),
    min_size=1,
    max_size=12,
)


@given(steps=STEPS, depth=st.integers(1, 4))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
async def test_renewed_lists_equal_lists_made_from_nothing(new_shelf, steps, depth):
    shelf = await new_shelf()
    changed = await PostgresCollections(shelf.pool).change(
        shelf.tenant_id, shelf.collection.name, changing(stores_tokens=True)
    )
    related = Related(replace(shelf, collection=changed))
    there = set()
    for name, text, renews in steps:
        if text is not None:
            await related.store(made(name, text))
            there.add(name)
        elif name in there:
            await related.delete(name)
            there.discard(name)
        if renews:
            await related.enrich(depth=depth)
    await related.enrich(depth=depth)
    renewed = await related.lists(there)
    await related.forget()
    await related.enrich(depth=depth)

    assert renewed == await related.lists(there)
