"""After Ctrl-C a command says what was stored and whether running it again continues."""

import asyncio
import os
import signal
from contextlib import AbstractContextManager

import click
import pytest
from click.testing import CliRunner

from pgrerank.cli.command import Commands, interruptible, run


async def interrupted() -> None:
    """Work during which Ctrl-C is pressed."""
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.Event().wait()


def press() -> None:
    raise KeyboardInterrupt


@pytest.fixture
def group():
    # Shells start programs in the background with the signal ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield Commands(
        "program",
        commands=[
            click.Command("asynchronous", callback=_asynchronous),
            click.Command("plain", callback=press),
        ],
    )
    signal.signal(signal.SIGINT, before)


def _asynchronous() -> None:
    run(interrupted(), interrupt_note="Vectors are kept; the same command goes on.")


def test_interrupted_work_says_what_is_kept(group):
    result = CliRunner().invoke(group, ["asynchronous"])

    assert result.exit_code == 130
    assert result.stderr == ("pgrerank: interrupted. Vectors are kept; the same command goes on.\n")


def test_command_that_keeps_nothing_says_that_it_was_interrupted(group):
    result = CliRunner().invoke(group, ["plain"])

    assert (result.exit_code, result.stderr) == (130, "pgrerank: interrupted\n")


def test_so_does_what_runs_without_a_loop():
    block: AbstractContextManager[None] = interruptible("A checkpoint is kept.")

    with pytest.raises(Exception, match=r"^interrupted\. A checkpoint is kept\.$"), block:
        press()
