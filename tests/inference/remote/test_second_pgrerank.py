"""A second pgrerank behind each dialect gives the same order as the model in process."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from pgrerank.api.server import serve
from pgrerank.domain.candidate import Passage
from pgrerank.domain.errors import RemoteError
from pgrerank.domain.model import ScoreKind
from tests import fakes
from tests.api.conftest import app_of, new_key
from tests.inference.remote.asking import named, passages

QUERY = "how do I get a refund for a damaged parcel?"
TEXTS = [
    "Our offices are closed on public holidays.",
    "A parcel that arrives damaged is refunded once you send us a photograph of it.",
    "Rückerstattung: für beschädigte Pakete zahlen wir den Preis zurück. 📦",
    "Refunds are paid to the card that was charged.",
    "Le colis est arrivé à l'heure.",
    *(f"Note {number}: nothing of interest, but {number} parcels." for number in range(40)),
]
#: kind of the returned scores, if the dialect can request raw ones
RAW = {"tei", "infinity", "vllm", "sie"}
DIALECTS = ["cohere", "jina", "voyage", "tei", "infinity", "vllm", "sie"]

#: models that SIE's dialect must name; the others take any name for the default
NAMES = {("reranker", "sie"): "rerank-late-interaction", ("embedder", "sie"): "all-MiniLM-L6-v2"}


@pytest.fixture(scope="module")
async def other(late_scorer, embedder) -> AsyncIterator[tuple[str, str]]:
    """URL and key of a service with real models."""
    services = fakes.services(scorer=late_scorer, embedder=embedder)
    key = await new_key(services)
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(app_of(services), "127.0.0.1", 0, listening=url.set_result))
    yield await url, key
    os.kill(os.getpid(), signal.SIGTERM)
    await task


def toml(kind: str, dialect: str, url: str, **options: object) -> str:
    given = {"url": f"{url}/compat/{dialect}" if dialect != "openai" else url, "dialect": dialect}
    given |= {
        "model": NAMES.get((kind, dialect), "rerank"),
        "key_env": "KEY",
        "timeout_s": 60,
        **options,
    }
    lines = [f"{k} = {v}" if isinstance(v, int) else f'{k} = "{v}"' for k, v in given.items()]
    return "\n".join([f"[{kind}.other]", *lines])


async def in_process(late_scorer, asked: list[Passage]) -> list[float]:
    return [score.value for score in await late_scorer.score(QUERY, asked)]


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_order_equals_the_one_in_process(dialect, other, late_scorer, tmp_path: Path):
    url, key = other
    raw = {"score_kind": "maxsim"} if dialect in RAW else {}
    asked = list(passages(*TEXTS))
    own = await in_process(late_scorer, asked)

    async with named(
        tmp_path, toml("reranker", dialect, url, batch=16, **raw), secrets={"KEY": key}
    ) as found:
        scorer = found.rerankers["other"]
        scores = [score.value for score in await scorer.score(QUERY, asked)]

    assert np.argsort(scores, kind="stable").tolist() == np.argsort(own, kind="stable").tolist()
    if dialect in RAW:
        assert scores == pytest.approx(own, abs=1e-6)
        assert scorer.model.score_kind is ScoreKind.MAXSIM
    else:
        assert all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize("dialect", ["openai", "tei", "sie"])
async def test_vectors_equal_those_in_process(dialect, other, embedder, tmp_path: Path):
    url, key = other
    async with named(
        tmp_path, toml("embedder", dialect, url, dimensions=384), secrets={"KEY": key}
    ) as found:
        remote = found.embedders["other"]
        asked = await remote.query(QUERY)
        read = await remote.passages(TEXTS[:5])

    assert asked == pytest.approx(await embedder.query(QUERY), abs=1e-5)
    assert np.array(read) == pytest.approx(np.array(await embedder.passages(TEXTS[:5])), abs=1e-5)


async def test_wrong_key_is_told(other, tmp_path: Path):
    url, _ = other
    async with named(tmp_path, toml("reranker", "cohere", url), secrets={"KEY": "wrong"}) as found:
        with pytest.raises(RemoteError, match="`other` answered 401"):
            await found.rerankers["other"].score(QUERY, passages("a"))
