"""LangChain over the live service."""

import asyncio

import pytest
from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda
from pydantic import ValidationError

from pgrerank.client.errors import AuthenticationError, NotFoundError
from pgrerank.integrations.langchain import PgrerankCompressor, PgrerankRetriever
from tests.integrations.conftest import BEST, QUERY, TEXTS


@pytest.fixture
def retriever(place):
    return PgrerankRetriever(
        url=place.url, key=place.key, collection="docs", knobs={"rerank": "always", "limit": 3}
    )


@pytest.fixture
def supplied():
    return [
        Document(id=name, page_content=text, metadata={"name": name, "tags": ["a"]})
        for name, text in TEXTS.items()
    ]


async def test_the_retriever_finds_chunks_with_all_that_is_known_of_them(retriever, either):
    documents = await either(retriever.invoke, retriever.ainvoke, QUERY)

    first = documents[0]
    assert first.page_content == TEXTS[BEST]
    assert {name: first.metadata[name] for name in ("document_id", "title", "length")} == {
        "document_id": BEST,
        "title": "Keys",
        "length": len(TEXTS[BEST]),
    }
    facts = first.metadata["pgrerank"]
    assert (facts["chunk_id"], facts["rerank_status"]) == (first.id, "full")
    assert len(documents) == 3
    assert not any("relevance_score" in document.metadata for document in documents)
    raw = [document.metadata["pgrerank"]["scores"]["log_odds"] for document in documents]
    assert raw == sorted(raw, reverse=True)


async def test_knobs_of_one_call_come_before_the_retrievers(retriever, either):
    documents = await either(
        retriever.invoke, retriever.ainvoke, QUERY, limit=5, filter={"kind.name": "cars"}
    )

    assert [document.metadata["document_id"] for document in documents] == ["cars"]


async def test_it_is_a_part_of_chains(retriever):
    chain = retriever | RunnableLambda(lambda documents: documents[0].page_content)

    assert await chain.abatch([QUERY, "bananas"]) == [TEXTS["keys"], TEXTS["fruit"]]


def test_it_works_in_event_loops_that_come_and_go(retriever):
    first, second = (asyncio.run(retriever.ainvoke(QUERY))[0].id for _ in range(2))

    assert first == second


async def test_refusals_are_the_clients(place, either):
    stranger = PgrerankRetriever(url=place.url, key="pgr_wrong", collection="docs")
    astray = PgrerankRetriever(url=place.url, key=place.key, collection="nowhere")

    with pytest.raises(AuthenticationError):
        await either(stranger.invoke, stranger.ainvoke, QUERY)
    with pytest.raises(NotFoundError):
        await either(astray.invoke, astray.ainvoke, QUERY)


def test_a_misspelt_knob_is_noticed_at_once_and_the_key_is_not_shown(place):
    with pytest.raises(ValidationError, match="strategy"):
        PgrerankRetriever(
            url=place.url, key=place.key, collection="docs", knobs={"strategy": "guess"}
        )
    assert place.key not in repr(PgrerankRetriever(url=place.url, key=place.key, collection="docs"))


async def test_the_compressor_orders_documents_and_leaves_them_as_they_were(
    place, supplied, either
):
    compressor = PgrerankCompressor(url=place.url, key=place.key, knobs={"limit": 2})

    ranked = await either(
        compressor.compress_documents, compressor.acompress_documents, supplied, QUERY
    )

    assert (len(ranked), ranked[0].id, ranked[0].metadata["name"]) == (2, BEST, BEST)
    scores = [document.metadata["relevance_score"] for document in ranked]
    assert 1 >= scores[0] > scores[1] >= 0
    ranked[0].metadata["tags"].append("b")
    assert all(document.metadata["tags"] == ["a"] for document in supplied)
    assert not any("relevance_score" in document.metadata for document in supplied)


async def test_the_compressor_reads_fields_of_metadata(place, either):
    supplied = [
        Document(page_content="See the manual.", metadata={"about": text, "name": name})
        for name, text in TEXTS.items()
    ]
    compressor = PgrerankCompressor(url=place.url, key=place.key, fields=["about"])

    ranked = await either(
        compressor.compress_documents, compressor.acompress_documents, supplied, QUERY
    )

    assert ranked[0].metadata["name"] == BEST


async def test_nothing_is_ranked_without_a_call(either):
    nowhere = PgrerankCompressor(url="http://127.0.0.1:1", key="x")

    assert await either(nowhere.compress_documents, nowhere.acompress_documents, [], QUERY) == []


async def test_documents_are_reduced_to_what_answers_the_query(place, either):
    texts = ["Bananas are yellow. Rotate an API key every month. Cars need oil."]
    documents = [Document(page_content=text, metadata={"name": "n"}) for text in texts]
    for fields in ((), ("name",)):
        compressor = PgrerankCompressor(
            url=place.url, key=place.key, knobs={"compress": True}, fields=fields
        )
        (found,) = await either(
            compressor.compress_documents, compressor.acompress_documents, documents, QUERY
        )

        assert found.page_content == "Rotate an API key every month."
        assert found.metadata["pgrerank"]["spans"][0]["score"] > 0
    assert documents[0].page_content == texts[0]
