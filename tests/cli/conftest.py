"""The command line over its own database."""

import json
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pgrerank.cli import main
from tests.fixtures.logs import logging_of_its_own
from tests.fixtures.models import kept_models
from tests.fixtures.postgres import Database


@dataclass(frozen=True, slots=True)
class Cli:
    """Runs commands in this process, against one database."""

    environment: Mapping[str, str | None]
    #: load models for each command, as a separate process does
    is_cold: bool = False

    def __call__(self, *arguments: object, stdin: str | None = None) -> Result:
        """Run one command. Returns its output, its messages and its exit code."""
        words = [str(argument) for argument in arguments]
        with logging_of_its_own(), nullcontext() if self.is_cold else kept_models():
            return CliRunner().invoke(main, words, input=stdin, env=self.environment)

    def well(self, *arguments: object, stdin: str | None = None) -> str:
        """Run a command that must succeed. Returns its output."""
        result = self(*arguments, stdin=stdin)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *arguments: object, stdin: str | None = None) -> Any:
        """Run a command with --json. Returns the parsed output."""
        return json.loads(self.well(*arguments, "--json", stdin=stdin))

    def json_even_if_it_fails(self, *arguments: object) -> Any:
        """Run a command with --json. Returns the parsed output, whatever the exit code."""
        return json.loads(self(*arguments, "--json").stdout)


def environment(database: Database) -> dict[str, str]:
    """The environment variables that name a database."""
    return {
        "PGRERANK_DATABASE_URL": database.service_url,
        "PGRERANK_ADMIN_DATABASE_URL": database.admin_url,
        "HF_HUB_OFFLINE": "1",
    }


@pytest.fixture(scope="module")
def cli(database: Database) -> Cli:
    """Commands on the module's migrated database."""
    return Cli(environment(database))


@pytest.fixture
def empty_cli(empty_database: Database) -> Cli:
    """Commands on a database that was never migrated."""
    return Cli(environment(empty_database))


@pytest.fixture(scope="module")
def modelled() -> Cli:
    """Commands that need no database: any use of one fails."""
    nowhere = "postgresql://nobody@127.0.0.1:1/nowhere"
    return Cli({"PGRERANK_DATABASE_URL": nowhere, "HF_HUB_OFFLINE": "1"})


@pytest.fixture(scope="module")
def tenant(cli: Cli) -> str:
    """A tenant with an empty collection `docs`."""
    cli.well("tenant", "add", "acme")
    cli.well("collection", "add", "docs", "--tenant", "acme")
    return "acme"


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    """A labelled folder, small enough that its answers are known."""
    folder = tmp_path / "Tiny Set"
    (folder / "qrels").mkdir(parents=True)
    write_rows = _writer(folder)
    write_rows(
        "corpus.jsonl",
        [
            {"_id": "keys", "title": "Keys", "text": "Rotate an API key every month."},
            {"_id": "fruit", "title": "Fruit", "text": "Bananas are yellow and sweet."},
            {"_id": "cars", "title": "Cars", "text": "A car needs its oil changed."},
            {"_id": "empty", "title": "", "text": ""},
        ],
    )
    write_rows(
        "queries.jsonl",
        [
            {"_id": "q1", "text": "how often should I rotate a key"},
            {"_id": "q2", "text": "what colour is a banana"},
            {"_id": "unjudged", "text": "nobody asked"},
        ],
    )
    qrels = "query-id\tcorpus-id\tscore\nq1\tkeys\t1\nq2\tfruit\t1\n"
    (folder / "qrels" / "test.tsv").write_text(qrels)
    return folder


ANIMALS = [
    "walrus",
    "seal",
    "otter",
    "badger",
    "heron",
    "lobster",
    "falcon",
    "tortoise",
    "camel",
    "beaver",
    "hedgehog",
    "salmon",
]


@pytest.fixture(scope="module")
def animals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A labelled folder with enough queries for measuring, one document for each."""
    folder = tmp_path_factory.mktemp("labelled") / "animals"
    (folder / "qrels").mkdir(parents=True)
    write_rows = _writer(folder)
    write_rows(
        "corpus.jsonl",
        [
            {"_id": name, "title": name.title(), "text": f"The {name} eats and sleeps."}
            for name in ANIMALS
        ],
    )
    write_rows("queries.jsonl", [{"_id": f"q-{name}", "text": f"{name} food"} for name in ANIMALS])
    rows = "".join(f"q-{name}\t{name}\t1\n" for name in ANIMALS)
    (folder / "qrels" / "test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{rows}")
    return folder


@pytest.fixture(scope="module")
def zoo(cli: Cli, animals: Path) -> str:
    """A tenant that has the animals in the collection `animals-english`, with judgments."""
    cli.well("evaluate", animals, "--keep", "zoo", "--strategy", "keyword", "--no-rerank")
    place = ("-t", "zoo", "-c", "animals-english")
    cli.well("judgment", "import", animals / "qrels" / "test.tsv", *place)
    return "zoo"


def _writer(folder: Path) -> Callable[[str, list[dict[str, str]]], None]:
    def write(name: str, rows: list[dict[str, str]]) -> None:
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))

    return write
