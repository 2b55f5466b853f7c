"""Every script runs from a shell in which .venv is not active."""

import json
import os
import subprocess
from functools import partial
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


#: runs each program as the interpreter does, and writes its exit code and output as JSON
HELP = """
import contextlib, io, json, runpy, sys
from pathlib import Path

outcomes = {}
for each in sys.argv[1:]:
    sys.argv = [each, "--help"]
    sys.path[0] = str(Path(each).parent)
    output = io.StringIO()
    try:
        with contextlib.redirect_stdout(output):
            runpy.run_path(each, run_name="__main__")
        code = 0
    except SystemExit as end:
        code = end.code or 0
    except BaseException as error:
        code = repr(error)
    outcomes[Path(each).name] = code, output.getvalue()
print(json.dumps(outcomes))
"""


def plain(folder):
    """Run a program with only the environment of a new login, and from another folder."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "HF_HUB_OFFLINE": "1"}
    return partial(
        subprocess.run, cwd=folder, env=environment, check=False, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def helped(tmp_path_factory):
    """What each program answers to --help: in one process, since their imports take seconds."""
    folder = tmp_path_factory.mktemp("login")
    program = folder / "help.py"
    program.write_text(HELP)
    done = plain(folder)([SCRIPTS / "python", program, *IN_PYTHON])
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("path", IN_PYTHON, ids=lambda path: path.name)
def test_a_script_in_python_finds_what_it_imports(path, helped):
    code, output = helped[path.name]

    assert code == 0
    assert output.startswith("usage:")


def test_a_script_in_python_runs_as_a_program(tmp_path):
    done = plain(tmp_path)([SCRIPTS / "settings-table", "--help"])

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage:")
