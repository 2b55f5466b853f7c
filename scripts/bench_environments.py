"""Temporary virtual environments, in which the benchmarks run other programs."""

import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import uv

_OPTIONS = Path(__file__).with_name("uv_options.py")


def install(folder: Path, requirements: Sequence[str]) -> str:
    """Make a virtual environment with torch and the requirements. Returns its interpreter.

    Raises:
        RuntimeError: They cannot be installed; says why.
    """
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    # The same version of torch as here, for a fair comparison, but a separate copy, since an
    # installer would modify files that both environments share.
    torch = f"torch=={version('torch').partition('+')[0]}"
    command = [*_installer(python), *_torch_index(), torch, *requirements]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - pip
    if done.returncode:
        raise RuntimeError(f"it cannot be installed: {done.stderr[-300:].strip()}")
    # A dependency for images; if it was built for another version of torch, no model opens.
    remove = [python, "-m", "pip", "uninstall", "--quiet", "--yes", "torchvision"]
    subprocess.run(remove, capture_output=True, check=True)  # noqa: S603 - pip
    return python


def _installer(python: str) -> list[str]:
    """The command of uv, which takes seconds, or of pip, if uv lacks an option that pip has."""
    options = subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, _OPTIONS], capture_output=True, text=True, check=False
    )
    if options.returncode:
        return [python, "-m", "pip", "install", "--quiet"]
    command = [uv.find_uv_bin(), "pip", "install", "--quiet", "--python", python]
    return [*command, "--index-strategy", "unsafe-best-match", *options.stdout.split()]


def _torch_index() -> list[str]:
    """The index of torch without CUDA, if one is named, as for scripts/venv."""
    index = os.environ.get("PGRERANK_TORCH_INDEX")  # noqa: TID251 - of scripts/venv
    return ["--extra-index-url", index] if index else []
