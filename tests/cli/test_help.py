import inspect
import json
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from pgrerank.cli import main
from pgrerank.cli.deferred import DeferredCommand

HEAVY = {"torch", "transformers", "psycopg", "sqlalchemy", "litestar", "bs4", "numpy"}
ASK = """
import json, sys
from pgrerank.cli import main
sys.argv = ["pgrerank", *sys.argv[1:]]
try:
    main()
except SystemExit:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def commands(group, path=()):
    for name, listed in group.commands.items():
        child = listed.load() if isinstance(listed, DeferredCommand) else listed
        if isinstance(child, click.Group):
            yield from commands(child, (*path, name))
        else:
            yield " ".join((*path, name)), child


COMMANDS = dict(commands(main))


def imported(*arguments):
    """Modules that a command line imports."""
    asked = subprocess.run(
        [sys.executable, "-c", ASK, *arguments], capture_output=True, text=True, check=True
    )
    return set(json.loads(asked.stderr.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [["--help"], ["search", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments):
    assert HEAVY & imported(*arguments) == set()


def test_help_of_all_commands_imports_none_of_them():
    modules = {module for module in imported("--help") if module.startswith("pgrerank.cli.")}

    assert modules == {"pgrerank.cli.command", "pgrerank.cli.deferred"}


def test_a_search_at_a_service_loads_nothing_heavy():
    arguments = ["search", "q", "-c", "docs", "--url", "http://127.0.0.1:1", "--key", "pgr_x"]

    assert HEAVY & imported(*arguments) == set()


def test_a_summary_is_the_first_paragraph_of_the_commands_help():
    summaries = {name: listed.help for name, listed in main.commands.items()}
    helps = {name: inspect.cleandoc(each.load().help) for name, each in main.commands.items()}

    paragraphs = {name: text.split("\n\n")[0] for name, text in helps.items()}
    assert summaries == {name: " ".join(text.split("\n")) for name, text in paragraphs.items()}


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command_shows_examples(name):
    result = CliRunner().invoke(main, [*name.split(), "--help"])

    assert result.exit_code == 0
    assert f"pgrerank {name}" in " ".join(result.output.split("Examples:")[1].split())


#: repeatable parameters of which the same value twice does no harm: documents are idempotent
MAY_REPEAT = {("ingest", "paths")}


def test_every_repeatable_parameter_refuses_what_is_given_twice():
    repeatable = {
        (name, parameter.name)
        for name, command in COMMANDS.items()
        for parameter in command.params
        if (parameter.nargs == -1 or getattr(parameter, "multiple", False))
        and parameter.callback is None
    }

    assert repeatable == MAY_REPEAT


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_explains_itself(name):
    options = [each for each in COMMANDS[name].params if isinstance(each, click.Option)]

    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize(
    "path",
    [
        "tenant list",
        "key list",
        "key add",
        "login list",
        "collection list",
        "document list",
        "document get",
        "document update",
        "document delete",
        "ingest",
        "search",
        "rerank",
        "evaluate",
        "rerank-run",
        "maintain",
        "doctor",
    ],
)
def test_what_prints_results_prints_json_too(path):
    help_text = CliRunner().invoke(main, [*path.split(), "--help"]).output

    assert "--json" in help_text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_a_parameter_of_its_command(name):
    command = COMMANDS[name]
    parameters = inspect.signature(inspect.unwrap(command.callback)).parameters
    takes_any = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    options = {each.name for each in command.params if each.expose_value}
    if "place" in parameters:  # `remote.place` makes it from these
        options -= {"tenant_name", "url", "key"}

    assert takes_any or options <= {*parameters}


def test_wrong_call_exits_with_2():
    assert CliRunner().invoke(main, ["search"]).exit_code == 2


def test_bad_setting_is_one_line():
    result = CliRunner().invoke(main, ["tenant", "list"], env={"PGRERANK_PORT": "eighty"})

    assert result.exit_code == 1
    assert result.stderr.startswith("pgrerank: PGRERANK_PORT: ")
    assert len(result.stderr.splitlines()) == 1
