"""What each install of the wheel can do, each in its own venv."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
import pytest

from pgrerank.inference.local.machine import machine
from pgrerank.inference.model_files import PACKAGE
from tests.resilience.running import COLLECTION, PATIENCE_S, Service

ROOT = Path(__file__).parents[2]
UV = (sys.executable, "-m", "uv")
DOCUMENTS = [
    {"id": "keys", "text": "Rotate an API key every month."},
    {"id": "fruit", "text": "Bananas are yellow and sweet."},
    {"id": "cars", "text": "A car needs its oil changed."},
]
QUERY = {"query": "how often do I change my key", "rerank": "always"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    subprocess.run(build, check=True, capture_output=True)
    [made] = folder.glob("*.whl")
    return made


def venv(folder: Path, *commands: list[str]) -> Path:
    """The Python of a new venv with these packages."""
    subprocess.run([*UV, "venv", "--quiet", "--python", sys.executable, folder], check=True)
    python = folder / "bin" / "python"
    for command in commands:
        subprocess.run([*UV, "pip", "install", "--quiet", "--python", python, *command], check=True)
    return python


@pytest.fixture(scope="module")
def base(wheel, tmp_path_factory):
    pins = ["--constraint", str(ROOT / "constraints.txt")]
    return venv(tmp_path_factory.mktemp("base") / "venv", [*pins, str(wheel)])


@pytest.fixture(scope="module")
def slim(wheel, tmp_path_factory):
    pins = ["--constraint", str(ROOT / "constraints.txt")]
    return venv(
        tmp_path_factory.mktemp("slim") / "venv",
        [*pins, f"{wheel}[slim]"],
        ["--no-deps", PACKAGE],
    )


def run(python: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, *arguments],
        env={"PATH": "", "HF_HUB_OFFLINE": "1", **environment},
        cwd=python.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def imports(python: Path, module: str) -> bool:
    return run(python, "-c", f"import {module}").returncode == 0


def test_base_install_holds_the_client_and_little_else(base):
    assert imports(base, "pgrerank.client")
    assert not any(imports(base, name) for name in ("numpy", "litestar", "psycopg", "torch"))


def test_command_of_the_base_install_says_what_to_install(base):
    refused = run(base, base.with_name("pgrerank").as_posix(), "serve")

    assert refused.returncode == 1
    assert "pip install 'pgrerank[slim]'" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("command", "extra"),
    [(["train", ".", "--out", "trained"], "train"), (["mcp", "-c", "docs"], "mcp")],
    ids=["train", "mcp"],
)
def test_command_of_a_missing_extra_says_which(slim, command, extra):
    refused = run(slim, "-m", "pgrerank", *command, PGRERANK_KEY="pgr_key")

    assert refused.returncode == 1
    assert f"pip install 'pgrerank[{extra}]'" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def answers(client: httpx.Client) -> list[tuple[str, float]]:
    path = f"/v1/collections/{COLLECTION}"
    client.put(path, json={}).raise_for_status()
    lines = "\n".join(map(json.dumps, DOCUMENTS))
    form = {"Content-Type": "application/x-ndjson"}
    client.put(f"{path}/documents", content=lines, headers=form).raise_for_status()
    found = client.post(f"{path}/search", json=QUERY).raise_for_status().json()["results"]
    return [(each["document"]["id"], each["scores"]["rerank"]) for each in found]


@pytest.mark.skipif(machine().gpu, reason="a GPU makes scores of its own")
def test_service_of_a_slim_install_answers_as_that_of_the_server(slim, live):
    assert not imports(slim, "torch")
    assert not imports(slim, "sentence_transformers")
    folder = Path(tempfile.mkdtemp(prefix="pgr"))  # a short path, because it contains a socket
    service = Service(folder, python=slim, HF_HUB_OFFLINE="1")
    try:
        found = answers(service.client)
    finally:
        service.close()
        shutil.rmtree(folder, ignore_errors=True)
    key = {"Authorization": f"Bearer {live.new_key()}"}
    with httpx.Client(base_url=live.url, headers=key, timeout=PATIENCE_S) as client:
        wanted = answers(client)

    assert [name for name, _ in found] == [name for name, _ in wanted]
    assert found[0][0] == "keys"
    assert [score for _, score in found] == pytest.approx([score for _, score in wanted], abs=1e-5)
