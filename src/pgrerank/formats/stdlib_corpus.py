"""The documentation of the running interpreter's most used modules, as a corpus.

Real text that every machine with Python has: modules, classes, functions and methods, each with its
signature and its own docstring. `python -m pgrerank.formats.stdlib_corpus FILE [MODULE ...]` writes
it as JSONL in BEIR format; run it in a separate process, since it imports all these modules.
"""

import importlib
import inspect
import json
import pkgutil
import platform
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

#: the modules that most programs use; the whole library is three times as much to embed, and half
#: of that is about protocols, parsers and terminals that few programs use
MODULES = (
    *("argparse", "asyncio", "base64", "bisect", "builtins", "collections", "concurrent"),
    *("contextlib", "copy", "csv", "dataclasses", "datetime", "enum", "fnmatch", "functools"),
    *("glob", "hashlib", "heapq", "io", "itertools", "json", "math", "operator", "os", "pathlib"),
    *("pickle", "posixpath", "random", "re", "sched", "secrets", "shutil", "sqlite3"),
    *("statistics", "string", "struct", "subprocess", "sys", "tempfile", "textwrap", "threading"),
    *("time", "timeit", "types", "uuid", "zipfile"),
)
# modules with C code that public modules export as their own
_IMPLEMENTATIONS = {"posix", "nt", "genericpath"}
_RENAMED = {"posixpath": "os.path", "builtins": ""}
_LITERALS = (bool, int, float, str, bytes)
_MIN_WORDS = 4
_HARVEST_SECONDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryEntry:
    """A documented object of the library."""

    name: str
    kind: str
    module: str
    text: str

    def row(self) -> dict[str, object]:
        """The entry as a BEIR row."""
        metadata = {"kind": self.kind, "module": self.module, "python": platform.python_version()}
        return {"_id": self.name, "title": self.name, "text": self.text, "metadata": metadata}


def harvest_to_file(target: Path, modules: Sequence[str] = MODULES) -> Path:
    """Write the corpus of these modules to a file in a separate process, and return that file.

    Raises:
        RuntimeError: The process failed; the message has the end of its stderr.
    """
    command = [sys.executable, "-W", "ignore", "-m", "pgrerank.formats.stdlib_corpus"]
    done = subprocess.run(  # noqa: S603 - this interpreter and this module
        [*command, str(target), *modules],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_HARVEST_SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"reading the standard library failed: {done.stderr[-500:]}")
    return target


def write(target: Path, modules: Sequence[str] = MODULES) -> int:
    """Write the corpus of these modules as JSONL, and return how many entries it has."""
    rows = [json.dumps(entry.row(), ensure_ascii=False) for entry in entries(modules)]
    partial = target.with_suffix(".partial")
    partial.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    partial.replace(target)
    return len(rows)


def entries(modules: Sequence[str] = MODULES) -> list[LibraryEntry]:
    """All documented objects of these modules, ordered by name.

    Each is listed once, under its shortest public name.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loaded = [each for name in modules for each in _package(name)]
        entries = [entry for module in loaded for entry in _of_module(module)]
        for name, (module, value) in _public(loaded).items():
            entries.extend(_of_object(name, module, value))
    return sorted({entry.name: entry for entry in entries}.values(), key=lambda entry: entry.name)


def _package(name: str) -> Iterator[ModuleType]:
    module = _import(name)
    if module is None:
        return
    yield module
    for child in pkgutil.iter_modules(getattr(module, "__path__", [])):
        if not child.name.startswith("_") and "test" not in child.name:
            yield from _package(f"{name}.{child.name}")


def _import(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit):  # noqa: BLE001 - modules of other platforms fail in any way
        return None


def _public(modules: list[ModuleType]) -> dict[str, tuple[ModuleType, object]]:
    """Functions and classes by the name under which programmers import them."""
    best: dict[int, tuple[tuple[int, int, str], str, ModuleType, object]] = {}
    for module in modules:
        for attribute, value in _members(module):
            name = _qualified_name(module.__name__, attribute)
            rank = (name.count("."), len(name), name)
            if id(value) not in best or rank < best[id(value)][0]:
                best[id(value)] = (rank, name, module, value)
    return {name: (module, value) for _, name, module, value in best.values()}


def _members(module: ModuleType) -> Iterator[tuple[str, object]]:
    names = getattr(module, "__all__", None) or vars(module)
    for attribute in sorted(set(names)):
        value = getattr(module, attribute, None)
        if not attribute.startswith("_") and _belongs(value, module.__name__):
            yield attribute, value


def _belongs(value: object, module: str) -> bool:
    if not (inspect.isclass(value) or inspect.isroutine(value)):
        return False
    owner = getattr(value, "__module__", None) or ""
    inside = module in (owner, "builtins") or owner.startswith(f"{module}.")
    private = any(part.startswith("_") for part in owner.split("."))
    return inside or private or owner in _IMPLEMENTATIONS


def _of_module(module: ModuleType) -> Iterator[LibraryEntry]:
    name = _RENAMED.get(module.__name__, module.__name__)
    text = _documentation(module.__doc__)
    if name and text:
        yield LibraryEntry(name=name, kind="module", module=name, text=text)


def _of_object(name: str, module: ModuleType, value: object) -> Iterator[LibraryEntry]:
    owner = _RENAMED.get(module.__name__, module.__name__) or "builtins"
    if not inspect.isclass(value):
        yield from _entry(name, "function", owner, value)
        return
    yield from _entry(name, "class", owner, value)
    for attribute, member in sorted(vars(value).items()):
        if not attribute.startswith("_") and _callable(member):
            bound = getattr(value, attribute, member)
            yield from _entry(f"{name}.{attribute}", "method", owner, bound)


def _callable(member: object) -> bool:
    return inspect.isroutine(member) or isinstance(member, property)


def _entry(name: str, kind: str, module: str, value: object) -> Iterator[LibraryEntry]:
    own = vars(value).get("__doc__") if inspect.isclass(value) else value.__doc__
    text = _documentation(own)
    generated = text.startswith(f"{name.rpartition('.')[2]}(") and "\n" not in text
    if text and not (kind == "class" and generated):  # a dataclass documents its own signature
        heading = name.rpartition(".")[2] + _signature(value)
        yield LibraryEntry(name=name, kind=kind, module=module, text=f"{heading}\n\n{text}")


def _documentation(text: object) -> str:
    cleaned = inspect.cleandoc(text).strip() if isinstance(text, str) else ""
    return cleaned if len(cleaned.split()) >= _MIN_WORDS else ""


def _signature(value: object) -> str:
    if not callable(value):
        return ""  # a property
    try:
        signature = inspect.signature(value)
    except Exception:  # noqa: BLE001 - C code without a signature, or a default that fails
        return "(...)"
    parameters = [_plain(parameter) for parameter in signature.parameters.values()]
    return str(signature.replace(parameters=parameters))


def _plain(parameter: inspect.Parameter) -> inspect.Parameter:
    """The parameter, with its default only if that is a literal.

    Other defaults depend on the process: addresses, or the environment with its secrets.
    """
    default = parameter.default
    if default is parameter.empty or default is None or type(default) in _LITERALS:
        return parameter
    return parameter.replace(default=_Dots())


class _Dots:
    def __repr__(self) -> str:
        return "..."


def _qualified_name(module: str, attribute: str) -> str:
    prefix = _RENAMED.get(module, module)
    return f"{prefix}.{attribute}" if prefix else attribute


if __name__ == "__main__":
    write(Path(sys.argv[1]), sys.argv[2:] or MODULES)
