import random

import pytest

from pgrerank.domain.request import Strategy
from tests import oracles
from tests.fixtures.collections import embedded

WORDS = [a + b for a in "bdfglmnprt" for b in ("ala", "emu", "ixo")]


def bm25_scores(retrieved):
    return {each.external_id: each.keyword_score for each in retrieved.candidates}


def corpus(seed, size=40):
    """Texts with word frequencies like those of a language."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    weights = [1 / (rank + 1) for rank in range(len(WORDS))]
    return {
        f"d{i:02}": chance.choices(WORDS, weights, k=chance.randint(1, 60)) for i in range(size)
    }


@pytest.mark.parametrize("seed", range(5))
async def test_scores_are_those_of_bm25(new_shelf, seed):
    texts = corpus(seed)
    shelf = await new_shelf(
        *[embedded(name, " ".join(words)) for name, words in texts.items()],
        text_search="simple",
    )
    chance = random.Random(seed)  # noqa: S311 - not for secrets

    for _ in range(5):
        query = chance.choices(WORDS, k=chance.randint(1, 6))
        found = bm25_scores(await shelf.retrieve(" ".join(query), Strategy.KEYWORD))

        assert found == pytest.approx(oracles.bm25(texts, query), abs=1e-4)
        assert list(found) == sorted(found, key=lambda name: -found[name])


@pytest.mark.parametrize(("k1", "b"), [(0, 0), (2.5, 0), (1.2, 1), (0.3, 0.75)])
async def test_parameters_are_those_of_the_collection(new_shelf, k1, b):
    texts = corpus(3)
    shelf = await new_shelf(
        *[embedded(name, " ".join(words)) for name, words in texts.items()],
        text_search="simple",
    )

    found = bm25_scores(await shelf.weighing(k1=k1, b=b).keyword_leg(" ".join(WORDS[:4])))

    assert found == pytest.approx(oracles.bm25(texts, WORDS[:4], k1=k1, b=b), abs=1e-4)


async def test_candidates_are_the_best(new_shelf):
    texts = corpus(7)
    shelf = await new_shelf(
        *[embedded(name, " ".join(words)) for name, words in texts.items()],
        text_search="simple",
    )

    found = bm25_scores(await shelf.retrieve(WORDS[0], Strategy.KEYWORD, candidates=5))

    best = sorted(oracles.bm25(texts, [WORDS[0]]).values(), reverse=True)[:5]
    assert list(found.values()) == pytest.approx(best, abs=1e-4)


async def test_title_counts_as_text(new_shelf):
    shelf = await new_shelf(
        embedded("title", "some text", title="Walrus"), embedded("neither", "some text")
    )

    assert await shelf.keyword("walrus") == ["title"]


@pytest.mark.parametrize(
    ("boost", "expected"), [(0, ["body"]), (0.5, ["body", "title"]), (8, ["title", "body"])]
)
async def test_word_in_the_title_counts_as_often_as_the_collection_says(new_shelf, boost, expected):
    shelf = await new_shelf(
        embedded("title", "some text more text", title="Walrus"),
        embedded("body", "some walrus more walrus", title="Text"),
    )

    assert await shelf.weighing(title_boost=boost).keyword("walrus") == expected


async def test_score_of_a_boosted_title_is_that_of_more_occurrences(new_shelf):
    shelf = await new_shelf(
        embedded("a", "walrus tusk", title="Walrus"), embedded("b", "seal", title="Tusk")
    )
    plain = bm25_scores(await shelf.retrieve("walrus", Strategy.KEYWORD))["a"]
    boosted = bm25_scores(await shelf.weighing(title_boost=4).keyword_leg("walrus"))["a"]

    norm = 0.9 * (0.6 + 0.4 * 3 / 2.5)
    assert boosted / plain == pytest.approx((5 / (5 + norm)) / (2 / (2 + norm)))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("wal*", {"walrus", "walnut"}),
        ("WAL*", {"walrus", "walnut"}),
        ("walr*", {"walrus"}),
        ("tusk wal*", {"walrus", "walnut", "tusk"}),
        ("wal* -walnut", {"walrus"}),
        ("w*", set()),
        ("th*", {"theory"}),
        ("wal *", set()),
        ("*wal", set()),
        ("wal** wa*l", set()),
        ("swims*", {"walrus"}),
    ],
)
async def test_star_finds_words_that_begin_so(new_shelf, query, expected):
    shelf = await new_shelf(
        embedded("walrus", "a walrus swims"),
        embedded("walnut", "a walnut"),
        embedded("tusk", "a tusk"),
        embedded("theory", "theories"),
    )

    assert set(await shelf.keyword(query)) == expected


async def test_words_that_begin_alike_weigh_as_one_word(new_shelf):
    shelf = await new_shelf(
        embedded("a", "walrus walnut x"), embedded("b", "walrus y z"), embedded("c", "x y z")
    )
    texts = {"a": ["w", "w", "x"], "b": ["w", "y", "z"], "c": ["x", "y", "z"]}

    found = bm25_scores(await shelf.retrieve("wal*", Strategy.KEYWORD))

    assert found == pytest.approx(oracles.bm25(texts, ["w"]), abs=1e-4)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("猫", {"ja"}),
        ("猫が好き", {"ja"}),
        ("東京", {"ja"}),
        ("한국어", {"ko"}),
        ("고양이", {"ko"}),
        ("แมว", {"th"}),
        ("北京", {"zh", "mixed"}),
        ("手机", {"mixed"}),
        ("iphone", {"mixed"}),
        ("cameras", {"mixed", "en"}),
        ("ปลา", set()),
        ("ＩＰＨＯＮＥ手机", {"mixed"}),
    ],
)
async def test_text_without_spaces_is_found_by_what_is_inside(new_shelf, query, expected):
    shelf = await new_shelf(
        embedded("ja", "私は猫がとても好きで、東京に住んでいます。"),
        embedded("ko", "저는 한국어를 배우고 고양이를 키웁니다."),
        embedded("th", "ฉันเลี้ยงแมวสองตัวที่บ้าน"),
        embedded("zh", "中国的首都是北京。"),
        embedded("mixed", "在北京买的iPhone手机 has a good camera"),
        embedded("en", "A camera without a phone"),
    )

    assert set(await shelf.keyword(query)) == expected


async def test_scores_of_such_text_are_those_of_bm25_over_pairs(new_shelf):
    written = {"a": "中国人民在中国", "b": "人民日报", "c": "北京"}
    shelf = await new_shelf(*[embedded(name, text) for name, text in written.items()])

    def pairs(text):
        return [text[at : at + 2] for at in range(len(text))]

    found = bm25_scores(await shelf.retrieve("中国人民", Strategy.KEYWORD))
    texts = {name: pairs(text) for name, text in written.items()}

    assert found == pytest.approx(oracles.bm25(texts, pairs("中国人民")[:-1]), abs=1e-4)


async def test_dotted_names_are_found_by_their_parts_and_as_phrases(new_shelf):
    shelf = await new_shelf(
        embedded("name", "see threading.Timer there"),
        embedded("words", "a timer is no thread"),
        embedded("none", "a walrus"),
    )

    assert set(await shelf.keyword("timer")) == {"name", "words"}
    assert set(await shelf.keyword("threading.Timer")) == {"name", "words"}
    assert await shelf.keyword('"threading.Timer"') == ["name"]


@pytest.mark.parametrize("boost", [1, 3])
async def test_titles_are_read_as_texts_are(new_shelf, boost):
    shelf = await new_shelf(
        embedded("title", "x", title="北京 threading.Timer"),
        embedded("text", "北京 threading.Timer"),
    )

    for query in ("北京", "timer"):
        assert set(await shelf.weighing(title_boost=boost).keyword(query)) == {"title", "text"}


async def test_words_are_stemmed_by_the_configuration(new_shelf):
    english = await new_shelf(embedded("a", "The walruses were swimming"))
    simple = await new_shelf(embedded("a", "The walruses were swimming"), text_search="simple")

    assert await english.keyword("walrus swims") == ["a"]
    assert await simple.keyword("walrus swims") == []
    assert await simple.keyword("the") == ["a"]


async def test_question_finds_texts_that_hold_a_part_of_it(new_shelf):
    shelf = await new_shelf(
        embedded("both", "walrus habitat"), embedded("one", "walrus"), embedded("none", "seal")
    )

    assert await shelf.keyword("What is the habitat of a walrus in winter?") == ["both", "one"]


@pytest.mark.parametrize("query", ["the of and", "", "   ", "?!", "-walrus", "🦭", '""', "-"])
async def test_query_without_terms_is_an_empty_leg(new_shelf, query):
    shelf = await new_shelf(embedded("a", "the walrus of and"))

    retrieved = await shelf.retrieve(query, Strategy.KEYWORD)

    assert retrieved.candidates == ()
    assert (retrieved.keyword.scan, retrieved.keyword.returned) == ("no terms", 0)


async def test_phrase_is_demanded_in_word_order(new_shelf):
    shelf = await new_shelf(
        embedded("phrase", "the polar bear sleeps"),
        embedded("apart", "a bear near the polar station"),
        embedded("neither", "walrus"),
    )

    assert await shelf.keyword('"polar bear"') == ["phrase"]
    assert await shelf.keyword('walrus "polar bear"') == ["phrase"]
    assert set(await shelf.keyword("polar bear")) == {"phrase", "apart"}


async def test_phrase_that_no_text_holds_counts_as_words_in_a_question_but_not_alone(new_shelf):
    shelf = await new_shelf(
        embedded("bear", "the polar bear sleeps"), embedded("walrus", "a walrus swims")
    )

    assert await shelf.keyword('which walrus meets a "bear polar"') == ["bear", "walrus"]
    assert await shelf.keyword('"bear polar"') == []
    assert await shelf.keyword('walrus "bear polar" -swims') == ["bear"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("walrus -seal", {"w"}),
        ("walrus -seals", {"w"}),
        ('walrus -"grey seal"', {"w", "ws"}),
        ("walrus -the", {"w", "ws", "wg"}),
        ("walrus -5", {"w", "ws", "wg"}),
        ("walrus - seal", {"w", "ws", "wg", "s"}),
        ("well-known walrus", {"w", "ws", "wg"}),
        ('walrus 5" seal', {"w", "ws", "wg", "s"}),
        ('walrus "seal', {"w", "ws", "wg", "s"}),
        ('walrus "the"', {"w", "ws", "wg"}),
    ],
)
async def test_exclusions_and_quotes(new_shelf, query, expected):
    shelf = await new_shelf(
        embedded("w", "walrus"),
        embedded("ws", "walrus and seal, not grey"),
        embedded("wg", "walrus and grey seal"),
        embedded("s", "seal"),
    )

    assert set(await shelf.keyword(query)) == expected


async def test_demands_do_not_change_what_a_word_weighs(new_shelf):
    shelf = await new_shelf(
        embedded("a", "walrus tusk"),
        embedded("b", "walrus seal"),
        embedded("c", "seal"),
    )

    plain = bm25_scores(await shelf.retrieve("walrus", Strategy.KEYWORD))
    demanding = bm25_scores(await shelf.retrieve("walrus -seal", Strategy.KEYWORD))

    assert demanding == {"a": plain["a"]}


@pytest.mark.parametrize(
    "query",
    [
        "walrus & | ! ( ) <-> :* :A",
        "walrus ' '' \\ \\\\ \\'",
        "walrus'; drop table pgrerank.chunk; --",
        "walrus \t\r\n\x01\u200b\ufeff",
        "walrus %s %(query)s {0} $1 :name",
        "walrus 🦭 ﷽ e\u0301 \U0010ffff",
        "walrus " + "(" * 500,
        "walrus " + "x" * 5_000,
        "walrus " + "-" * 1_000,
        "walrus " + '"' * 1_001,
        "walrus " + "it's " * 100,
        "walrus foo:bar@example.com/path?x=1&y=<2> C:\\dir\\file.txt",
    ],
)
async def test_nothing_in_a_query_is_syntax(new_shelf, query):
    shelf = await new_shelf(embedded("a", "walrus"), embedded("b", "seal"))

    assert await shelf.keyword(query) == ["a"]


async def test_overlong_query_is_read_from_its_beginning(new_shelf):
    shelf = await new_shelf(embedded("first", "walrus"), embedded("last", "w9999"))

    long_query = "walrus " + " ".join(f"w{i}" for i in range(10_000))

    assert await shelf.keyword(long_query) == ["first"]


async def test_term_of_the_query_counts_as_often_as_it_stands_there(new_shelf):
    shelf = await new_shelf(embedded("a", "walrus"), embedded("b", "seal"))

    once = bm25_scores(await shelf.retrieve("walrus", Strategy.KEYWORD))
    twice = bm25_scores(await shelf.retrieve("walrus walrus", Strategy.KEYWORD))

    assert twice["a"] == pytest.approx(2 * once["a"])


async def test_ties_go_by_chunk_id(new_shelf):
    shelf = await new_shelf(*[embedded(f"d{i}", "walrus") for i in range(20)])

    all_found = (await shelf.retrieve("walrus", Strategy.KEYWORD)).candidates
    some_found = (await shelf.retrieve("walrus", Strategy.KEYWORD, candidates=7)).candidates

    ids = [each.chunk_id for each in all_found]
    assert ids == sorted(ids)
    assert [each.chunk_id for each in some_found] == ids[:7]


@pytest.mark.parametrize("word", ["мороз", "ψάρι", "naïve", "日本語", "สวัสดี", "ﬁsh"])
async def test_words_of_any_script_are_found(new_shelf, word):
    shelf = await new_shelf(
        embedded("it", f"before {word} after"),
        embedded("other", "before after"),
        text_search="simple",
    )

    assert await shelf.keyword(word.upper()) == ["it"] or await shelf.keyword(word) == ["it"]


async def test_lexemes_of_one_dimension_are_counted_together(database):
    with database.admin() as admin:
        first, second = admin.execute(
            """
            select array_agg(w) from (
                select 'w' || i as w, pgrerank.lexeme_index_v1('w' || i) as dimension
                from generate_series(1, 100000) as i
            ) as x group by dimension having count(*) = 2 limit 1
            """
        ).fetchone()[0]
        text = f"{first} {second} {second} other"
        frequencies, counted, length = admin.execute(
            """
            select
                pgrerank.term_frequencies_v1(v.lexemes)::text,
                s.term_frequencies::text,
                s.lexeme_count
            from to_tsvector('simple', %s) as v (lexemes)
            cross join pgrerank.text_statistics_v1(v.lexemes) as s
            """,
            [text],
        ).fetchone()

    assert (counted, length) == (frequencies, 4)
    counts = sorted(float(part.split(":")[1]) for part in frequencies[1:].split("}")[0].split(","))
    assert counts == [1, 3]


@pytest.mark.parametrize("seed", range(3))
def test_text_is_counted_as_it_was_when_older_chunks_were_stored(database, seed):
    texts = ["", "... !", *map(" ".join, corpus(seed).values()), "it's 'quoted' \\ 5,3:2"]
    with database.admin() as admin:
        for text in texts:
            old, new = admin.execute(
                """
                select
                    (
                        select array[s.lexeme_count::text, s.term_frequencies::text]
                        from pgrerank.text_statistics_v1(v.lexemes) as s
                    ),
                    (
                        select array[s.lexeme_count::text, s.term_frequencies::text]
                        from pgrerank.text_statistics_v1(v.lexemes) as s
                    )
                from to_tsvector('simple', %s) as v (lexemes)
                """,
                [text],
            ).fetchone()
            assert new == old


async def test_text_of_too_many_lexemes_keeps_as_many_as_fit(database):
    with database.admin() as admin:
        kept, counted, length = admin.execute(
            """
            select
                pgrerank.term_frequencies_v1(v.lexemes)::text,
                s.term_frequencies::text,
                s.lexeme_count
            from (
                select to_tsvector('simple', string_agg('w' || i, ' ')) as lexemes
                from generate_series(1, 17000) as i
            ) as v
            cross join pgrerank.text_statistics_v1(v.lexemes) as s
            """
        ).fetchone()

    assert kept.count(":") == 16_000
    assert (counted, length) == (kept, 17_000)
