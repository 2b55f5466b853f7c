"""Which embedder may search a collection, and which vectors it takes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.collection import SecondState
from pgrerank.domain.errors import ConflictError, InvalidRequestError
from pgrerank.domain.model import ScoreKind
from tests.fakes import FakeEmbedder, FakeScorer, collection

FIRST = FakeEmbedder.model
SECOND = replace(FIRST, name="second", fingerprint="2" * 64, dimensions=3)
OTHER = replace(FIRST, name="other", fingerprint="3" * 64)
DOCS = collection(embedder=FIRST.fingerprint, embedder_name=FIRST.name, dimensions=64)


def with_second(state):
    return replace(DOCS, second_embedder=SECOND.fingerprint, second_state=state)


@given(
    model=st.sampled_from([FIRST, SECOND, OTHER]),
    state=st.sampled_from([None, *SecondState]),
)
def test_a_collection_is_searched_under_exactly_the_embedders_of_its_whole_sets(model, state):
    docs = DOCS if state is None else with_second(state)
    whole = {FIRST.fingerprint}
    if state in (SecondState.READY, SecondState.FORMER):
        whole.add(SECOND.fingerprint)

    assert docs.is_searched_by(model) is (model.fingerprint in whole)
    if docs.is_searched_by(model):
        used = docs.under(model)
        assert (used.embedder, used.dimensions) == (model.fingerprint, model.dimensions)
        assert used.id == docs.id
    else:
        with pytest.raises(ConflictError, match="was embedded by the model"):
            docs.under(model)


def test_the_refusal_names_both_embedders_and_the_way_out():
    with pytest.raises(ConflictError) as refusal:
        DOCS.under(OTHER)

    for part in (FIRST.fingerprint[:12], FIRST.name, OTHER.fingerprint[:12], "pgrerank reembed"):
        assert part in str(refusal.value)


def test_only_the_embedder_of_the_set_in_use_may_add_vectors():
    docs = with_second(SecondState.READY)

    docs.require_embedder(FIRST)
    with pytest.raises(ConflictError):
        docs.require_embedder(SECOND)


@pytest.mark.parametrize(("known", "length", "fits"), [(64, 64, True), (64, 63, False)])
def test_vectors_have_the_dimensions_of_those_stored(known, length, fits):
    docs = replace(DOCS, dimensions=known)

    replace(docs, dimensions=None).require_dimensions(length)
    if fits:
        docs.require_dimensions(length)
    else:
        with pytest.raises(ConflictError, match=f"{known} dimensions.*{length}"):
            docs.require_dimensions(length)


@pytest.mark.parametrize(("dimensions", "fits"), [(None, True), (4_000, True), (4_001, False)])
def test_vectors_have_at_most_the_dimensions_that_can_be_indexed(dimensions, fits):
    model = replace(FIRST, dimensions=dimensions)

    if fits:
        model.require_storable()
    else:
        with pytest.raises(InvalidRequestError, match="4001"):
            model.require_storable()


def test_a_reduced_form_replaces_only_the_late_interaction_that_it_stands_for():
    full = replace(FakeScorer.model, score_kind=ScoreKind.MAXSIM)
    reduced = replace(full, fingerprint="r" * 64, stands_for=full.fingerprint)

    assert reduced.can_replace(full)
    assert not full.can_replace(full)
    assert not reduced.can_replace(replace(full, fingerprint="0" * 64))
    assert not reduced.can_replace(replace(full, score_kind=ScoreKind.LOGIT))
