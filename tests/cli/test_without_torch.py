"""The packaged models, where torch, transformers and sentence-transformers cannot be imported."""

import json
import subprocess
import sys

import pytest

from pgrerank.inference.local.machine import machine

RUN = """
import sys
for library in ("torch", "transformers", "sentence_transformers"):
    sys.modules[library] = None
from pgrerank.cli import main
main(sys.argv[1:])
"""
PLACE = ("-t", "acme", "-c", "docs")
TEXTS = {
    "keys": "Rotate an API key every month.",
    "fruit": "Bananas are yellow and sweet.",
    "cars": "A car needs its oil changed.",
}

pytestmark = pytest.mark.skipif(machine().gpu, reason="torch runs the packaged models on a GPU")


@pytest.fixture(scope="module")
def without_torch(cli):
    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", RUN, *arguments],
            env={"PATH": "", **cli.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def docs(cli, tenant, tmp_path_factory, without_torch):
    """A collection that was ingested without torch."""
    assert tenant == PLACE[1]
    file = tmp_path_factory.mktemp("docs") / "docs.jsonl"
    file.write_text("".join(json.dumps({"id": i, "text": t}) + "\n" for i, t in TEXTS.items()))
    ingested = without_torch("ingest", str(file), *PLACE)
    assert ingested.returncode == 0, ingested.stderr
    return cli


@pytest.mark.parametrize("reranker", ["late-interaction", "bundled"])
def test_packaged_models_answer_as_they_do_beside_torch(docs, without_torch, reranker):
    search = ("search", "how often do I change my key", *PLACE, "--rerank", "always", "--json")
    environment = {"PGRERANK_RERANKER": reranker}

    found = without_torch(*search, **environment)
    assert found.returncode == 0, found.stderr
    hits = json.loads(found.stdout)["results"]
    beside = type(docs)({**docs.environment, **environment}).json(*search[:-1])["results"]

    assert [hit["document"]["id"] for hit in hits] == [hit["document"]["id"] for hit in beside]
    assert hits[0]["document"]["id"] == "keys"
    assert [hit["scores"]["rerank"] for hit in hits] == pytest.approx(
        [hit["scores"]["rerank"] for hit in beside], abs=1e-6
    )


@pytest.mark.usefixtures("docs")
def test_another_model_is_refused_with_what_installs_torch(without_torch, tmp_path):
    (tmp_path / "model.safetensors").touch()

    refused = without_torch("search", "q", *PLACE, PGRERANK_EMBEDDER=str(tmp_path))

    assert refused.returncode == 1
    assert "pip install 'pgrerank[server]'" in refused.stderr
    assert "Traceback" not in refused.stderr
