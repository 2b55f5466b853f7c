"""Other programs that run the same model, each in a temporary virtual environment."""

import json
import os
import subprocess
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bench_environments import install

# Reads requests as lines of JSON, and answers with scores; the same for every peer. Redirects
# standard output, so that output of libraries does not mix with the answers.
_SERVE = """
import json, os, sys
answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)
{load}
print("ready", file=answers)
for line in sys.stdin:
    query, texts = json.loads(line)
    print(json.dumps([float(score) for score in scores(query, texts)]), file=answers)
"""

_SENTENCE_TRANSFORMERS = """
from sentence_transformers import CrossEncoder
model = CrossEncoder({folder!r}, device="cpu", backend={backend!r}, max_length={length})
scores = lambda query, texts: model.predict([(query, text) for text in texts], batch_size=32)
"""

_INFINITY = """
import asyncio
from infinity_emb import AsyncEmbeddingEngine, EngineArgs
engine = AsyncEmbeddingEngine.from_args(
    EngineArgs(model_name_or_path={folder!r}, device="cpu", engine="torch", batch_size=32)
)
loop = asyncio.new_event_loop()
loop.run_until_complete(engine.astart())
def scores(query, texts):
    ranked, _ = loop.run_until_complete(engine.rerank(query=query, docs=texts, raw_scores=True))
    by_place = sorted(ranked, key=lambda one: one.index)
    return [one.relevance_score for one in by_place]
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """A program to install and run."""

    name: str
    requirements: tuple[str, ...]
    load: str
    backend: str = ""


PEERS = (
    Peer(
        "sentence-transformers onnx",
        ("sentence-transformers[onnx]",),
        _SENTENCE_TRANSFORMERS,
        "onnx",
    ),
    Peer(
        "sentence-transformers openvino",
        ("sentence-transformers[openvino]",),
        _SENTENCE_TRANSFORMERS,
        "openvino",
    ),
    Peer("infinity-emb", ("infinity-emb[torch]", "transformers<4.49", "optimum<2"), _INFINITY),
)


class Process:
    """A running peer."""

    def __init__(self, asking: IO[str], answers: IO[str]) -> None:
        self._asking = asking
        self._answers = answers

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """Scores of one list.

        Raises:
            RuntimeError: The program ended.
        """
        print(json.dumps([query, list(texts)]), file=self._asking, flush=True)
        line = self._answers.readline()
        if not line:
            raise RuntimeError("it ended without an answer")
        return json.loads(line)


@contextmanager
def running(peer: Peer, folder: str, length: int) -> Generator[Process]:
    """Install a peer, and run it until the end of the context.

    Raises:
        RuntimeError: It cannot be installed, or does not open the model.
    """
    with tempfile.TemporaryDirectory(prefix="pgrerank-peer-") as place:
        python = install(Path(place, "venv"), peer.requirements)
        load = peer.load.format(folder=folder, backend=peer.backend, length=length)
        with Path(place, "told.txt").open("w+") as told:
            child = subprocess.Popen(  # noqa: S603 - its own program
                [python, "-c", _SERVE.format(load=load)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=told,
                text=True,
                cwd=place,
                env={**os.environ, "DO_NOT_TRACK": "1", "INFINITY_ANONYMOUS_USAGE_STATS": "0"},  # noqa: TID251 - the child's
            )
            with child:
                try:
                    yield _ready(child, told)
                finally:
                    child.kill()


def _ready(child: subprocess.Popen[str], told: IO[str]) -> Process:
    if child.stdin is None or child.stdout is None or child.stdout.readline() != "ready\n":
        told.seek(0)
        raise RuntimeError(f"it does not open the model: {told.read()[-300:].strip()}")
    return Process(child.stdin, child.stdout)
