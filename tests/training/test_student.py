"""A student that keeps some layers of its base and learns the states of all of them."""

from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file
from sentence_transformers import CrossEncoder
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification, BertModel

from pgrerank.domain.errors import ConflictError, ModelError
from pgrerank.inference.model_files import PACKAGED, files
from pgrerank.training import clock, model, run
from pgrerank.training.loss import ListLoss
from pgrerank.training.student import States, frozen_copy, keep_layers

PAIRS = [("apple 3", "stone yes river"), ("apple 3", "cloud no silver window")]


def write(folder, *, depth, width=32, seed=3, kind=BertForSequenceClassification):
    """A tiny untrained model with the packaged tokens."""
    torch.manual_seed(seed)
    config = BertConfig(
        hidden_size=width,
        num_hidden_layers=depth,
        num_attention_heads=2,
        intermediate_size=64,
        num_labels=1,
    )
    kind(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(files(PACKAGED).folder).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def deep(tmp_path_factory):
    return write(tmp_path_factory.mktemp("deep"), depth=6)


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    return write(tmp_path_factory.mktemp("other"), depth=1, seed=4, kind=BertModel)


def opened(deep, new_course, folder=None, **settings):
    recipe = new_course("pupil", base=str(deep), dropout=0.0, **settings).recipe
    return model.open_pupil(deep, recipe, folder)


def weights(module):
    return {name: weight.clone() for name, weight in module.state_dict().items()}


@pytest.mark.parametrize(
    ("count", "kept"), [(3, (0, 2, 4)), (2, (0, 3)), (4, (0, 1, 3, 4)), (6, (0, 1, 2, 3, 4, 5))]
)
def test_kept_layers_are_evenly_spaced_from_the_lowest(deep, count, kept):
    encoder = CrossEncoder(str(deep), device="cpu")
    before = [weights(layer) for layer in encoder.model.bert.encoder.layer]

    assert keep_layers(encoder, count, "deep") == kept

    after = [weights(layer) for layer in encoder.model.bert.encoder.layer]
    torch.testing.assert_close(after, [before[number] for number in kept], rtol=0, atol=0)
    assert encoder.model.config.num_hidden_layers == count


def test_more_layers_than_there_are_cannot_be_kept(deep, new_course):
    with pytest.raises(ModelError, match="it has 6 layers, so 7 cannot be kept"):
        opened(deep, new_course, layers=7)


def test_frozen_layers_are_counted_among_the_kept_ones(deep, new_course):
    with pytest.raises(ModelError, match="it has 2 layers, so 2 cannot stay"):
        opened(deep, new_course, layers=2, freeze=2)


def test_model_in_the_folder_has_the_kept_layers(deep, new_course):
    course = replace(new_course(layers=2, epochs=1), base=deep)

    run.train(course, lambda _: None)

    encoder = CrossEncoder(str(course.out), device="cpu")
    assert len(encoder.model.bert.encoder.layer) == 2
    assert len(encoder.predict(PAIRS)) == 2


def test_embeddings_of_another_model_replace_those_of_the_base_and_stay(deep, other, new_course):
    pupil = opened(deep, new_course, other, layers=2, embeddings=str(other))

    expected = load_file(other / "model.safetensors")
    embeddings = dict(pupil.encoder.model.bert.embeddings.named_parameters())
    assert embeddings
    for name, weight in embeddings.items():
        torch.testing.assert_close(weight.detach(), expected[f"embeddings.{name}"], rtol=0, atol=0)
    assert not [name for name in pupil.learning() if ".embeddings." in name]
    assert [name for name in pupil.learning() if ".layer.0." in name]


def test_embeddings_of_another_width_are_refused(deep, new_course, tmp_path):
    wide = write(tmp_path / "wide", depth=1, width=48, kind=BertModel)

    with pytest.raises(ModelError, match="tokens and width of the base"):
        opened(deep, new_course, wide, embeddings="wide")


def test_embeddings_of_other_tokens_are_refused(deep, new_course, tmp_path):
    same_size = write(tmp_path / "tokens", depth=1, kind=BertModel)
    path = same_size / "vocab.txt"
    tokenizer = AutoTokenizer.from_pretrained(same_size)
    words = sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().get)
    path.write_text("\n".join([*words[:-1], "pgvector"]) + "\n")
    (same_size / "tokenizer.json").unlink()

    with pytest.raises(ModelError, match="tokens and width of the base"):
        opened(deep, new_course, same_size, embeddings="tokens")


def test_states_of_the_whole_base_have_no_error(deep):
    encoder = CrossEncoder(str(deep), device="cpu").eval()
    states = States(encoder, frozen_copy(encoder), range(6))
    inputs = encoder.preprocess(PAIRS)

    encoder.model(**inputs)

    torch.testing.assert_close(states.loss(inputs), torch.tensor(0.0))


def test_error_is_of_the_layer_before_the_next_kept_one_and_without_padding(deep):
    encoder = CrossEncoder(str(deep), device="cpu").eval()
    base = frozen_copy(encoder)
    kept = keep_layers(encoder, 2, "deep")
    states = States(encoder, base, kept)
    inputs = encoder.preprocess(PAIRS)

    student = encoder.model(**inputs, output_hidden_states=True).hidden_states
    found = states.loss(inputs)

    whole = base(**inputs, output_hidden_states=True).hidden_states
    words = inputs["attention_mask"].bool()
    expected = [
        (mine[words] - theirs[words]).square().mean() / theirs[words].var(dim=0).mean()
        for mine, theirs in zip(student[1:], (whole[3], whole[6]), strict=True)
    ]
    torch.testing.assert_close(found, torch.stack(expected).mean())
    assert not words.all()


def test_error_of_the_states_is_part_of_the_loss_and_falls(deep, new_course):
    pupil = opened(deep, new_course, layers=2, state_weight=2.0)
    recipe = new_course(state_weight=2.0).recipe
    loss = ListLoss(pupil.encoder, recipe, states=pupil.states)
    optimizer = torch.optim.Adam(pupil.learning().values(), lr=1e-3)

    errors = []
    for _ in range(40):
        _, error = loss.read(PAIRS)
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        errors.append(error.item())

    with torch.no_grad():
        inputs = pupil.encoder.preprocess(PAIRS)
        pupil.encoder.model(**inputs)
        expected = 2 * pupil.states.loss(inputs).item()
        assert loss.read(PAIRS)[1].item() == pytest.approx(expected, rel=1e-3)
    assert errors[-1] < errors[0] * 0.5


def test_run_with_a_state_weight_ends_nearer_to_the_base(deep, new_course):
    def error_after(weight):
        name = f"weight-{weight}"
        course = replace(new_course(name, layers=2, state_weight=weight, epochs=2), base=deep)
        run.train(course, lambda _: None)
        measured = new_course("measured", base=str(deep), layers=2, state_weight=1.0).recipe
        pupil = model.open_pupil(deep, measured)
        pupil.encoder.model.load_state_dict(load_file(course.out / "model.safetensors"))
        pupil.encoder.eval()
        inputs = pupil.encoder.preprocess(PAIRS)
        with torch.no_grad():
            pupil.encoder.model(**inputs)
            return float(pupil.states.loss(inputs))

    assert error_after(50.0) < error_after(0.0)


def test_continuation_with_other_layers_is_refused(new_course):
    new_course(layers=2)

    with pytest.raises(ConflictError, match="--layers changed"):
        new_course(layers=1)


def test_student_that_was_cut_off_resumes(deep, new_course):
    class Killed(BaseException):
        """Simulates the end of the process."""

    def kill(progress):
        if progress.progress > 0.6:
            raise Killed

    course = replace(new_course("cut", layers=2, state_weight=0.5), base=deep)
    with pytest.raises(Killed):
        run.train(course, kill)
    last, _ = clock.newest(run.folder(course.out))
    steps = []

    run.train(course, lambda progress: steps.append(progress.step))

    assert 0 < int(last.name.rpartition("-")[2]) < min(steps)
    assert (course.out / "model.safetensors").exists()
