"""The client knows what the service knows, and both clients can do the same."""

import inspect
from typing import Any

import msgspec
import pytest

from pgrerank.api.native import answers as native
from pgrerank.api.native import brought, history, ranked, schemas
from pgrerank.client import AsyncClient, Client, Document, RankKnobs, SearchKnobs, answers
from pgrerank.client.knobs import CollectionKnobs

PAIRS = [
    (answers.SearchResponse, ranked.SearchResponse),
    (answers.Result, ranked.Result),
    (answers.RerankReport, ranked.Rerank),
    (answers.RerankResponse, brought.RerankResponse),
    (answers.ExplainedDocument, brought.ExplainedDocument),
    (answers.ExplanationResponse, history.ExplanationResponse),
    (answers.ChunkPosition, history.ChunkPosition),
    (answers.Results, history.Results),
    (answers.Ingested, native.Ingested),
    (answers.DocumentResponse, native.DocumentResponse),
    (answers.RetrievalSettings, native.RetrievalSettings),
]


def fields(cls: type[msgspec.Struct]) -> set[str]:
    return {field.encode_name for field in msgspec.structs.fields(cls)}


def signatures(cls: type) -> dict[str, Any]:
    public = {name: f for name, f in vars(cls).items() if not name.startswith("_")}
    return {name: list(inspect.signature(f).parameters.values()) for name, f in public.items()}


@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=lambda cls: cls.__name__)
def test_answers_hold_what_the_service_sends(ours, theirs):
    assert fields(ours) == fields(theirs)


def test_every_score_and_place_of_the_service_is_read():
    assert fields(ranked.ResultScores) == fields(answers.ResultScores)
    assert fields(ranked.Ranks) == fields(answers.Ranks)


def test_every_knob_can_be_turned():
    assert set(SearchKnobs.__annotations__) == fields(schemas.Search) - {"query"}
    assert set(RankKnobs.__annotations__) == fields(brought.Rank) - {"query", "documents"}
    assert set(CollectionKnobs.__annotations__) == fields(schemas.NewCollection)
    assert fields(Document) == fields(schemas.NewDocument)


def test_both_clients_can_do_the_same():
    assert signatures(Client) == signatures(AsyncClient)
