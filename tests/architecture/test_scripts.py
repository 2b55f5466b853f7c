"""Every script runs from a shell in which .venv is not active."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
PROGRAMS = sorted(
    path for path in SCRIPTS.iterdir() if path.is_file() and path.read_text().startswith("#!")
)
IN_PYTHON = [path for path in PROGRAMS if '"""' in path.read_text()]


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.name)
def test_a_script_says_how_it_runs_and_may_be_run(path):
    first = path.read_text().splitlines()[0]

    assert os.access(path, os.X_OK)
    assert first in (
        "#!/bin/sh",
        """#!/usr/bin/env -S sh -c 'exec "$(dirname "$0")/python" "$0" "$@"'""",
    )


@pytest.mark.parametrize("path", IN_PYTHON, ids=lambda path: path.name)
def test_a_script_in_python_finds_what_it_imports(path, tmp_path):
    # With only the environment of a new login, and from another folder.
    plain = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [path, "--help"], cwd=tmp_path, env=plain, check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage:")
