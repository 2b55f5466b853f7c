"""Real clients against the real service: `python -m tests.acceptance [--list] [NAME ...]`.

Each script in this folder names its dependencies in its head (PEP 723); uv gives it its own venv
in the user's cache folder, so that clients with conflicting dependencies do not clash.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from time import perf_counter

import httpx
import platformdirs

from tests.resilience.running import OPERATOR_TOKEN, PATIENCE_S, Service

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CACHE = platformdirs.user_cache_path("pgrerank") / "clients"
SCRIPTS = {path.stem: path for path in sorted(HERE.glob("[!_]*.py"))}
NODE = {f"node-{path.stem}": path for path in sorted((HERE / "node").glob("*.mjs"))}
#: bytes; smaller than the default, so that clients can exceed it
BODY = "2000000"
#: scripts that run at the same time: one runs while another is being installed
AT_ONCE = 2
#: minor versions of Python for scripts that require a newer one than the service
NEWER = (12, 13, 14)
_PATIENCE_S = 600
#: they share a folder of packages
_NPM = Lock()


def main() -> int:
    """Run the scripts. Returns 0 if every client passed."""
    parser = argparse.ArgumentParser(prog="scripts/test-clients", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    parser.add_argument("--list", action="store_true", help="name them and stop")
    arguments = parser.parse_args()
    every = [*SCRIPTS, *NODE]
    if arguments.list:
        sys.stdout.write("\n".join(every) + "\n")
        return 0
    unknown = set(arguments.names) - set(every)
    if unknown:
        parser.error(f"no such client: {', '.join(sorted(unknown))}")
    return _run(arguments.names or every)


def _run(names: list[str]) -> int:
    started = perf_counter()
    with _serving() as environ, ThreadPoolExecutor(AT_ONCE) as workers:
        good = list(workers.map(lambda name: _passes(name, environ), names))
    failed = [name for name, is_good in zip(names, good, strict=True) if not is_good]
    spent_s = perf_counter() - started
    outcome = f"FAILED: {', '.join(failed)}" if failed else "all ok"
    sys.stdout.write(f"{len(names)} scripts in {spent_s:.0f} s: {outcome}\n")
    return 1 if failed else 0


@contextmanager
def _serving() -> Iterator[dict[str, str]]:
    """The service on a port; yields the environment variables of the scripts."""
    folder = Path(tempfile.mkdtemp(prefix="pgr"))  # a short path, because it contains a socket
    service = Service(folder, PGRERANK_MAX_BODY_BYTES=BODY)
    try:
        rich = service.client.headers["Authorization"].removeprefix("Bearer ")
        url = str(service.client.base_url).rstrip("/")
        yield {"PGRERANK_URL": url, "PGRERANK_KEY": rich, "PGRERANK_POOR_KEY": _poor_key(url)}
    finally:
        service.close()
        shutil.rmtree(folder, ignore_errors=True)


def _poor_key(url: str) -> str:
    """Key of a tenant that has used up its quota for longer than this runs."""
    operator = {"Authorization": f"Bearer {OPERATOR_TOKEN}"}
    with httpx.Client(base_url=url, headers=operator, timeout=PATIENCE_S) as client:

        def done(method: str, path: str, body: object) -> httpx.Response:
            return client.request(method, path, json=body).raise_for_status()

        done("POST", "/v1/tenants", {"name": "poor"})
        done("PUT", "/v1/tenants/poor/quota", {"pairs_per_second": 1})
        made = done("POST", "/v1/tenants/poor/keys", {"name": "test", "scopes": ["search"]})
        key = str(made.json()["secret"])
        client.headers["Authorization"] = f"Bearer {key}"
        texts = [f"passage {number}" for number in range(2_000)]
        done("POST", "/compat/tei/rerank", {"query": "passage", "texts": texts})
    return key


def _passes(name: str, environ: Mapping[str, str]) -> bool:
    command = _python(SCRIPTS[name]) if name in SCRIPTS else _node(NODE[name])
    if command is None:
        needed = "Python from 3.12 on" if name in SCRIPTS else "node"
        sys.stdout.write(f"skipped {name}: there is no {needed} on this machine\n")
        return True
    paths = os.pathsep.join([str(HERE / "shared"), str(ROOT / "src"), str(ROOT)])
    # Scripts are named after the packages that they import; safe path keeps the two apart.
    own = {"PYTHONPATH": paths, "PYTHONSAFEPATH": "1", "PYTHONWARNINGS": "ignore", **environ}
    try:
        done = subprocess.run(
            command,
            env=os.environ | own,
            timeout=_PATIENCE_S,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    except subprocess.TimeoutExpired as error:
        sys.stdout.write(f"FAILED  {name}: {error}\n")
        return False
    # In one write, so that lines of two scripts do not mix.
    outcome = f"FAILED  {name}: exit code {done.returncode}\n" if done.returncode else ""
    sys.stdout.write(done.stdout + outcome)
    sys.stdout.flush()
    return done.returncode == 0


def _python(script: Path) -> list[str] | None:
    if "# /// script" not in script.read_text():  # runs the scripts of this folder
        return [sys.executable, str(script)]
    uv = [sys.executable, "-m", "uv", "run", "--quiet", "--no-project", "--no-config"]
    python = _newer_python() if "requires-python" in script.read_text() else sys.executable
    if python is None:
        return None
    return [*uv, "--cache-dir", str(CACHE), "--python", python, "--script", str(script)]


def _newer_python() -> str | None:
    """A Python from 3.12 on, of the path or of pyenv; None if there is none."""
    on_path = [shutil.which(f"python3.{minor}") for minor in NEWER]
    of_pyenv = [
        str(python)
        for minor in NEWER
        for python in sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python"))
    ]
    found = [sys.executable, *filter(None, on_path), *of_pyenv]
    return next(filter(_is_newer, found), None)


def _is_newer(python: str) -> bool:
    # A shim of pyenv is on the path also where its version is not chosen, and fails.
    code = "import sys; sys.exit(sys.version_info < (3, 12))"
    return subprocess.run([python, "-c", code], check=False, capture_output=True).returncode == 0


def _node(script: Path) -> list[str] | None:
    """The script in a folder with its packages, where Node finds them."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    folder = CACHE / "node"
    install = [npm, "install", "--silent", "--no-package-lock", "--no-audit", "--no-fund"]
    with _NPM:
        shutil.copytree(HERE / "node", folder, dirs_exist_ok=True)
        subprocess.run(install, cwd=folder, timeout=_PATIENCE_S, check=True)
    return [node, str(folder / script.name)]


if __name__ == "__main__":
    # scripts/test ends it so after Ctrl-C; the service must not outlive it.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    sys.exit(main())
