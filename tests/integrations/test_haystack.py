"""Haystack over the live service."""

import asyncio

import pytest
from haystack import Document, Pipeline
from haystack.utils import Secret

from pgrerank.client.errors import ConflictError, NotFoundError
from pgrerank.integrations.haystack import PgrerankRanker, PgrerankRetriever
from pgrerank.integrations.haystack_filter import translate
from tests.integrations.conftest import BEST, QUERY, TEXTS

TRUSTED = ["pgrerank.integrations.haystack"]


@pytest.fixture
def key(place):
    return Secret.from_token(place.key)


@pytest.fixture
def supplied():
    return [
        Document(id=name, content=text, meta={"name": name, "tags": ["a"]})
        for name, text in TEXTS.items()
    ]


async def test_the_retriever_finds_documents_with_score_and_meta(place, key, either):
    retriever = PgrerankRetriever(place.url, "docs", key, knobs={"rerank": "always"})
    found = await either(retriever.run, retriever.run_async, QUERY, top_k=3)

    documents = found["documents"]
    first = documents[0]
    assert (len(documents), first.content) == (3, TEXTS[BEST])
    assert (first.meta["document_id"], first.meta["length"]) == (BEST, len(TEXTS[BEST]))
    assert first.id == first.meta["pgrerank"]["chunk_id"]
    assert [document.score for document in documents] == [None] * 3
    raw = [document.meta["pgrerank"]["scores"]["log_odds"] for document in documents]
    assert raw == sorted(raw, reverse=True)


async def test_filters_of_haystack_are_kept(place, key, either):
    retriever = PgrerankRetriever(place.url, "docs", key, knobs={"filter": {"length": 0}})
    long_or_fruit = {
        "operator": "OR",
        "conditions": [
            {"field": "meta.length", "operator": ">", "value": len(TEXTS["cars"])},
            {"field": "meta.kind.name", "operator": "in", "value": ["fruit"]},
        ],
    }
    neither = {"operator": "NOT", "conditions": [long_or_fruit]}

    async def names(filters):
        found = await either(retriever.run, retriever.run_async, "anything", filters=filters)
        return sorted(document.meta["document_id"] for document in found["documents"])

    assert await names(long_or_fruit) == ["fruit", "keys"]
    assert await names(neither) == ["cars", "pip"]
    assert await names(None) == []


@pytest.mark.parametrize(
    "given",
    [
        {"operator": "XOR", "conditions": []},
        {"field": "meta.a", "operator": "like", "value": "x"},
        {"field": "meta.a", "operator": "=="},
        {"year": 2020},
    ],
)
def test_what_is_no_filter_is_refused(given):
    with pytest.raises(ValueError, match="of Haystack"):
        translate(given)


async def test_refusals_are_the_clients(place, key, either):
    astray = PgrerankRetriever(place.url, "nowhere", key)
    bold = PgrerankRetriever(place.url, "docs", key, knobs={"min_relevance": 0.5})

    with pytest.raises(NotFoundError):
        await either(astray.run, astray.run_async, QUERY)
    with pytest.raises(ConflictError):
        await either(bold.run, bold.run_async, QUERY)


async def test_the_ranker_orders_documents_and_leaves_them_as_they_were(
    place, key, supplied, either
):
    ranker = PgrerankRanker(place.url, key)
    ranked = (await either(ranker.run, ranker.run_async, QUERY, supplied, top_k=2))["documents"]

    assert (len(ranked), ranked[0].id, ranked[0].content) == (2, BEST, TEXTS[BEST])
    assert 1 >= ranked[0].score > ranked[1].score >= 0
    ranked[0].meta["tags"].append("b")
    assert all(document.meta["tags"] == ["a"] for document in supplied)
    assert [document.score for document in supplied] == [None] * len(TEXTS)


async def test_the_ranker_reads_fields_of_meta(place, key, either):
    supplied = [
        Document(content="See the manual.", meta={"about": text, "name": name})
        for name, text in TEXTS.items()
    ]
    ranker = PgrerankRanker(place.url, key, fields=["about"])

    ranked = (await either(ranker.run, ranker.run_async, QUERY, supplied))["documents"]

    assert ranked[0].meta["name"] == BEST


async def test_they_are_parts_of_pipelines_that_are_written_down(place, monkeypatch):
    monkeypatch.setenv("PGRERANK_KEY", place.key)
    pipeline = Pipeline()
    pipeline.add_component("find", PgrerankRetriever(place.url, "docs"))
    pipeline.add_component("rank", PgrerankRanker(place.url, knobs={"limit": 1}))
    pipeline.connect("find.documents", "rank.documents")
    written = pipeline.dumps()
    asked = {"find": {"query": QUERY}, "rank": {"query": QUERY}}

    again = await asyncio.to_thread(Pipeline.loads(written, allowed_modules=TRUSTED).run, asked)
    at_once = await Pipeline.loads(written, allowed_modules=TRUSTED).run_async(asked)

    assert place.key not in written
    for answer in (again, at_once):
        assert [each.meta["document_id"] for each in answer["rank"]["documents"]] == [BEST]


async def test_nothing_is_ranked_without_a_call(either):
    nowhere = PgrerankRanker("http://127.0.0.1:1", Secret.from_token("x"))

    assert await either(nowhere.run, nowhere.run_async, QUERY, []) == {"documents": []}


async def test_documents_are_reduced_to_what_answers_the_query(place, key, either):
    text = "Bananas are yellow. Rotate an API key every month. Cars need oil."
    ranker = PgrerankRanker(place.url, key, knobs={"compress": True})
    found = await either(ranker.run, ranker.run_async, QUERY, [Document(content=text)])

    assert [each.content for each in found["documents"]] == ["Rotate an API key every month."]
