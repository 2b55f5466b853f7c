"""Chunks of Markdown, reStructuredText and HTML contain text."""

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pgrerank.formats import html
from pgrerank.formats.blocks import Kind, blocks
from pgrerank.inference.chunking import CAPACITY
from tests.inference.test_chunking import CHUNKER, TOKENS

DOCS = sorted((Path(__file__).parents[2] / "docs").rglob("*.md"))
MARKDOWN = MarkdownIt().enable("table")

WORDS = st.lists(
    st.sampled_from(["rotate", "the", "key", "of", "every", "service", "x=1", "Größe", "v2.0"]),
    min_size=1,
    max_size=12,
).map(" ".join)
PARAGRAPH = st.lists(WORDS, min_size=1, max_size=25).map("\n".join)
CODE = st.lists(WORDS, min_size=1, max_size=30)
FENCE = st.tuples(st.sampled_from(["```", "```py", "~~~", "````"]), CODE).map(
    lambda parts: "\n".join([parts[0], *parts[1], parts[0].rstrip("py")])
)
TABLE = st.tuples(WORDS, st.lists(WORDS, max_size=30)).map(
    lambda parts: (
        "\n".join(f"| {a} | b |" for a in [parts[0]])
        + "\n| --- | --- |\n"
        + "\n".join(f"| {row} | c |" for row in parts[1])
    )
)
NAME = st.sampled_from(["Keys", "The key", "Rotate it", "CMAKE_BUILD_TYPE"])
HEADING = st.one_of(
    st.tuples(st.sampled_from(["#", "##", "###"]), NAME).map(" ".join),
    st.tuples(NAME, st.sampled_from('=-~^"')).map(
        lambda parts: f"{parts[0]}\n{parts[1] * max(4, len(parts[0]))}"
    ),
    NAME.map(lambda name: f"{'=' * len(name)}\n{name}\n{'=' * len(name)}"),
)
LIST = st.lists(WORDS, min_size=1, max_size=20).map(lambda rows: "\n".join(f"- {r}" for r in rows))
RULE = st.sampled_from(["---", "***", "- - -", "[](/home)"])
SECTION = st.tuples(
    st.lists(HEADING, max_size=2),
    st.lists(st.one_of(PARAGRAPH, FENCE, TABLE, LIST, RULE), min_size=1, max_size=5),
).map(lambda parts: "\n\n".join([*parts[0], *parts[1]]))
BOOK = st.lists(SECTION, min_size=1, max_size=6).map("\n\n".join)


def contents(text, title=""):
    return [chunk.content for chunk in CHUNKER.chunks(title, text)]


def words(text):
    return re.findall(r"[^\W_]+", text)


def own_words(content):
    """Words outside headings and language names, according to another parser."""
    tokens = MARKDOWN.parse(content)
    texts = [
        token.content
        for before, token in zip([None, *tokens], tokens, strict=False)
        if token.type in ("fence", "code_block", "html_block")
        or (token.type == "inline" and before.type != "heading_open")
    ]
    return words(re.sub(r"\]\([^)]*\)", "]", " ".join(texts)))


def underlined(text):
    """The text with underlines of reStructuredText replaced by Markdown's."""
    return re.sub(r'^([~^"])\1{3,}$', "---", text, flags=re.MULTILINE)


def assert_words_of_its_own(text, parts):
    """Check that no chunk is made of headings alone, unless the text is."""
    if own_words(underlined(text)):
        assert [part for part in parts if not own_words(underlined(part))] == []
    assert parts


def assert_no_word_lost(text, parts):
    assert Counter(words(text)) - Counter(words("\n".join(parts))) == Counter()


def assert_code_and_tables_whole(text, parts):
    """Check that every fence and table that fits a chunk is in one."""
    for block in blocks(text):
        if block.kind in (Kind.FENCE, Kind.TABLE) and TOKENS.counts([block.text])[0] <= 60:
            assert any(block.text.strip("\n").rstrip() in part for part in parts)


def assert_fences_balanced(parts):
    for part in parts:
        fences = [token for token in MARKDOWN.parse(underlined(part)) if token.type == "fence"]
        marks = re.findall(r"^(?:`{3,}|~{3})(?:py)?$", part, flags=re.MULTILINE)
        assert len(marks) == 2 * len(fences)


@settings(max_examples=60, deadline=None)
@given(BOOK)
def test_chunks_of_a_book_are_whole(text):
    parts = contents(text)

    assert_words_of_its_own(text, parts)
    assert_no_word_lost(text, parts)
    assert_code_and_tables_whole(text, parts)
    assert_fences_balanced(parts)


@settings(max_examples=30, deadline=None)
@given(BOOK, WORDS)
def test_every_passage_of_a_book_fits(text, title):
    assert all(chunk.token_count <= TOKENS.max_length for chunk in CHUNKER.chunks(title, text))


def test_long_code_is_cut_at_its_lines_and_each_part_is_a_fence():
    lines = [f"call_{number}(argument)" for number in range(200)]
    parts = contents("Intro.\n\n```py\n" + "\n".join(lines) + "\n```\n\nEnd.")

    inner = [line for part in parts for line in part.split("\n") if line.startswith("call_")]
    assert inner == lines
    assert len(parts) > 3
    assert all(part.count("```") == 2 for part in parts if "call_" in part)
    assert parts[1].startswith("```py\ncall_")


def test_long_table_keeps_its_head_in_every_part():
    rows = [f"| option_{number} | what it does |" for number in range(100)]
    parts = contents("| name | meaning |\n|---|---|\n" + "\n".join(rows))

    assert len(parts) > 3
    assert all(part.startswith("| name | meaning |\n|---|---|\n| option_") for part in parts)


@pytest.mark.parametrize("mark", ["=", "-", "~", "^", '"', "*", "+", "#", ".", "`"])
def test_underlined_heading_stays_with_its_section(mark):
    section = "It says what the section is about, in some sentences. " * 14
    text = "\n\n".join(f"Part {n}\n{mark * 8}\n\n{section}" for n in range(4))

    parts = contents(text)

    for number in range(4):
        (found,) = [part for part in parts if f"Part {number}\n{mark * 8}" in part]
        assert "It says" in found.partition(mark * 8)[2]


@pytest.mark.parametrize(
    "text", ["", "CMAKE_BUILD_TYPE\n----------------", "# CMAKE_BUILD_TYPE", "CMAKE_BUILD_TYPE"]
)
def test_document_that_is_its_title_is_one_chunk_that_repeats_nothing(text):
    (chunk,) = CHUNKER.chunks("CMAKE_BUILD_TYPE", text)

    assert chunk.content == ""


def test_headings_alone_are_one_chunk():
    assert contents("# One\n\n## Two\n\n---\n\n## Three") == ["# One\n\n## Two\n\n---\n\n## Three"]


def test_rule_in_prose_is_no_chunk():
    section = "It says what the section is about, in some sentences.\n" * 30

    parts = contents(f"{section}\n\n- - -\n\n{section}")

    assert "- - -" in "".join(parts)
    assert [part for part in parts if not own_words(part)] == []


def test_plain_text_is_cut_as_ever():
    text = "One line of prose.\nAnother - with marks - in it.\n\n" * 60

    assert all(block.kind is Kind.TEXT for block in blocks(text))
    assert max(chunk.token_count for chunk in CHUNKER.chunks("", text)) <= CAPACITY


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
@pytest.mark.parametrize("form", ["markdown", "html"])
def test_every_chunk_of_the_guides_has_words_of_its_own(path, form):
    text = path.read_text()
    if form == "html":
        text = html.document("page", MARKDOWN.render(text).encode()).text

    parts = contents(text, path.stem)

    assert [part for part in parts if not own_words(part)] == []
    assert Counter(words(text)) - Counter(words("\n".join(parts))) == Counter()


@pytest.mark.parametrize(
    "text",
    [
        "- a\n" * 50_000,
        "```a\n" * 20_000,
        "a|b\n-|-\n" + "x|y\n" * 20_000,
        "](" * 20_000,
        "a\n~~~~\n" * 20_000,
    ],
    ids=["list", "fences", "table", "links", "underlines"],
)
def test_hostile_text_is_parted_in_linear_time(text):
    assert "".join(block.text for block in blocks(text)).replace("\n", "") == text.replace("\n", "")
