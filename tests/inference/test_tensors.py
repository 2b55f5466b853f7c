"""The input tensors of a model."""

import pytest

from pgrerank.inference.tensors import Feed
from pgrerank.inference.tokens import TokenSequence

NAMES = ("input_ids", "attention_mask", "token_type_ids")


def sequence(*ids):
    return TokenSequence(list(ids), [0] * len(ids), slice(1, len(ids) - 1))


def fed(*sequences, names=NAMES, most=512):
    return Feed(names, 9, most)(sequences)


def test_shorter_rows_are_filled_and_the_mask_hides_the_filling():
    given = fed(sequence(1, 2, 3), sequence(1, 2), most=3)
    assert given["input_ids"].tolist() == [[1, 2, 3], [1, 2, 9]]
    assert given["attention_mask"].tolist() == [[1, 1, 1], [1, 1, 0]]


@pytest.mark.parametrize(("tokens", "length"), [(1, 8), (8, 8), (9, 16), (17, 20), (20, 20)])
def test_lengths_come_in_steps_that_end_with_the_model(tokens, length):
    assert fed(sequence(*range(tokens)), most=20)["input_ids"].shape == (1, length)


def test_a_sequence_longer_than_expected_is_not_cut():
    assert fed(sequence(*range(21)), most=20)["input_ids"].shape == (1, 21)


def test_only_what_the_model_knows_is_given():
    assert fed(sequence(1), names=NAMES[:2]).keys() == {"input_ids", "attention_mask"}
