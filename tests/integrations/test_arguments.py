"""Components refuse unknown arguments when they are made, and never show a key."""

import pytest
from haystack.utils import Secret
from pydantic import ValidationError

from pgrerank.client import InvalidCallError
from pgrerank.integrations import haystack, langchain, llama_index

URL, KEY = "http://127.0.0.1:1", "pgr_secret_key"
MADE = {
    "langchain retriever": lambda key=KEY, **more: langchain.PgrerankRetriever(
        url=URL, key=key, collection="docs", **more
    ),
    "langchain compressor": lambda key=KEY, **more: langchain.PgrerankCompressor(
        url=URL, key=key, **more
    ),
    "llama-index retriever": lambda key=KEY, **more: llama_index.PgrerankRetriever(
        URL, key, "docs", **more
    ),
    "llama-index postprocessor": lambda key=KEY, **more: llama_index.PgrerankPostprocessor(
        url=URL, key=key, **more
    ),
    "haystack retriever": lambda key=KEY, **more: haystack.PgrerankRetriever(
        URL, "docs", Secret.from_token(key), **more
    ),
    "haystack ranker": lambda key=KEY, **more: haystack.PgrerankRanker(
        URL, Secret.from_token(key), **more
    ),
}
every_component = pytest.mark.parametrize("make", MADE.values(), ids=MADE)


@every_component
def test_an_unknown_knob_is_refused_with_the_nearest(make):
    with pytest.raises(InvalidCallError, match="top_k: is an unknown knob; did you mean `limit`"):
        make(knobs={"top_k": 3})


@every_component
def test_an_unknown_argument_is_refused(make):
    with pytest.raises((InvalidCallError, TypeError), match="top_k"):
        make(top_k=3)


@every_component
def test_a_key_that_cannot_be_sent_is_refused_and_not_shown(make):
    with pytest.raises(InvalidCallError) as refusal:
        make(key=f"{KEY}\n")

    assert KEY not in str(refusal.value)


@every_component
def test_no_component_shows_its_key(make):
    assert KEY not in repr(make(knobs={"limit": 3}))


def test_what_pydantic_refuses_does_not_show_the_key():
    for make in (langchain.PgrerankRetriever, langchain.PgrerankCompressor):
        with pytest.raises(ValidationError) as refusal:
            make(key=KEY)
        assert KEY not in str(refusal.value)


def test_haystack_refuses_top_k_by_its_own_name():
    with pytest.raises(InvalidCallError, match="top_k: must be an integer from 1, not 0"):
        MADE["haystack retriever"]().run("q", top_k=0)
