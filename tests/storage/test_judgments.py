import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain.errors import ConflictError, InvalidRequestError
from pgrerank.domain.judgment import Judgment
from pgrerank.domain.request import SearchRequest
from pgrerank.storage.collections import PostgresCollections
from pgrerank.storage.judgments import PostgresJudgments
from tests.fixtures.collections import embedded
from tests.fixtures.rankings import ranking


@pytest.fixture
def judgments(service_pool):
    return PostgresJudgments(service_pool)


def judgment(query="walrus?", external_id="d1", grade=1, **columns):
    return Judgment(query=query, external_id=external_id, grade=grade, source="human", **columns)


async def passages(judgments, shelf):
    found = await judgments.judged_passages(shelf.tenant_id, shelf.collection)
    return {(row.query, row.external_id, row.passage): (row.lowest, row.highest) for row in found}


async def test_judged_documents_come_with_their_grades_and_text(judgments, shelf):
    await shelf.store(embedded("d1", "walrus swims", title="Seals"), embedded("d2", "car"))

    added = await judgments.add(
        shelf.tenant_id, shelf.collection, [judgment(grade=3), judgment(external_id="d2", grade=0)]
    )

    assert added == 2
    assert await passages(judgments, shelf) == {
        ("walrus?", "d1", "Seals\nwalrus swims"): (3, 3),
        ("walrus?", "d2", "car"): (0, 0),
    }


async def test_contradictions_are_kept_and_repetitions_are_not(judgments, shelf):
    await shelf.store(embedded("d1", "walrus"))
    made = [judgment(grade=0), judgment(grade=2), judgment(grade=2), judgment(judged_by="ann")]

    first = await judgments.add(shelf.tenant_id, shelf.collection, made)
    again = await judgments.add(shelf.tenant_id, shelf.collection, made)
    (row,) = await judgments.judged_passages(shelf.tenant_id, shelf.collection)

    assert (first, again) == (3, 0)
    assert (row.lowest, row.highest, row.agreed_grade) == (0, 2, None)


async def test_a_judgment_is_taken_back_and_those_beside_it_stay(judgments, shelf):
    own, other = judgment(grade=2, judged_by="ann"), judgment(grade=1, judged_by="bob")
    earlier = judgment(grade=0, judged_by="ann")
    await judgments.add(shelf.tenant_id, shelf.collection, [earlier, own, other])

    removed = await judgments.remove(shelf.tenant_id, shelf.collection, own)
    again = await judgments.remove(shelf.tenant_id, shelf.collection, own)
    stored_anew = await judgments.add(shelf.tenant_id, shelf.collection, [earlier, own, other])

    assert (removed, again, stored_anew) == (True, False, 1)


async def test_grades_are_of_documents_and_leave_out_what_judges_differ_on(judgments, shelf):
    await judgments.add(
        shelf.tenant_id,
        shelf.collection,
        [
            judgment(grade=1),
            judgment(grade=3),
            judgment(external_id="unclear", grade=0),
            judgment(external_id="unclear", grade=2),
            judgment(external_id="wrong", grade=0),
            judgment("seal?", "parts", 1, chunk_id=uuid7()),
            judgment("seal?", "parts", 2, chunk_id=uuid7()),
        ],
    )

    grades = await judgments.grades(shelf.tenant_id, shelf.collection)

    assert grades == {"walrus?": {"d1": 1, "wrong": 0}, "seal?": {"parts": 2}}


async def test_judgment_may_come_before_its_document(judgments, shelf):
    await judgments.add(shelf.tenant_id, shelf.collection, [judgment()])

    before = await judgments.unknown(shelf.tenant_id, shelf.collection, ["d1"])
    await shelf.store(embedded("d1", "walrus"))

    assert before == ["d1"]
    assert await judgments.unknown(shelf.tenant_id, shelf.collection, ["d1"]) == []
    assert len(await passages(judgments, shelf)) == 1


async def test_best_placed_chunk_speaks_for_its_document(judgments, journal):
    shelf = journal.shelf
    await shelf.store(embedded("d1", "walrus one", "walrus two"), embedded("d2", "walrus"))
    await judgments.add(shelf.tenant_id, shelf.collection, [judgment()])
    found = {c.content: c for c in (await shelf.retrieve("walrus")).candidates}
    placed = [found["walrus two"], found["walrus one"], found["walrus"]]

    before = [passage for _, _, passage in await passages(judgments, shelf)]
    await journal.record(ranking(placed, [3, 2, 1]), request=SearchRequest(query="walrus?"))
    after = [passage for _, _, passage in await passages(judgments, shelf)]

    assert (before, after) == (["walrus one"], ["walrus two"])


async def test_judged_chunk_speaks_for_itself(judgments, shelf):
    await shelf.store(embedded("d1", "walrus one", "walrus two"))
    (two,) = (
        c.chunk_id for c in (await shelf.retrieve("walrus")).candidates if c.content == "walrus two"
    )

    await judgments.add(shelf.tenant_id, shelf.collection, [judgment(chunk_id=two)])

    assert [key[2] for key in await passages(judgments, shelf)] == ["walrus two"]


async def test_what_searches_for_a_judged_query_returned_is_seen(judgments, journal):
    shelf = journal.shelf
    await shelf.store(*[embedded(f"d{i}", f"walrus {i}") for i in range(4)])
    await judgments.add(shelf.tenant_id, shelf.collection, [judgment()])
    found = (await shelf.retrieve("walrus")).candidates
    asked = SearchRequest(query="walrus?")
    await journal.record(ranking(found), ranking(found, [1, 2, 3, 4]), request=asked)
    await journal.record(ranking(found), request=SearchRequest(query="nobody judged this"))

    seen = await judgments.seen_passages(shelf.tenant_id, shelf.collection, depth=2)

    assert {row.query for row in seen} == {"walrus?"}
    assert sorted(row.rank for row in seen) == [1, 1, 2, 2]
    assert {row.external_id for row in seen} == {c.external_id for c in found}


async def test_other_tenants_judgments_are_not_read(judgments, new_shelf):
    mine, theirs = await new_shelf(embedded("d1", "walrus")), await new_shelf(embedded("d1", "x"))

    await judgments.add(theirs.tenant_id, theirs.collection, [judgment()])

    assert await judgments.judged_passages(mine.tenant_id, mine.collection) == []
    assert await judgments.judged_passages(mine.tenant_id, theirs.collection) == []
    assert await judgments.grades(mine.tenant_id, theirs.collection) == {}


async def test_collection_that_is_gone_takes_no_judgments(judgments, shelf, service_pool):
    await PostgresCollections(service_pool).delete(shelf.tenant_id, shelf.collection.name)

    with pytest.raises(ConflictError, match="deleted meanwhile"):
        await judgments.add(shelf.tenant_id, shelf.collection, [judgment()])


@pytest.mark.parametrize(
    "wrong", [{"grade": 4}, {"grade": -1}, {"query": " "}, {"external_id": ""}]
)
def test_judgment_that_means_nothing_is_refused(wrong):
    with pytest.raises(InvalidRequestError):
        judgment(**wrong)


async def test_judgment_of_a_chunk_that_is_gone_is_of_its_document(judgments, shelf):
    await shelf.store(embedded("d1", "walrus"))

    await judgments.add(shelf.tenant_id, shelf.collection, [judgment(chunk_id=uuid7())])

    assert [key[2] for key in await passages(judgments, shelf)] == ["walrus"]
