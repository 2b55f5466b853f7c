from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.reference import ReferencePair, ReferenceSet, ReferenceVerdict, Run
from pgrerank.domain.rescoring import compare_with_previous, noise_of
from tests.fakes import FakeScorer

SCORES = (3.0, 1.0, -1.0, -3.0)
BEFORE = Run(
    id=UUID(int=1),
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    digest=b"pairs",
    model=FakeScorer.model,
    environment={"torch": "2.0", "processor": "a"},
    scores=SCORES,
    truncated=(False,) * 4,
)


def after(**changes):
    return replace(BEFORE, id=UUID(int=2), **changes)


def test_the_first_run_is_compared_with_nothing():
    for before in (None, replace(BEFORE, digest=b"others")):
        found = compare_with_previous(after(), before)

        assert (found.verdict, found.compared_with) == (ReferenceVerdict.FIRST, None)


def test_noise_is_no_change():
    noise = noise_of(BEFORE)
    shifted = [score + 0.9 * noise for score in SCORES]

    found = compare_with_previous(after(scores=shifted, environment={"torch": "3.0"}), BEFORE)

    assert (found.verdict, found.beyond_noise, found.kendall_tau) == (ReferenceVerdict.SAME, 0, 1)
    assert found.largest_change == pytest.approx(0.9 * noise)


def test_noise_is_wider_where_numbers_are_shorter():
    bf16 = replace(BEFORE, model=replace(BEFORE.model, precision="bf16"))
    unknown = replace(BEFORE, model=replace(BEFORE.model, precision="fp8"))

    assert noise_of(bf16) > 10 * noise_of(BEFORE)
    assert noise_of(unknown) >= noise_of(bf16)


def test_a_change_beyond_noise_names_what_changed_beside_it():
    moved = after(scores=(3.0, 1.0, -1.0, -2.0), environment={"torch": "3.0", "processor": "a"})

    found = compare_with_previous(moved, BEFORE)

    assert (found.verdict, found.beyond_noise) == (ReferenceVerdict.CHANGED, 1)
    assert "1 of 4 pairs" in found.message
    assert "torch 2.0 -> 3.0" in found.message
    assert "processor" not in found.message


def test_a_change_with_nothing_beside_it_points_at_the_files():
    found = compare_with_previous(after(scores=(3.0, 1.0, -1.0, -2.0)), BEFORE)

    assert "files of the model" in found.message


def test_a_pair_that_fails_now_has_changed():
    found = compare_with_previous(after(scores=(3.0, 1.0, -1.0, None)), BEFORE)

    assert (found.verdict, found.beyond_noise) == (ReferenceVerdict.CHANGED, 1)


def test_text_that_is_cut_elsewhere_is_a_change():
    found = compare_with_previous(after(truncated=(True, False, False, False)), BEFORE)

    assert (found.verdict, found.truncation_changes) == (ReferenceVerdict.CHANGED, 1)
    assert "1 are cut elsewhere" in found.message


def test_another_model_is_told_by_what_differs_of_it():
    other = replace(
        FakeScorer.model, fingerprint="0" * 64, precision="bf16", max_length=128, name="other"
    )

    found = compare_with_previous(after(model=other, scores=SCORES[::-1]), BEFORE)

    assert (found.verdict, found.kendall_tau) == (ReferenceVerdict.OTHER_MODEL, -1)
    for part in ("fake-reranker -> other", "fp32 -> bf16", "max_length 256 -> 128"):
        assert part in found.message
    assert "revision" not in found.message


def test_other_weights_under_the_same_name_are_told_as_such():
    found = compare_with_previous(
        after(model=replace(FakeScorer.model, fingerprint="0" * 64)), BEFORE
    )

    assert "its weights, tokenizer or template" in found.message


def test_scores_without_any_order_have_no_correlation():
    found = compare_with_previous(after(scores=(1.0,) * 4), BEFORE)

    assert found.kendall_tau is None


def test_a_digest_is_of_the_pairs_and_their_order():
    pairs = [ReferencePair(query="a", passage="b"), ReferencePair(query="ab", passage="c")]
    made = ReferenceSet(id=UUID(int=1), name="n", pairs=pairs, created_at=BEFORE.created_at)

    assert made.digest == replace(made, name="other").digest
    assert made.digest != replace(made, pairs=pairs[::-1]).digest
    assert (
        made.digest
        != replace(made, pairs=[ReferencePair(query="a", passage="ba"), pairs[1]]).digest
    )


@pytest.mark.parametrize(("query", "passage"), [("", "p"), ("q", " ")])
def test_an_empty_pair_is_refused(query, passage):
    with pytest.raises(InvalidRequestError):
        ReferencePair(query=query, passage=passage)
