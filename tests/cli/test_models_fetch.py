"""`pgrerank models fetch` downloads a model of the hub, and carries it to other servers."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fixtures.hub import COMMIT, Hub, hub

NAME = "acme/tiny-reranker"
FILES = {
    "config.json": b'{"architectures": ["BertForSequenceClassification"]}',
    "model.safetensors": b"weights",
    "tokenizer.json": b"{}",
    "onnx/model.onnx": b"not needed",
    "README.md": b"not needed",
}
NEEDED = {"config.json", "model.safetensors", "tokenizer.json"}


#: runs `pgrerank models` with each list of arguments, and writes exit codes and messages as JSON
RUN_EACH = """
import json, sys
from click.testing import CliRunner
from pgrerank.cli import main

calls = json.loads(sys.argv[1])
results = [CliRunner().invoke(main, ["models", *arguments]) for arguments in calls]
print(json.dumps([[result.exit_code, result.stderr] for result in results]))
"""


@dataclass(frozen=True)
class Machine:
    """Runs `pgrerank models` with a cache of its own."""

    cache: Path
    #: address of the hub; None: there is no network
    hub: str | None = None

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return self.python("-m", "pgrerank", "models", *arguments)

    def each(self, calls: Sequence[Sequence[str]]) -> list[tuple[int, str]]:
        """Exit code and message of each call, in one process, since its imports take a second."""
        return json.loads(self.python("-c", RUN_EACH, json.dumps(calls)).stdout)

    def python(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        network = {"HF_HUB_OFFLINE": "1"} if self.hub is None else {"HF_ENDPOINT": self.hub}
        environment = {name: value for name, value in os.environ.items() if name[:3] != "HF_"}
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            env={**environment, **network, "HF_HOME": str(self.cache)},
            capture_output=True,
            text=True,
            check=False,
        )

    def fetched(self, *arguments: object) -> dict[str, object]:
        """The model, as `fetch --json` prints it."""
        result = self.run("fetch", *arguments, "--json")
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)


@pytest.fixture(scope="module")
def served():
    """A hub with one model, and one repository without weights."""
    with hub({NAME: FILES, "acme/data": {"config.json": b"{}"}}) as running:
        yield running


@pytest.fixture
def here(served: Hub, tmp_path):
    return Machine(tmp_path / "here", served.url)


@pytest.fixture
def there(tmp_path):
    """A machine without a network."""
    return Machine(tmp_path / "there")


def files(folder: object) -> dict[str, bytes]:
    root = Path(str(folder))
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def test_a_fetched_model_is_found_without_the_network(here):
    model = here.fetched(NAME)
    again = Machine(here.cache).fetched(NAME)

    assert files(model["folder"]) == {name: FILES[name] for name in NEEDED}
    assert (model["name"], model["commit"], model["ref"]) == (NAME, COMMIT, "main")
    assert again == model


def test_what_a_model_does_not_need_is_not_downloaded(here, served):
    served.served.clear()
    here.fetched(NAME)

    assert set(served.served) == NEEDED


@pytest.mark.parametrize("revision", [None, "v2"])
def test_an_exported_model_is_found_on_another_machine_by_its_name(here, there, tmp_path, revision):
    options = () if revision is None else ("--revision", revision)
    fetched = here.fetched(NAME, *options, "--export", tmp_path / "stick")

    imported = there.fetched("--import", tmp_path / "stick")
    found = there.fetched(NAME, *options)

    assert files(imported["folder"]) == files(fetched["folder"])
    assert found == imported
    assert imported["ref"] == (revision or "main")


@pytest.fixture(scope="module")
def exported(served: Hub, tmp_path_factory):
    """The model as it is exported."""
    folder = tmp_path_factory.mktemp("exported")
    Machine(folder / "cache", served.url).fetched(NAME, "--export", folder / "stick")
    return folder / "stick"


def test_a_model_is_imported_twice_without_harm(there, exported):
    assert there.fetched("--import", exported) == there.fetched("--import", exported)


def altered(stick: Path) -> None:
    (stick / "model.safetensors").write_bytes(b"other weights")


def incomplete(stick: Path) -> None:
    (stick / "tokenizer.json").unlink()


def extended(stick: Path) -> None:
    (stick / "code.py").write_text("x = 1")


def escaping(stick: Path) -> None:
    manifest = stick / "pgrerank-model.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"ref": "../../../evil"}))


def nameless(stick: Path) -> None:
    (stick / "pgrerank-model.json").unlink()


SPOILT = [
    (altered, "are not those that were exported"),
    (incomplete, "are not those that were exported"),
    (extended, "are not those that were exported"),
    (escaping, "is none of the hub"),
    (nameless, "it holds no valid pgrerank-model.json"),
]


@pytest.fixture(scope="module")
def spoilt(exported, tmp_path_factory):
    """What the import of each spoilt folder says, and the machine that was to import them."""
    folder = tmp_path_factory.mktemp("spoilt")
    machine = Machine(folder / "cache")
    sticks = [folder / spoil.__name__ for spoil, _ in SPOILT]
    for (spoil, _), stick in zip(SPOILT, sticks, strict=True):
        shutil.copytree(exported, stick)
        spoil(stick)
    return machine, machine.each([["fetch", "--import", str(stick)] for stick in sticks])


@pytest.mark.parametrize("number", range(len(SPOILT)))
def test_a_folder_that_is_not_as_it_was_exported_is_refused(spoilt, number):
    machine, outcomes = spoilt
    code, said = outcomes[number]

    assert code == 1
    assert SPOILT[number][1] in " ".join(said.split())
    assert not list(machine.cache.rglob("*.safetensors"))


def test_a_folder_in_use_is_not_exported_to(here, tmp_path):
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick/mine.txt").write_text("keep")

    result = here.run("fetch", NAME, "--export", tmp_path / "stick")

    assert result.returncode != 0
    assert "must be a new or empty folder" in " ".join(result.stderr.split())
    assert files(tmp_path / "stick") == {"mine.txt": b"keep"}


REFUSED = [
    ((), "name a model, or an exported folder with --import"),
    ((NAME, "--import", "."), "name a model, or an exported folder with --import"),
    (("--import", ".", "--revision", "v2"), "--import takes neither --revision nor --export"),
    (("late-interaction",), "must be owner/repository of the hub"),
    (("acme/nothing",), "the hub did not give it"),
    (("acme/data",), "holds no weights"),
]


@pytest.fixture(scope="module")
def refused(served: Hub, tmp_path_factory):
    """What each call of REFUSED says."""
    machine = Machine(tmp_path_factory.mktemp("refused"), served.url)
    return machine.each([["fetch", *arguments] for arguments, _ in REFUSED])


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_a_call_that_cannot_be_done_says_why(refused, number):
    code, said = refused[number]

    assert code != 0
    assert REFUSED[number][1] in " ".join(said.split())
    assert "Traceback" not in said
