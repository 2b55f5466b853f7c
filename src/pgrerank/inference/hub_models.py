"""Models of the hub: fetched into its cache, and carried to servers without a network."""

import hashlib
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import msgspec
from huggingface_hub import constants
from huggingface_hub.file_download import repo_folder_name

from pgrerank.domain.errors import InvalidRequestError, ModelError
from pgrerank.inference import model_files

MANIFEST = "pgrerank-model.json"
_COMMIT = re.compile(r"[0-9a-f]{40}")
_REF = re.compile(r"\w[\w.-]*(?:/[\w.-]+)*")


class ExportManifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an exported folder holds; the file `pgrerank-model.json` in it."""

    #: owner and repository
    name: str
    #: commit of the repository
    commit: str
    #: the branch or tag that it was fetched by
    ref: str
    #: SHA-256 (hex) by path of each file
    files: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedModel:
    """A model in the cache of the hub."""

    name: str
    #: its commit
    commit: str
    #: the branch, tag or commit by which it is found in the cache
    ref: str
    folder: Path
    #: of all its files
    size_bytes: int


def fetch(name: str, revision: str | None = None) -> FetchedModel:
    """Download a model into the cache, unless it is there. Blocking.

    Args:
        name: Owner and repository, such as `BAAI/bge-reranker-v2-m3`.
        revision: Branch, tag or commit; None: `main`.

    Raises:
        InvalidRequestError: The name is not one of the hub.
        ModelError: The hub does not have it or cannot be reached, or it has no weights.
    """
    if not model_files.is_hub_name(name):
        raise InvalidRequestError(
            "name", f"must be owner/repository of the hub, such as BAAI/bge-m3, not `{name}`"
        )
    fetched = model_files.files(name, revision)
    return _model(name, fetched.revision or "", revision or constants.DEFAULT_REVISION)


def export(model: FetchedModel, folder: Path) -> None:
    """Copy a model with its manifest into a folder, which must not exist or be empty. Blocking.

    Raises:
        InvalidRequestError: The folder is not empty.
        OSError: It cannot be written. What was copied is removed.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidRequestError("export", f"must be a new or empty folder, and {folder} is not")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as draft:
        copy = Path(draft) / "model"
        shutil.copytree(model.folder, copy)  # follows the links of the cache
        manifest = ExportManifest(
            name=model.name, commit=model.commit, ref=model.ref, files=_digests(copy)
        )
        (copy / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
        copy.replace(folder)


def import_folder(folder: Path) -> FetchedModel:
    """Put an exported model into the cache, where it is found by its name. Blocking.

    Raises:
        ModelError: The folder was not exported, or a file is missing or was altered.
        OSError: The cache cannot be written. It is as before then.
    """
    manifest = _manifest(folder)
    if _digests(folder) != manifest.files:
        raise ModelError(
            manifest.name, f"the files in {folder} are not those that were exported. Copy it again."
        )
    cache = _cache(manifest.name)
    snapshot = cache / "snapshots" / manifest.commit
    if not snapshot.exists():
        snapshot.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix=".import.") as draft:
            copy = Path(draft) / "snapshot"
            shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(MANIFEST))
            copy.rename(snapshot)
    if manifest.ref != manifest.commit:
        ref = cache / "refs" / manifest.ref
        ref.parent.mkdir(parents=True, exist_ok=True)
        ref.write_text(manifest.commit, encoding="utf-8")
    return _model(manifest.name, manifest.commit, manifest.ref)


def _manifest(folder: Path) -> ExportManifest:
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=ExportManifest)
    except (OSError, msgspec.DecodeError) as error:
        raise ModelError(
            str(folder),
            f"it holds no valid {MANIFEST}: {error}. "
            "Export the model with: pgrerank models fetch NAME --export FOLDER",
        ) from error
    if not (
        model_files.is_hub_name(manifest.name)
        and _COMMIT.fullmatch(manifest.commit)
        and _REF.fullmatch(manifest.ref)
        and ".." not in PurePosixPath(manifest.ref).parts
    ):
        raise ModelError(str(folder), f"name, commit or ref in its {MANIFEST} is none of the hub.")
    return manifest


def _model(name: str, commit: str, ref: str) -> FetchedModel:
    folder = _cache(name) / "snapshots" / commit
    paths = (path for path in folder.rglob("*") if path.is_file())
    return FetchedModel(
        name=name,
        commit=commit,
        ref=ref,
        folder=folder,
        size_bytes=sum(path.stat().st_size for path in paths),
    )


def _cache(name: str) -> Path:
    return Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=name, repo_type="model")


def _digests(folder: Path) -> dict[str, str]:
    """SHA-256 (hex) by path of each file except the manifest."""
    digests: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != MANIFEST:
            with path.open("rb") as file:
                digests[path.relative_to(folder).as_posix()] = hashlib.file_digest(
                    file, "sha256"
                ).hexdigest()
    return digests
