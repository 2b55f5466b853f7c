import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from pgrerank.domain.candidate import Passage
from pgrerank.domain.vector import unit
from pgrerank.inference.local.machine import machine
from pgrerank.inference.local.pytorch.device import tensors
from pgrerank.inference.local.pytorch.graphs import transformer_weights, unsupported_reason
from pgrerank.inference.local.registry import load_embedder, load_scorer
from pgrerank.inference.openvino.build import graph
from pgrerank.inference.openvino.calibrate import questions, reaches
from pgrerank.inference.openvino.network import Network
from pgrerank.inference.openvino.quantise import rounding
from pgrerank.inference.openvino.runtime import compile_model, streams
from pgrerank.inference.openvino.weights import Dense
from pgrerank.inference.precision import route
from tests.inference.small import bert, distilbert, roberta, saved

LENGTHS = (3, 17, 9)
TEXTS = [text for _, passages in questions() for text in passages]
QUERY = questions()[0][0]

#: Without vnni, eight-bit products are summed in sixteen bits, which overflow; never used.
needs_vnni = pytest.mark.skipif(not machine().int8, reason="the processor has no vnni")


def features(lengths=LENGTHS):
    """Rows of random ids, padded to the longest."""
    ids = np.random.default_rng(1).integers(5, 1000, (len(lengths), max(lengths)))
    mask = np.array([[int(at < length) for at in range(max(lengths))] for length in lengths])
    return {"input_ids": ids * mask, "attention_mask": mask}


def network(model, *, first_only=False, calibration=None):
    weights = transformer_weights(model.base_model)
    found = None if calibration is None else reaches(weights, calibration, threads=1)
    built = graph(weights, first_only=first_only, reaches=found)
    return Network(compile_model(built, "fp32", 1))


@torch.inference_mode()
def states(model, given):
    return model.base_model(**tensors(given, model.device)).last_hidden_state.numpy()


@pytest.mark.parametrize("model", [bert(), roberta()], ids=["bert", "xlm-roberta"])
def test_the_graph_computes_what_torch_does(model):
    given = features()
    found, wanted = network(model)(given), states(model, given)

    for row, length in enumerate(LENGTHS):
        np.testing.assert_allclose(found[row, :length], wanted[row, :length], atol=1e-5)


@pytest.mark.parametrize("model", [bert(), roberta()], ids=["bert", "xlm-roberta"])
def test_the_first_token_alone_is_the_first_of_all(model):
    given = features()
    first = network(model, first_only=True)(given)

    assert first.shape == (3, 1, 32)
    np.testing.assert_allclose(first[:, 0], network(model)(given)[:, 0], atol=1e-5)


def test_a_sequence_is_read_alike_alone_and_beside_others():
    run = network(bert(), first_only=True)
    given = features()
    together = run(given)
    alone = [
        run({name: rows[row : row + 1, :length] for name, rows in given.items()})
        for row, length in enumerate(LENGTHS)
    ]

    np.testing.assert_allclose(np.concatenate(alone), together, atol=1e-5)


def test_token_types_are_read():
    run, given = network(bert()), features()
    others = {**given, "token_type_ids": np.ones_like(given["input_ids"])}

    assert not np.allclose(run(given), run(others), atol=1e-2)


@pytest.mark.parametrize(
    ("threads", "wanted"),
    [(1, 1), (2, 2), (3, 3), (4, 4), (5, 4), (6, 3), (7, 3), (10, 2), (16, 4)],
)
def test_streams_leave_few_threads_without_work(threads, wanted):
    assert streams(threads) == wanted


def test_several_threads_may_run_a_network_at_once():
    weights = transformer_weights(bert().base_model)
    run = Network(compile_model(graph(weights, first_only=False), "fp32", 2))
    given = [features((length, length)) for length in range(3, 40)]
    wanted = [run(each) for each in given]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(run, given))

    assert run.parallel == 2
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


@needs_vnni
def test_integers_stay_near_floats():
    model, given = bert(), features((17, 17))
    integers = network(model, calibration=[given])(given)
    wanted = states(model, given)

    cosines = np.sum(unit(integers) * unit(wanted), axis=-1)
    assert cosines.min() > 0.99
    assert not np.allclose(integers, wanted, atol=1e-4)


def test_weights_and_inputs_multiply_to_the_same_in_steps_of_int8():
    dice = np.random.default_rng(3)
    given = (dice.normal(size=(64, 32)) * np.linspace(0.1, 30, 32)).astype(np.float32)
    dense = Dense(dice.normal(size=(16, 32)).astype(np.float32), np.zeros(16, np.float32))
    how = rounding(np.abs(given).max(axis=0), [dense], 0.65)
    step = how.highest / 127
    inputs = np.clip(np.rint(given * how.factor / step), -128, 127) * step
    (layer,) = how.layers

    wanted = given @ dense.weight.T
    assert np.abs(inputs).max() <= how.highest + step
    np.testing.assert_allclose(
        inputs @ (layer.weight * layer.step).T, wanted, atol=0.02 * np.abs(wanted).max()
    )


def test_what_the_graph_cannot_do_is_told():
    decoder = bert()
    decoder.config.is_decoder = True
    tanh = bert()
    tanh.config.hidden_act = "gelu_new"

    assert unsupported_reason(bert().base_model) is None
    assert "DistilBertModel" in (unsupported_reason(distilbert().base_model) or "")
    assert "decoder" in (unsupported_reason(decoder.base_model) or "")
    assert "gelu_new" in (unsupported_reason(tanh.base_model) or "")


async def scored(folder, precision, texts=TEXTS):
    scorer = load_scorer(str(folder), precision=precision, scores=0)
    passages = [Passage(text=text, content_hash=text.encode()) for text in texts]
    values = [score.value for score in await scorer.score(QUERY, passages)]
    scorer.close()
    return np.array(values), scorer.model


async def test_another_architecture_runs_on_torch(tmp_path):
    folder = saved(distilbert(), tmp_path)
    (fast, card), (exact, _) = await scored(folder, "fast"), await scored(folder, "exact")

    assert "on torch (no graph: DistilBertForSequenceClassification" in card.runs
    np.testing.assert_allclose(fast, exact, atol=0.1 * np.ptp(exact))


@pytest.mark.parametrize("make", [bert, roberta])
async def test_each_precision_is_near_to_fp32_and_a_model_of_its_own(tmp_path, make):
    folder = saved(make(), tmp_path)
    found = {name: await scored(folder, name) for name in ("exact", "fast", "int8")}
    exact = found["exact"][0]

    for name, least in (("fast", 0.99), ("int8", 0.9)):
        values, card = found[name]
        assert np.corrcoef(exact, values)[0, 1] > least
        assert card.precision == route(name, None, machine()).precision
    precisions = {card.precision for _, card in found.values()}
    assert len({card.fingerprint for _, card in found.values()}) == len(precisions)


async def test_an_embedder_in_int8_keeps_the_direction_of_its_vectors(embedder):
    loaded = load_embedder(precision="int8")
    vectors = np.array(await loaded.passages(TEXTS))
    loaded.close()

    assert np.sum(vectors * np.array(await embedder.passages(TEXTS)), axis=1).min() > 0.98
    precisions = {loaded.model.precision, embedder.model.precision}
    assert loaded.model.precision == route("int8", None, machine()).precision
    assert len({loaded.model.fingerprint, embedder.model.fingerprint}) == len(precisions)


def test_openvino_tells_nobody():
    assert sys.modules["openvino_telemetry"] is None
