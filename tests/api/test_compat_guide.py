"""docs/compatibility.md names existing paths and the client versions that are tested."""

import json
import re
from pathlib import Path

import pytest

from tests.api.conftest import description

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "compatibility.md").read_text()
CLIENTS = ROOT / "tests" / "acceptance"
#: dependencies of clients, not clients themselves
BESIDES = {"langchain-classic", "@langchain/core"}


def pinned() -> dict[str, str]:
    """Version by package, from all scripts that run clients of other servers."""
    heads = [path.read_text() for path in CLIENTS.glob("*.py") if "pgrerank" not in path.stem]
    of_python = dict(re.findall(r'"([a-z0-9-]+)==([0-9.]+)"', "\n".join(heads)))
    of_node = json.loads((CLIENTS / "node" / "package.json").read_text())["dependencies"]
    return {
        name: release for name, release in {**of_node, **of_python}.items() if name not in BESIDES
    }


@pytest.mark.parametrize(("package", "release"), pinned().items())
def test_clients_are_listed_with_the_version_that_is_run(package, release):
    rows = [row for row in GUIDE.splitlines() if row.startswith("|")]
    assert any(package in row and f"| {release} |" in row for row in rows) or any(
        f"{package} {release}" in row for row in rows
    )


def test_paths_that_are_named_are_there_and_every_dialect_is_named():
    named = set(re.findall(r"`(/compat/[a-z]+/[a-z0-9/]+)`", GUIDE))
    paths = description()["paths"]
    reranking = {path for path in paths if re.fullmatch(r"/compat/[a-z]+(/v1)?/rerank", path)}
    assert [name for name in named if not any(path.startswith(name) for path in paths)] == []
    assert {path.split("/")[2] for path in reranking} <= {name.split("/")[2] for name in named}
