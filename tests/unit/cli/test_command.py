"""How commands fail, and how their examples are written."""

import errno
from itertools import pairwise

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.cli.command import Commands, Failed, Misused, examples
from pgrerank.domain.errors import ConflictError, InvalidRequestError, NotFoundError

SECRET = "postgresql://user:hunter2-very-long@host/db"


def failing(error, **environment):
    """The result of a command that raises an error."""

    def callback():
        raise error

    group = Commands("pgrerank", commands=[click.Command("work", callback=callback)])
    return CliRunner().invoke(group, ["work"], env=environment)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (Failed("it broke"), 1, "pgrerank: it broke\n"),
        (Misused("give one"), 2, "pgrerank: give one\n"),
        (InvalidRequestError("limit", "must be above 0"), 2, "pgrerank: limit: must be above 0\n"),
        (ModuleNotFoundError("x", name="mcp.server"), 1,
         "pgrerank: this needs mcp.server: pip install 'pgrerank[mcp]'\n"),
        (ModuleNotFoundError("x", name="torch"), 1,
         "pgrerank: this needs torch: pip install 'pgrerank[server]'\n"),
    ],
)  # fmt: skip
def test_an_expected_failure_is_one_line_with_its_exit_code(error, code, said):
    result = failing(error)

    assert (result.exit_code, result.stderr, result.stdout) == (code, said, "")


@pytest.mark.parametrize(
    "error", [NotFoundError("tenant", "acme"), ConflictError("it is in use")], ids=type
)
def test_refusals_of_the_domain_are_failures_in_one_line(error):
    result = failing(error)

    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert result.stderr.startswith("pgrerank: ")


@pytest.mark.parametrize(
    "error", [KeyError("chunk"), ModuleNotFoundError("x", name="pgrerank.gone")], ids=type
)
def test_any_other_error_is_a_fault_that_shows_where_it_happened(error):
    result = failing(error)

    assert result.exit_code == 1
    assert "in callback" in result.stderr
    assert result.stderr.endswith(
        "pgrerank: this is a fault of pgrerank; please report the above\n"
    )


@pytest.mark.parametrize("kind", [Failed, RuntimeError])
def test_neither_a_failure_nor_a_fault_shows_a_secret(kind):
    result = failing(kind(f"cannot open {SECRET}"), PGRERANK_DATABASE_URL=SECRET)

    assert "cannot open" in result.stderr
    assert "hunter2" not in result.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (click.UsageError("no such option"), 2),
        (click.exceptions.Exit(3), 3),
        (click.Abort(), 1),
        (OSError(errno.EPIPE, "Broken pipe"), 1),
    ],
    ids=lambda each: type(each).__name__,
)
def test_what_click_handles_is_left_to_it(error, code):
    result = failing(error)

    assert result.exit_code == code
    assert "fault of pgrerank" not in result.stderr
    assert "Traceback" not in result.stderr


def test_a_full_disk_is_no_closed_pipe():
    assert "No space left" in failing(OSError(errno.ENOSPC, "No space left on device")).stderr


def test_a_remark_stands_above_its_command():
    assert str(examples("pgrerank doctor  # look at everything", "pgrerank serve")) == (
        "Examples:\n\n  # look at everything\n  pgrerank doctor\n\n  pgrerank serve"
    )


def test_a_long_command_is_broken_before_its_options_and_pipes():
    shown = str(
        examples(
            "pgrerank search 'write-ahead log -with a dash | and a bar' --tenant acme "
            "--collection documents --rerank always | head"
        )
    )

    assert shown.splitlines()[2:] == [
        "  pgrerank search 'write-ahead log -with a dash | and a bar' --tenant acme \\",
        "      --collection documents --rerank always | head",
    ]


WORD = st.from_regex(r"[a-z]{1,12}", fullmatch=True)
OPTION = st.tuples(st.sampled_from(["-", "--"]), WORD, WORD).map(lambda p: f"{p[0]}{p[1]} {p[2]}")


@given(st.lists(OPTION, max_size=12))
def test_a_broken_command_is_the_same_command_and_fits_80_columns(options):
    command = " ".join(["pgrerank work", *options])

    lines = str(examples(command)).splitlines()[2:]

    assert " ".join(line.strip().removesuffix(" \\") for line in lines) == command
    assert max(map(len, lines)) <= 80
    assert all(first.endswith(" \\") for first, _ in pairwise(lines))
