import numpy as np
import pytest
import torch
from sentence_transformers import CrossEncoder, SentenceTransformer
from torch import nn
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

from pgrerank.domain.errors import ModelError
from pgrerank.inference.model_files import PACKAGED, files
from pgrerank.training import model, run
from pgrerank.training.matching import HEAD, Matching

QUERY, PASSAGE = "silver bridge", "a bridge of copper over the river"


@pytest.fixture
def encoder(base):
    found = CrossEncoder(str(base), device="cpu", activation_fn=nn.Identity())
    found.model.add_module(HEAD, nn.Linear(32, 1))
    return found


def vectors(text):
    teacher = SentenceTransformer(str(files(PACKAGED).folder), device="cpu")
    found = teacher.encode(text, output_value="token_embeddings").numpy()[1:-1]
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_match_of_a_query_token_is_its_cosine_with_the_nearest_of_the_passage(encoder):
    expected = (vectors(QUERY) @ vectors(PASSAGE).T).max(axis=1)

    found = Matching(encoder).matches(QUERY, PASSAGE)

    np.testing.assert_allclose(found, expected, atol=0.01)
    assert found[1] > found[0]  # the bridge is there, silver is not


def test_loss_is_of_query_tokens_alone(encoder):
    matching = Matching(encoder)
    pairs = [(QUERY, PASSAGE), ("stone", "garden"), ("", "letter"), ("letter", "")]
    tokens = encoder.preprocess(pairs)
    with torch.no_grad():
        states = encoder.model(**tokens, output_hidden_states=True).hidden_states[-1]
        found = matching.loss(pairs, tokens["input_ids"])
        guessed = encoder.model.matcher(states).squeeze(-1)
    counts = [2, 1, 0, 1]
    wanted = [matching.matches(query, passage) for query, passage in pairs]
    errors = [
        guessed[row, place + 1] - (wanted[row][place] - 0.5) / 0.2
        for row, count in enumerate(counts)
        for place in range(count)
    ]

    torch.testing.assert_close(found, torch.stack(errors).square().mean())


def test_states_learn_the_matches_and_the_head_is_thrown_away(new_course):
    course = new_course(match_weight=1.0, teacher_weight=0.0, epochs=6)
    heard = []

    run.train(course, lambda state: heard.append(state.loss))

    told = [loss for loss in heard if loss is not None]
    assert told[-1] < told[0] * 0.75
    assert HEAD not in dict(CrossEncoder(str(course.out), device="cpu").model.named_modules())


def test_head_is_in_the_checkpoints(new_course, tmp_path):
    course = new_course(match_weight=1.0)
    pupil = model.open_pupil(course.base, course.recipe)

    pupil.save(tmp_path / "checkpoint")
    before = pupil.encoder.model.matcher.weight.clone()
    nn.init.zeros_(pupil.encoder.model.matcher.weight)
    pupil.restore(tmp_path / "checkpoint")

    torch.testing.assert_close(pupil.encoder.model.matcher.weight, before)


def test_base_of_other_tokens_is_refused(new_course, tmp_path):
    other = tmp_path / "other"
    tokenizer = AutoTokenizer.from_pretrained(files(PACKAGED).folder)
    tokenizer.add_tokens(["pgvector"])
    tokenizer.save_pretrained(other)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_labels=1,
    )
    BertForSequenceClassification(config).save_pretrained(other)
    pupil = model.open_pupil(other, new_course(match_weight=1.0).recipe)

    with pytest.raises(ModelError, match="--match-weight needs a base"):
        Matching(pupil.encoder)


def test_dropout_is_what_the_recipe_says(new_course):
    course = new_course(dropout=0.25)

    pupil = model.open_pupil(course.base, course.recipe)

    found = [m.p for m in pupil.encoder.modules() if isinstance(m, nn.Dropout)]
    assert found
    assert set(found) == {0.25}
