"""The examples of every help can be pasted into a shell."""

import contextlib
import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pgrerank.cli import main
from tests.cli.test_help import COMMANDS

WIDTH = 80


def help_lines(name: str) -> list[str]:
    result = CliRunner().invoke(main, [*name.split(), "--help"], env={"COLUMNS": str(WIDTH)})
    return [line.rstrip() for line in result.output.splitlines()]


def command_lines(name: str) -> list[str]:
    """The examples of a help page as shell lines: continued lines joined, comments removed."""
    lines = help_lines(name)
    shown = "\n".join(line.strip() for line in lines[lines.index(" Examples:") + 1 :])
    joined = re.sub(r"\\\n\s*", "", shown)
    return [line for line in joined.splitlines() if line and not line.startswith("#")]


def calls(line: str) -> list[list[str]]:
    """The arguments of each pgrerank call in a command line."""
    substituted = re.sub(r"\$\([^)]*\)", "today", line)
    lexer = shlex.shlex(substituted, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words: list[list[str]] = [[]]
    for word in lexer:
        if word in {">", ">>"}:
            next(lexer)  # the file
        elif word in {"|", "&&"}:
            words.append([])
        elif words[-1] or "=" not in word:
            words[-1].append(word)
    return [each[1:] for each in words if each[0] == "pgrerank"]


def make_files(command: click.Command, arguments: list[str]) -> None:
    """Create the files and folders that a call reads."""
    context = click.Context(command)
    given, _, _ = command.make_parser(context).parse_args(list(arguments))
    for parameter in command.params:
        kind, value = parameter.type, given.get(parameter.name)
        reads = isinstance(kind, click.Path) and kind.exists
        if not (reads or isinstance(kind, click.File)):
            continue
        given_paths = value if isinstance(value, list | tuple) else [value]
        for path in [Path(each) for each in given_paths if isinstance(each, str) and each != "-"]:
            is_folder = isinstance(kind, click.Path) and not kind.file_okay
            folder = path if is_folder else path.parent
            folder.mkdir(parents=True, exist_ok=True)
            if not is_folder and not path.exists():
                path.touch()


def parse(arguments: list[str]) -> str:
    """Parse a call with click. Returns the name of its command. Raises click.UsageError."""
    command: click.Command = main
    context = click.Context(main, info_name="pgrerank")
    left = list(arguments)
    names: list[str] = []
    while isinstance(command, click.Group):
        while left[0].startswith("-"):
            left = left[2:]  # options of the program itself, each with a value
        name, command, left = command.resolve_command(context, left)
        names.append(str(name))
    if left != ["--help"]:
        make_files(command, left)
        if any(parameter.name == "yes" for parameter in command.params):
            left.append("--yes")  # otherwise it prompts
        with command.make_context(names[-1], left, parent=context):
            pass  # which closes the files that it opened
    return " ".join(names)


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_examples_stay_whole_in_a_terminal_of_80_columns(name):
    lines = help_lines(name)

    assert [line for line in lines if len(line) > WIDTH] == []
    examples = lines[lines.index(" Examples:") + 1 :]
    starts = ("   pgrerank", "   # ", "       ", "   PGRERANK_", "   cat ", "   export-")
    assert [line for line in examples if line and not line.startswith(starts)] == []


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_examples_are_commands_that_exist(name, tmp_path):
    lines = command_lines(name)

    with contextlib.chdir(tmp_path):
        named = [parse(call) for line in lines for call in calls(line)]

    assert len(named) >= len(lines) > 0
    assert name in named or not name


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        (["serch"], "search"),
        (["key", "lst"], "list"),
        (["search", "q", "-t", "a", "-c", "b", "--limt", "3"], "--limit"),
        (["search", "q", "-t", "a", "-c", "b", "--strategy", "hybird"], "hybrid"),
    ],
)
def test_what_is_mistyped_is_suggested(typed, suggested):
    result = CliRunner().invoke(main, typed)

    assert result.exit_code == 2
    assert suggested in result.stderr.split("Error")[1]
