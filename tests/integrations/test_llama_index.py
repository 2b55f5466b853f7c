"""LlamaIndex over the live service."""

import pytest
from llama_index.core.callbacks import CallbackManager, LlamaDebugHandler
from llama_index.core.callbacks.schema import CBEventType
from llama_index.core.schema import MetadataMode, NodeWithScore, QueryBundle, TextNode

from pgrerank.client.errors import NotFoundError
from pgrerank.integrations.llama_index import PgrerankPostprocessor, PgrerankRetriever
from tests.integrations.conftest import BEST, QUERY, TEXTS


@pytest.fixture
def supplied():
    return [
        NodeWithScore(node=TextNode(id_=name, text=text, metadata={"name": name}), score=0.5)
        for name, text in TEXTS.items()
    ]


async def test_the_retriever_finds_nodes_with_score_source_and_metadata(place, either):
    retriever = PgrerankRetriever(place.url, place.key, "docs", knobs={"rerank": "always"})
    nodes = await either(retriever.retrieve, retriever.aretrieve, QUERY)

    first = nodes[0]
    assert (first.node.text, first.node.ref_doc_id) == (TEXTS[BEST], BEST)
    assert first.node.metadata["length"] == len(TEXTS[BEST])
    facts = first.node.metadata["pgrerank"]
    assert first.node.node_id == facts["chunk_id"]
    assert {node.score for node in nodes} == {None}
    raw = [node.node.metadata["pgrerank"]["scores"]["log_odds"] for node in nodes]
    assert raw == sorted(raw, reverse=True)
    for mode in (MetadataMode.LLM, MetadataMode.EMBED):
        assert facts["ranking_id"] not in first.node.get_content(metadata_mode=mode)
        assert "title: Keys" in first.node.get_content(metadata_mode=mode)
    assert "https://" not in first.node.get_content(metadata_mode=MetadataMode.EMBED)
    assert "https://" in first.node.get_content(metadata_mode=MetadataMode.LLM)


async def test_refusals_are_the_clients(place, either):
    astray = PgrerankRetriever(place.url, place.key, "nowhere")

    with pytest.raises(NotFoundError):
        await either(astray.retrieve, astray.aretrieve, QUERY)


async def test_the_postprocessor_orders_nodes_and_tells_so(place, supplied, either):
    told = LlamaDebugHandler(print_trace_on_end=False)
    postprocessor = PgrerankPostprocessor(
        url=place.url,
        key=place.key,
        knobs={"limit": 2},
        callback_manager=CallbackManager([told]),
    )
    query = QueryBundle(QUERY)
    ranked = await either(
        postprocessor.postprocess_nodes, postprocessor.apostprocess_nodes, supplied, query
    )

    assert (len(ranked), ranked[0].node.node_id) == (2, BEST)
    assert 1 >= ranked[0].score > ranked[1].score >= 0
    assert ranked[0].node.metadata == {"name": BEST}
    assert [node.score for node in supplied] == [0.5] * len(TEXTS)
    (started, ended) = told.get_event_pairs(CBEventType.RERANKING)[0]
    assert started.payload["query_str"] == QUERY
    assert [node.node.node_id for node in ended.payload["nodes"]] == [
        node.node.node_id for node in ranked
    ]


async def test_the_postprocessor_reads_what_embedders_are_shown(place, either):
    nodes = [
        NodeWithScore(node=TextNode(id_=name, text="See the manual.", metadata={"about": text}))
        for name, text in TEXTS.items()
    ]
    postprocessor = PgrerankPostprocessor(url=place.url, key=place.key)

    ranked = await either(
        postprocessor.postprocess_nodes,
        postprocessor.apostprocess_nodes,
        nodes,
        QueryBundle(QUERY),
    )

    assert ranked[0].node.node_id == BEST


async def test_nothing_is_ranked_without_a_call_and_a_query_is_needed(supplied, either):
    nowhere = PgrerankPostprocessor(url="http://127.0.0.1:1", key="x")
    calls = (nowhere.postprocess_nodes, nowhere.apostprocess_nodes)

    assert await either(*calls, [], QueryBundle(QUERY)) == []
    with pytest.raises(ValueError, match="needs a query"):
        await either(*calls, supplied)


def test_the_key_is_not_in_the_serialised_form():
    postprocessor = PgrerankPostprocessor(url="http://127.0.0.1:1", key="secret-key")

    assert "secret-key" not in postprocessor.to_json()


async def test_nodes_are_reduced_to_what_answers_the_query(place, either):
    text = "Bananas are yellow. Rotate an API key every month. Cars need oil."
    node = NodeWithScore(node=TextNode(text=text, metadata={"name": "n"}))
    processor = PgrerankPostprocessor(url=place.url, key=place.key, knobs={"compress": True})
    (found,) = await either(
        processor.postprocess_nodes, processor.apostprocess_nodes, [node], query_str=QUERY
    )

    assert found.node.get_content() == "Rotate an API key every month."
    assert node.node.get_content() == text
