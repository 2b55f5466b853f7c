"""The packaged encoder finds the sentences of texts that answer a query."""

import pytest

from pgrerank.domain.spans import extracts
from pgrerank.inference.local.registry import load_embedder
from pgrerank.inference.local.spans import EncoderSpans
from pgrerank.inference.model_files import EMBEDDERS
from pgrerank.ports.spans import SpanScorer

QUERY = "when was the bridge opened"
TEXT = (
    "It spans the river between two hills. Trains and carts share its two decks. "
    "It was opened in May 1890 by the mayor. Painters visit it often."
)


@pytest.fixture(scope="module", params=EMBEDDERS)
def scorer(request):
    embedder = load_embedder(request.param, threads=1)
    yield EncoderSpans(embedder)
    embedder.close()


async def test_the_sentence_with_the_answer_is_best(scorer: SpanScorer):
    (units,) = await scorer.scored(QUERY, [("Old bridge", TEXT)])
    best = max(units, key=lambda unit: unit.score)

    assert TEXT[best.start : best.end] == "It was opened in May 1890 by the mayor."
    assert all(0 <= unit.score <= 1 and unit.tokens > 0 for unit in units)


async def test_places_are_those_of_the_content_whatever_the_title(scorer: SpanScorer):
    content = f"😀 {TEXT}"
    (bare,) = await scorer.scored(QUERY, [("", content)])
    (titled,) = await scorer.scored(QUERY, [("Old bridge", content)])

    assert [(u.start, u.end, u.tokens) for u in bare] == [
        (u.start, u.end, u.tokens) for u in titled
    ]


async def test_a_long_text_is_read_in_segments(scorer: SpanScorer):
    filler = "Carts cross it slowly on most days. " * 90
    content = filler + TEXT
    (units,) = await scorer.scored(QUERY, [("", content)])
    best = max(units, key=lambda unit: unit.score)

    assert "1890" in content[best.start : best.end]


async def test_a_text_beyond_all_segments_is_read_in_part(scorer: SpanScorer):
    (units,) = await scorer.scored(QUERY, [("", "Carts cross it. " * 20_000)])

    assert 0 < sum(unit.tokens for unit in units) <= 8 * scorer.model.max_length


async def test_blank_texts_and_odd_queries_are_scored(scorer: SpanScorer):
    for query in ("?", "桥", "a " * 5000):
        scored = await scorer.scored(query, [("", ""), ("Title", ""), ("", TEXT)])

        assert [len(units) for units in scored[:2]] == [0, 0]
        assert extracts(["", "", TEXT], scored, None)[2].text


async def test_a_passed_deadline_gives_nothing(scorer: SpanScorer):
    assert await scorer.scored("another query", [("", TEXT)], deadline=0.0) is None


async def test_a_code_block_is_one_unit(scorer: SpanScorer):
    code = "```python\nimport re\n\nre.sub('a', 'b', text)\n```"
    content = f"Some words first.\n\n{code}\n\nOther words."
    (units,) = await scorer.scored("replace with re.sub", [("", content)])
    best = max(units, key=lambda unit: unit.score)

    assert content[best.start : best.end] == code
