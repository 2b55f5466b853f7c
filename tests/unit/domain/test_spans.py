"""Which units of the results are kept, and how an extract is made of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain import spans
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.spans import Span, SpanSettings, extracts

TEXT = "One. Two! Three? Four."
PLACES = [(0, 4), (5, 9), (10, 16), (17, 22)]


def scored(*scores):
    return [
        Span(start=start, end=end, score=score, tokens=2)
        for (start, end), score in zip(PLACES, scores, strict=False)
    ]


def extract(*scores, settings=None):
    (found,) = extracts([TEXT], [scored(*scores)], settings)
    return found


def test_what_comes_near_the_best_is_kept_in_order():
    found = extract(0.85, 0.1, 0.9, 0.88)

    assert [TEXT[each.start : each.end] for each in found.spans] == ["One.", "Three?", "Four."]
    assert found.text == "One.\nThree? Four."


def test_the_best_of_all_texts_decides_for_each_of_them():
    _, weak = extracts([TEXT, TEXT], [scored(0.99), scored(0.4, 0.5, 0.45)], None)

    assert weak.text == "Two!"


def test_the_maximum_keeps_the_best():
    assert extract(0.8, 0.7, 0.9, 0.85, settings=SpanSettings(max=2)).text == "Three? Four."


def test_below_the_threshold_there_is_no_span_but_an_extract():
    found = extract(0.05, 0.09, settings=SpanSettings(threshold=0.1))

    assert found.spans == ()
    assert found.text == "Two!"
    assert spans.kept_tokens(scored(0.05, 0.09), found) == 2


def test_a_text_without_units_stays_whole():
    (found,) = extracts(["..."], [[]], None)

    assert found.text == "..."


def test_neighbours_without_blanks_are_joined_without_any():
    units = [Span(start=0, end=3, score=0.9, tokens=3), Span(start=3, end=6, score=0.9, tokens=3)]
    (found,) = extracts(["甲乙。丙丁。"], [units], None)

    assert found.text == "甲乙。丙丁。"


@given(
    st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=4), min_size=1, max_size=5),
    st.floats(0, 1),
    st.one_of(st.none(), st.integers(1, 4)),
)
def test_every_extract_says_something_verbatim_and_spans_respect_their_bounds(rows, low, most):
    texts = [scored(*row) for row in rows]
    found = extracts([TEXT] * len(rows), texts, SpanSettings(threshold=low, max=most))

    for each, units in zip(found, texts, strict=True):
        assert each.text
        assert all(part in TEXT for part in each.text.split("\n"))
        assert all(span.score >= low for span in each.spans)
        assert most is None or len(each.spans) <= most
        assert list(each.spans) == sorted(each.spans, key=lambda span: span.start)
        assert 0 < spans.kept_tokens(units, each) <= sum(span.tokens for span in units)


@pytest.mark.parametrize(
    ("values", "field"), [({"threshold": 1.1}, "spans.threshold"), ({"max": 0}, "spans.max")]
)
def test_a_value_out_of_range_is_refused_by_name(values, field):
    with pytest.raises(InvalidRequestError) as refused:
        SpanSettings(**values)

    assert refused.value.field == field
