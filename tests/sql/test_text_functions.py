"""Functions over the lexemes of texts and queries, against Python."""

import json
import re
import unicodedata
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

#: lexemes as a parser may give them, and those that the syntax of a tsquery could swallow
LEXEME = st.one_of(
    st.sampled_from(["walrus", "wal", "a'b", "a\\", "\\'", "a b", "a & b", "!a", "a:*", "(", "ö", "'"]),
    st.text(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\0"),
        min_size=1,
        max_size=8,
    ),
)  # fmt: skip
LEXEMES = st.lists(LEXEME, max_size=6)
TEXTS = st.lists(LEXEMES, max_size=5)


@pytest.fixture(scope="module")
def connection(database):
    with database.admin() as connection:
        connection.autocommit = True  # a test that fails must not fail the others
        yield connection


def value(connection, expression, *parameters):
    return connection.execute(f"select {expression}", parameters).fetchone()[0]


@given(wanted=st.lists(LEXEME, min_size=1, max_size=4), text=LEXEMES)
def test_any_of_finds_exactly_the_texts_that_hold_a_lexeme(connection, wanted, text):
    found = value(
        connection,
        "array_to_tsvector(%s::text[]) @@ pgrerank.any_of_v1(%s::text[], %s::boolean[])",
        text,
        wanted,
        [False] * len(wanted),
    )

    assert found is (not set(wanted).isdisjoint(text))


@given(prefix=LEXEME, text=LEXEMES)
def test_a_prefix_finds_exactly_the_texts_with_a_lexeme_that_begins_so(connection, prefix, text):
    found = value(
        connection,
        "array_to_tsvector(%s::text[]) @@ pgrerank.any_of_v1(%s::text[], array[true])",
        text,
        [prefix],
    )

    assert found is any(each.startswith(prefix) for each in text)


def test_no_lexemes_make_no_condition(connection):
    assert value(connection, "pgrerank.any_of_v1('{}', '{}')") is None


@given(words=st.lists(LEXEME, max_size=5, unique=True), texts=TEXTS, sign=st.sampled_from([1, -1]))
def test_words_are_counted_once_for_each_text_that_holds_them(connection, words, texts, sign):
    counts = value(
        connection,
        "pgrerank.chunks_with_words_v1(%s::text[], array("
        "select array_to_tsvector(array(select jsonb_array_elements_text(t.lexemes)))"
        " from jsonb_array_elements(%s::jsonb) as t (lexemes)), %s)",
        words,
        json.dumps(texts),
        sign,
    )

    held = Counter(word for text in texts for word in set(text))
    assert counts == [sign * held[word] for word in words]


@given(
    pairs=st.lists(
        st.tuples(st.integers(-(2**40), 2**40), st.integers(-(2**40), 2**40)), max_size=8
    )
)
def test_counts_that_are_added_and_taken_away_again_are_what_they_were(connection, pairs):
    had, more = [a for a, _ in pairs], [b for _, b in pairs]

    added = value(connection, "pgrerank.added_counts_v1(%s::bigint[], %s::bigint[])", had, more)
    less = [-each for each in more]
    back = value(connection, "pgrerank.added_counts_v1(%s::bigint[], %s::bigint[])", added, less)

    assert added == [a + b for a, b in pairs]
    assert back == had


@given(
    words=st.lists(st.sampled_from(["wal", "walrus", "walruses", "ox", "wa"]), max_size=40),
    prefix=st.sampled_from(["wal", "walrus", "o", "x", "walrusesque"]),
)
def test_words_of_a_prefix_are_counted_as_often_as_they_stand_in_the_text(
    connection, words, prefix
):
    found = value(
        connection,
        "pgrerank.prefix_frequency_v1(to_tsvector('simple', %s), %s)",
        " ".join(words),
        prefix,
    )

    assert found == sum(word.startswith(prefix) for word in words)


def terms(connection, query, configuration="english"):
    rows = connection.execute(
        "select * from pgrerank.query_terms_v1(%s::regconfig, %s)", [configuration, query]
    )
    return {lexeme: (frequency, is_prefix) for lexeme, frequency, is_prefix in rows}


def test_a_query_is_read_as_stemmed_words_with_their_number(connection):
    assert terms(connection, "The walruses and a walrus, an Ox") == {
        "walrus": (2, False),
        "ox": (1, False),
    }


def test_the_first_128_words_of_a_query_are_read(connection):
    query = " ".join(f"word{number}" for number in range(200))

    assert list(terms(connection, query, "simple")) == [f"word{number}" for number in range(128)]


def test_the_first_eight_prefixes_of_a_query_are_read_before_its_words(connection):
    query = "ox " + " ".join(f"pre{letter}*" for letter in "abcdefghij")

    found = terms(connection, query, "simple")

    assert list(found) == [*(f"pre{letter}" for letter in "abcdefgh"), "ox"]
    assert [is_prefix for _, is_prefix in found.values()] == [True] * 8 + [False]


#: letters and marks of scripts without spaces, and what may stand between them
MIXED = st.text("中国人民ひらカナ한국어กขที่น้ ab3.", max_size=30)


@given(text=MIXED)
def test_a_text_is_as_long_as_its_characters(connection, text):
    counted = value(
        connection,
        "(pgrerank.text_statistics_v1(to_tsvector('simple',"
        " pgrerank.text_words_v1(%s, false)))).lexeme_count",
        "".join(each for each in text if each not in " ab3."),
    )
    letters = sum(
        each not in " ab3." and not unicodedata.combining(each) and each != "ี" for each in text
    )

    assert counted in (letters, letters + 1)  # a text may begin with a mark


@given(text=MIXED, start=st.integers(0, 30), length=st.integers(1, 30))
def test_every_part_of_a_text_is_found_in_it_as_a_phrase(connection, text, start, length):
    part = text[start : start + length]
    # A mark does not begin a phrase, nor is a part of a word one.
    assume(re.fullmatch(r"(?![ี่้]).*", part) and not re.search(r"[ab3.]", part))
    assume(not re.match("[ี่้]", text[start + length :]))

    assert restriction(connection, f'"{part}"', text, "simple") in (True, None)


@given(text=MIXED)
def test_words_of_a_query_are_lexemes_of_a_text_that_is_the_same(connection, text):
    asked = terms(connection, text, "simple")
    stored = value(
        connection,
        "tsvector_to_array(to_tsvector('simple', pgrerank.text_words_v1(%s, false)))",
        text,
    )

    for lexeme, (_, is_prefix) in asked.items():
        assert any(each.startswith(lexeme) if is_prefix else each == lexeme for each in stored)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("中国人", {"中国": False, "国人": False}),
        ("中", {"中": True}),
        ("中国人*", {"中国": False, "国人": False}),
        ("ที่นี่", {"ที่นี่": False}),
        ("한국어를", {"한국": False, "국어": False, "어를": False}),
        ("ｶﾀｶﾅ", {"カタ": False, "タカ": False, "カナ": False}),
        ("iPhone手机 kaufen", {"iphon": False, "手机": False, "kaufen": False}),
        (" ".join("零一二三四五六七八九"), dict.fromkeys("零一二三四五六七", True) | dict.fromkeys("八九", False)),
        ("threading.Timer", {"thread": False, "timer": False}),
        ("3.11 and 1.5 e.g. U.S.", {"3.11": False, "1.5": False, "e.g": False, "u.s": False}),
        ("docs.python.org", {"doc": False, "python": False, "org": False}),
        ("functools.lru_cache", {"functool": False, "lru": False, "cach": False}),
    ],
)  # fmt: skip
def test_a_query_is_read_as_pairs_and_parts_of_names(connection, query, expected):
    found = {lexeme: is_prefix for lexeme, (_, is_prefix) in terms(connection, query).items()}

    assert found == expected


@given(text=st.text("abc xyz,;!?-é", max_size=60))
def test_other_text_is_read_as_it_is(connection, text):
    assert value(connection, "pgrerank.text_words_v1(%s, false)", text) == text


def test_a_long_text_without_spaces_is_read_as_far_as_a_tsvector_holds(connection):
    text = "".join(map(chr, range(0x4E00, 0x9FFF))) * 5

    assert value(
        connection,
        "length(to_tsvector('simple', pgrerank.text_words_v1(%s, false)))",
        text,
    ) > 20_000  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("walrus*", {"walrus": True}),
        ("Walrus*", {"walrus": True}),
        ("the*", {"the": True}),
        ("w*", {"w": False}),
        ("x" * 256 + "*", {"x" * 256: False}),
        ("a*b*", {"b": False}),
        ("-walrus ox", {"ox": False}),
        ("", {}),
        ("the", {}),
    ],
)
def test_a_star_ends_a_word_of_two_letters_or_more(connection, query, expected):
    found = {lexeme: is_prefix for lexeme, (_, is_prefix) in terms(connection, query).items()}

    assert found == expected


def restriction(connection, query, text, configuration="english"):
    """Whether the text meets the condition of the query; None: the query sets none."""
    return value(
        connection,
        "to_tsvector(%s::regconfig, pgrerank.text_words_v1(%s, false))"
        " @@ pgrerank.query_restriction_v1(%s::regconfig, %s)",
        configuration,
        text,
        configuration,
        query,
    )


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("walrus", "ox", None),
        ('"red fox"', "the red foxes", True),
        ('"red fox"', "a fox that is red", False),
        ('"red fox" -wolf', "a red fox and a wolf", False),
        ('-"grey wolf"', "a wolf, grey", True),
        ('-"grey wolf"', "a grey wolf", False),
        ('a 5" pipe and a 6" pipe', "none of them", None),
        ('"the"', "ox", None),
        ("well-known", "ox", None),
        ("-5 degrees", "5 degrees", None),
        ('"red fox', "fox", None),
        ('"国人"', "中国人民", True),
        ('"民国"', "国民", False),
        ('"人"', "中国人民", True),
        ('"中国人"', "中国 人", False),
        ("狐 -人民", "中国人民", False),
        ("狐 -人", "中国人民", False),
        ('"iPhone手机"', "买iPhone手机吗", True),
        ('"Timer class"', "the threading.Timer class", True),
    ],
)
def test_only_quotes_and_a_minus_restrict_what_is_found(connection, query, text, expected):
    assert restriction(connection, query, text) is expected


def test_no_more_than_32_exclusions_are_read(connection):
    query = " ".join(f"-wolf{number}" for number in range(40))

    assert restriction(connection, query, "wolf31", "simple") is False
    assert restriction(connection, query, "wolf32", "simple") is True


WEIGHTS = st.dictionaries(LEXEME, st.integers(1, 64).map(lambda n: n / 8), max_size=8)


@given(first=WEIGHTS, second=WEIGHTS)
def test_sparse_vectors_multiply_the_weights_of_the_tokens_that_they_share(
    connection, first, second
):
    product = value(
        connection,
        "-(pgrerank.sparse_vector_v1(%s::text[], %s::real[])"
        " operator(public.<#>) pgrerank.sparse_vector_v1(%s::text[], %s::real[]))",
        *(side for weights in (first, second) for side in (list(weights), [*weights.values()])),
    )

    expected = sum(weight * second.get(token, 0) for token, weight in first.items())
    assert product == pytest.approx(expected)


def test_a_sparse_vector_has_the_thousand_largest_weights(connection):
    tokens = [f"token{number}" for number in range(1_100)]
    kept = value(
        connection,
        "pgrerank.sparse_vector_v1(%s::text[], %s::real[])::text",
        tokens,
        list(range(1, 1_101)),
    )

    weights = {float(pair.partition(":")[2]) for pair in kept[1 : kept.index("}")].split(",")}
    assert weights == set(map(float, range(101, 1_101)))
