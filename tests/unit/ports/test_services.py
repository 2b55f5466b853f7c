from dataclasses import replace

import pytest

from pgrerank.domain.collection import SecondState
from pgrerank.domain.errors import InvalidRequestError
from tests import fakes
from tests.fake_tokens import FakeLate


def another_embedder(fingerprint: str) -> fakes.FakeEmbedder:
    other = fakes.FakeEmbedder()
    other.model = replace(other.model, fingerprint=fingerprint)
    return other


def test_reranker_is_the_one_of_that_name_and_else_the_one_of_the_settings():
    named = fakes.FakeScorer()
    services = fakes.services(rerankers={"cloud": named})

    assert services.reranker("cloud") is named
    assert services.reranker(None) is services.scorer


def test_unknown_reranker_is_refused_with_the_names_there_are():
    services = fakes.services(rerankers={"cloud": fakes.FakeScorer(), "local": fakes.FakeScorer()})

    with pytest.raises(InvalidRequestError, match=r"`clod`. Did you mean `cloud`"):
        services.reranker("clod")


def test_collection_is_embedded_by_what_made_its_vectors():
    remote = another_embedder("a" * 64)
    services = fakes.services(embedders={"remote": remote})

    assert services.embedder_of(fakes.collection(embedder="a" * 64)) is remote
    assert services.embedder_of(fakes.collection(embedder="e" * 64)) is services.embedder
    assert services.embedder_of(fakes.collection(embedder="0" * 64)) is services.embedder


@pytest.mark.parametrize(("state", "is_moved"), [("filling", False), ("ready", True)])
def test_moving_collection_is_embedded_by_the_settings_once_it_is_whole(state, is_moved):
    remote = another_embedder("a" * 64)
    services = fakes.services(embedders={"remote": remote})
    moving = fakes.collection(
        embedder="a" * 64, second_embedder="e" * 64, second_state=SecondState(state)
    )

    assert services.embedder_of(moving) is (services.embedder if is_moved else remote)


@pytest.mark.parametrize("state", ["filling", "ready", "former"])
def test_ingest_is_by_the_embedder_of_the_vectors_in_use(state):
    remote = another_embedder("a" * 64)
    services = fakes.services(embedders={"remote": remote}, late=FakeLate())
    moving = fakes.collection(
        embedder="a" * 64, second_embedder="e" * 64, second_state=SecondState(state)
    )
    unknown = fakes.collection(embedder="0" * 64)

    assert services.for_ingest(moving).embedder is remote
    assert services.for_ingest(moving).late is services.late
    assert services.for_ingest(unknown).embedder is services.embedder
