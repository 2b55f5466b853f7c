"""A labelled data set is evaluated in a tenant of its own, a collection where it is."""

from contextlib import contextmanager
from dataclasses import replace

import pytest

from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.judgment import Judgment
from pgrerank.domain.request import RerankMode, SearchRequest
from pgrerank.usecases.collections import create
from pgrerank.usecases.evaluation.evaluate_labelled import (
    CollectionName,
    LabelledCollection,
    LabelledEvaluation,
    evaluate_labelled,
    questions,
)
from tests.fakes import FakeCandidates, candidate, services

GRADES = {"red fox": {"y": 1}, "other": {"x": 1}}
FOUND = (candidate(1, "other", external_id="x"), candidate(2, "red fox", external_id="y"))


class Corpus:
    """The documents of a data set, ingested into nothing."""

    def __init__(self):
        self.ingested = []

    async def ingest(self, ports, tenant_id, collection):
        assert await ports.collections.by_name(tenant_id, collection)
        self.ingested.append(collection)


def evaluation(place, **changes):
    wanted = LabelledEvaluation(
        place=place,
        request=SearchRequest(query="", rerank=RerankMode.ALWAYS),
        grades=GRADES,
        judgments="foxes",
    )
    return replace(wanted, **changes)


def new(corpus, **changes):
    place = LabelledCollection(dataset="Red Foxes", ingest=corpus.ingest, text_search="english")
    return replace(place, **changes)


def ports():
    return services(candidates=FakeCandidates(FOUND))


async def test_scratch_tenant_is_filled_searched_and_deleted():
    all_ports, corpus = ports(), Corpus()

    measured = await evaluate_labelled(all_ports, evaluation(new(corpus)))

    assert corpus.ingested == ["red-foxes-english"]
    assert (measured.collection, measured.judgments, measured.queries) == (
        "red-foxes-english",
        "foxes",
        2,
    )
    assert all_ports.tenants.kept == {}


async def test_scratch_tenant_is_deleted_if_the_ingest_fails():
    all_ports = ports()

    async def fails(_ports, _tenant_id, _collection):
        raise OSError("no such file")

    with pytest.raises(OSError, match="no such file"):
        await evaluate_labelled(all_ports, evaluation(new(Corpus(), ingest=fails)))

    assert all_ports.tenants.kept == {}


async def test_kept_tenant_is_used_again_and_its_run_stored():
    all_ports, corpus = ports(), Corpus()
    wanted = evaluation(new(corpus, keep="eval"), label="first")

    first = await evaluate_labelled(all_ports, wanted)
    second = await evaluate_labelled(all_ports, wanted)

    tenant = all_ports.tenants.kept["eval"]
    assert corpus.ingested == ["red-foxes-english"] * 2
    assert all_ports.evaluations.kept == {tenant.id: [first, second]}


async def test_existing_collection_is_searched_without_its_log():
    all_ports = ports()
    tenant = await all_ports.tenants.create("acme")
    docs = await create(all_ports, tenant.id, "docs", text_search="english")
    graded = Judgment(query="red fox", external_id="y", grade=1, source="human")
    await all_ports.judgments.add(tenant.id, docs, [graded])
    wanted = evaluation(CollectionName(tenant="acme", collection="docs"), grades=None)

    measured = await evaluate_labelled(all_ports, wanted)
    await evaluate_labelled(all_ports, evaluation(wanted.place, max_queries=1))

    assert [answer.query for answer in measured.answers] == ["red fox"]
    assert all_ports.rankings.recorded == []
    assert all_ports.evaluations.kept == {}


async def test_each_query_is_counted():
    steps = []

    @contextmanager
    def counter(total):
        steps.append(total)
        yield lambda: steps.append("searched")

    await evaluate_labelled(ports(), evaluation(new(Corpus())), counter=counter)

    assert steps == [2, "searched", "searched"]


async def test_questions_are_known_before_the_collection_is():
    all_ports = ports()

    assert {each.query for each in await questions(all_ports, evaluation(new(Corpus())))} == set(
        GRADES
    )
    with pytest.raises(NotFoundError):
        await questions(all_ports, evaluation(CollectionName(tenant="acme", collection="docs")))


@pytest.mark.parametrize(
    ("dataset", "name"),
    [
        ("NPL", "npl-english"),
        ("a_b c", "a-b-c-english"),
        ("x" * 100, "x" * 56 + "-english"),
        ("!", "english"),
    ],
)
def test_collection_is_named_after_the_data_set(dataset, name):
    assert new(Corpus(), dataset=dataset).name == name
