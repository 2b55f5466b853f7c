from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pgrerank.inference.scheduler.batching import next_batch
from pgrerank.inference.tokens import segments

lengths_ = st.lists(st.integers(1, 600), min_size=1, max_size=80)
budgets = st.integers(1, 5000)


@given(lengths_, budgets)
def test_a_batch_begins_with_the_first_in_line(lengths, budget):
    assert next_batch(lengths, budget)[0] == 0


@given(lengths_, budgets)
def test_a_batch_of_several_keeps_the_budget(lengths, budget):
    batch = next_batch(lengths, budget)

    padded = len(batch) * max(lengths[index] for index in batch)
    assert len(batch) == 1 or padded <= budget


@given(lengths_, budgets)
def test_no_sequence_is_taken_twice(lengths, budget):
    batch = next_batch(lengths, budget)

    assert len(batch) == len(set(batch))


@given(lengths_, budgets)
def test_batch_after_batch_empties_the_line(lengths, budget):
    left = list(lengths)
    ran = []
    while left:
        batch = next_batch(left, budget)
        ran += [left[index] for index in batch]
        left = [length for index, length in enumerate(left) if index not in batch]

    assert sorted(ran) == sorted(lengths)


@given(lengths_, budgets)
def test_nothing_that_fits_for_free_is_left_behind(lengths, budget):
    batch = next_batch(lengths, budget)

    longest = max(lengths[index] for index in batch)
    left = [i for i in range(len(lengths)) if i not in batch and lengths[i] <= longest]
    assert not left or longest * (len(batch) + 1) > budget


@given(lengths_, budgets, st.integers(1, 10))
def test_what_belongs_together_goes_first(lengths, budget, leading):
    batch = next_batch(lengths, budget, leading=leading)

    fits = max(lengths[:leading]) * min(leading, len(lengths)) <= budget
    assert not fits or batch[:leading] == sorted(
        range(min(leading, len(lengths))), key=lambda i: (i > 0, -lengths[i], i)
    )


@given(lengths_, budgets, st.data())
def test_those_of_the_tenant_go_before_the_others_where_they_are_near(lengths, budget, data):
    own = data.draw(st.integers(1, len(lengths)))

    batch = next_batch(lengths, budget, own=own)

    near = {i for i in range(own) if abs(lengths[i] - lengths[0]) * 8 <= lengths[0]}
    longest = max(lengths[i] for i in batch)
    others = [i for i in batch if i >= own]
    left = [i for i in near - set(batch) if lengths[i] <= longest]
    assert not others or not left


def test_an_empty_line_has_no_batch():
    assert next_batch([], 100) == []


def test_the_nearest_in_length_go_together():
    assert next_batch([50, 500, 52, 10, 49, 51], 52 * 4) == [0, 4, 5, 2]


@given(st.integers(0, 5000), st.integers(2, 300), st.data())
def test_segments_cover_the_head_of_a_sequence_without_gap(count, size, data):
    overlap = data.draw(st.integers(0, size - 1))
    most = data.draw(st.integers(1, 10))

    parts = segments(count, size, overlap=overlap, most=most)

    assert parts[0].start == 0
    assert all(part.stop - part.start == min(size, count) for part in parts)
    assert all(b.start <= a.stop - overlap for a, b in pairwise(parts))
    assert len(parts) == most or parts[-1].stop == count
    assert parts[-1].stop <= count
