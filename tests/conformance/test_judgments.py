"""Judgments: the fake against the Postgres implementation, in what the fake can do."""

import asyncio

import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain.ids import ChunkId
from pgrerank.domain.judgment import Judgment

CHUNK = ChunkId(uuid7())


def judgment(external_id="a", grade=1, judged_by=None, **columns):
    given = {"query": "q", "source": "human", **columns}
    return Judgment(external_id=external_id, grade=grade, judged_by=judged_by, **given)


async def test_the_same_judgment_is_kept_once_and_can_be_taken_back(ports, tenant_id, docs):
    first = await ports.judgments.add(tenant_id, docs, [judgment(), judgment(), judgment("b")])
    again = await ports.judgments.add(tenant_id, docs, [judgment(), judgment(grade=0)])

    assert (first, again) == (2, 1)
    assert await ports.judgments.remove(tenant_id, docs, judgment())
    assert not await ports.judgments.remove(tenant_id, docs, judgment())
    assert await ports.judgments.add(tenant_id, docs, [judgment()]) == 1


async def test_the_same_judgments_of_concurrent_callers_are_kept_once(ports, tenant_id, docs):
    chunk_id = ChunkId(uuid7())
    given = [judgment(str(n), grade=n % 4) for n in range(50)]
    given += [judgment(str(n), chunk_id=chunk_id, judged_by="ann") for n in range(50)]

    added = await asyncio.gather(
        *(ports.judgments.add(tenant_id, docs, given if n % 2 else given[::-1]) for n in range(8))
    )

    assert sum(added) == len(given)


async def test_what_a_judge_graded_is_told_by_name(ports, tenant_id, docs):
    given = [judgment("a", judged_by="ann"), judgment("b", judged_by="bob"), judgment("c")]
    await ports.judgments.add(tenant_id, docs, given)

    assert await ports.judgments.of_judge(tenant_id, docs, "ann") == {("q", "a", None)}


async def test_only_judgments_of_people_count_as_those_of_a_judge(ports, tenant_id, docs):
    given = [judgment("a", judged_by="ann"), judgment("b", judged_by="ann", source="llm")]
    await ports.judgments.add(tenant_id, docs, given)

    assert await ports.judgments.of_judge(tenant_id, docs, "ann") == {("q", "a", None)}
    assert await ports.judgments.of_judge(tenant_id, docs, "ann", source="llm") == {
        ("q", "b", None)
    }


async def test_of_a_model_the_newest_grades_of_documents_and_chunks_count(ports, tenant_id, docs):
    changes = [
        judgment("a", 3, "qwen", source="llm"),
        judgment("a", 1, "qwen", source="llm"),
        judgment("a", 2, "qwen", source="llm", chunk_id=CHUNK),
        judgment("b", 0, "qwen", source="llm", query="other"),
        judgment("a", 3, "gpt", source="llm"),
        judgment("a", 3, "qwen"),
    ]
    for each in changes:
        await ports.judgments.add(tenant_id, docs, [each])

    found = await ports.judgments.grades_of_model(tenant_id, docs, "qwen")

    assert found == {"q": {"a": 2}, "other": {"b": 0}}
    assert await ports.judgments.grades_of_model(tenant_id, docs, "nobody") == {}


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_judge_who_returns_to_a_grade_means_it(ports, tenant_id, docs, at_once):
    changes = [judgment(grade=grade, judged_by="ann") for grade in (2, 0, 2)]
    for given in [changes] if at_once else [[each] for each in changes]:
        await ports.judgments.add(tenant_id, docs, given)

    assert await ports.judgments.grades(tenant_id, docs) == {"q": {"a": 2}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param([judgment(grade=2)], 2, id="one"),
        pytest.param([judgment(grade=3), judgment(grade=1)], 1, id="the lowest"),
        pytest.param([judgment(grade=0), judgment(grade=1)], None, id="contradicting"),
        pytest.param(
            [judgment(grade=0, judged_by="ann"), judgment(grade=2, judged_by="ann")],
            2,
            id="the newest of a judge",
        ),
        pytest.param(
            [judgment(grade=0, judged_by="ann"), judgment(grade=2, judged_by="bob")],
            None,
            id="judges that contradict each other",
        ),
        pytest.param(
            [
                judgment(grade=0, judged_by="ann", source="import"),
                judgment(grade=2, judged_by="ann"),
            ],
            None,
            id="one name in two sources is two judges",
        ),
        pytest.param([judgment(grade=3, source="click")], None, id="feedback"),
        pytest.param([judgment(grade=3, source="llm")], None, id="a language model"),
        pytest.param([judgment(grade=0), judgment(grade=3, source="llm")], 0, id="no model"),
        pytest.param([judgment(grade=0), judgment(grade=3, source="thumbs")], 0, id="no feedback"),
    ],
)
async def test_a_grade_is_what_judges_agree_on(ports, tenant_id, docs, given, expected):
    await ports.judgments.add(tenant_id, docs, given)

    grades = await ports.judgments.grades(tenant_id, docs)

    assert grades == ({} if expected is None else {"q": {"a": expected}})


async def test_the_grade_of_a_document_is_the_best_of_its_own_and_its_chunks(
    ports, tenant_id, docs
):
    given = [judgment(grade=1), judgment(grade=3, chunk_id=CHUNK), judgment("b", query="other")]
    await ports.judgments.add(tenant_id, docs, given)

    labels = await ports.judgments.labels(tenant_id, docs)

    assert await ports.judgments.grades(tenant_id, docs) == {"q": {"a": 3}, "other": {"b": 1}}
    assert {(each.query, each.external_id, each.chunk_id, each.grade) for each in labels} == {
        ("q", "a", None, 1),
        ("q", "a", CHUNK, 3),
        ("other", "b", None, 1),
    }


async def test_judgments_of_another_tenant_are_neither_read_nor_removed(
    ports, tenant_id, docs, make_tenant
):
    await ports.judgments.add(tenant_id, docs, [judgment(judged_by="ann")])
    stranger = make_tenant()

    assert await ports.judgments.grades(stranger, docs) == {}
    assert await ports.judgments.labels(stranger, docs) == []
    assert await ports.judgments.of_judge(stranger, docs, "ann") == set()
    assert not await ports.judgments.remove(stranger, docs, judgment(judged_by="ann"))
    assert await ports.judgments.grades(tenant_id, docs) == {"q": {"a": 1}}
