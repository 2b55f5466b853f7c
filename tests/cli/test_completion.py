"""Completion as a user's shell does it."""

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent


def pressed(line: str, folder: Path, until: str) -> str:
    """What an interactive bash shows after `line` and Tab twice."""
    ours, theirs = pty.openpty()
    bash = subprocess.Popen(
        ["bash", "--norc", "--noprofile", "-i"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env={"PATH": f"{BIN}:{os.environ['PATH']}", "PS1": "ready$ ", "TERM": "dumb"},
        start_new_session=True,
    )
    os.close(theirs)
    try:
        shown = _read(ours, "ready$ ")
        os.write(ours, b'eval "$(pgrerank completion bash)"; echo "set"" up"\n')
        shown = _read(ours, "set up")
        os.write(ours, f"{line}\t\t".encode())
        shown = _read(ours, until)
    finally:
        bash.kill()
        bash.wait()
        os.close(ours)
    return shown


def _read(terminal: int, until: str) -> str:
    """Everything that a terminal shows, up to a text and half a second of silence."""
    shown, end = "", time.monotonic() + 60
    while time.monotonic() < end:
        wait = 0.5 if until in shown else 1.0
        if select.select([terminal], [], [], wait)[0]:
            shown += os.read(terminal, 65536).decode(errors="replace")
        elif until in shown:
            return shown
    raise AssertionError(f"{until!r} is not in {shown!r}")


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("line", "until", "unseen"),
    [
        ("pgrerank calibrati", "calibration", "collection"),
        ("pgrerank document ", "update", "calibrate"),
        ("pgrerank ingest --at", "--atomic", "--prune"),
        ("pgrerank ingest --format ma", "markdown", "jsonl"),
        ("pgrerank ingest han", "handbook.md", "--atomic"),
        ("pgrerank --ver", "--version", "ingest"),
    ],
)
def test_tab_completes_commands_options_choices_and_files(tmp_path, line, until, unseen):
    (tmp_path / "handbook.md").write_text("text")

    shown = pressed(line, tmp_path, until)

    assert until in shown
    assert unseen not in shown


@pytest.mark.parametrize(
    ("shell", "part"),
    [("bash", "complete -o nosort -F"), ("zsh", "compdef"), ("fish", "complete --no-files")],
)
def test_each_shell_gets_its_script(modelled, shell, part):
    script = modelled.well("completion", shell)

    assert part in script
    assert f"_PGRERANK_COMPLETE={shell}_complete" in script


def test_script_of_bash_is_valid(modelled):
    script = modelled.well("completion", "bash")

    checked = subprocess.run(["bash", "-n"], input=script, text=True, check=False)

    assert checked.returncode == 0


def test_other_shells_are_refused_with_the_known_ones(modelled):
    refused = modelled("completion", "tcsh")

    assert refused.exit_code == 2
    assert "fish" in refused.stderr
