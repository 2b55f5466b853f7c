"""Rules for the source that no linter checks."""

import ast
import re
from collections import defaultdict
from pathlib import Path

from pgrerank.settings import descriptions

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "pgrerank"
TREES = {
    str(path.relative_to(SOURCE)): ast.parse(path.read_text()) for path in SOURCE.rglob("*.py")
}
LONGEST_FILE = 400
LONGEST_FUNCTION = 45
ATTIC = {"utils", "helpers", "common", "base", "misc", "manager"}
STATEMENT = re.compile(
    r"\b(select\s.+\sfrom|insert\s+into|update\s+\S+\s+set|delete\s+from)\b",
    re.IGNORECASE | re.DOTALL,
)


def test_the_source_is_found():
    assert "domain/rerank.py" in TREES


def test_modules_are_short():
    lengths = {name: len((SOURCE / name).read_text().splitlines()) for name in TREES}

    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_modules_are_named_after_what_they_hold():
    assert [name for name in TREES if Path(name).stem in ATTIC] == []


def test_functions_fit_a_screen():
    lengths = {
        f"{name}: {node.name}": node.end_lineno - node.lineno + 1
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_no_statement_of_sql_is_written_in_python():
    written = {
        name: text
        for name, tree in TREES.items()
        for text in strings(tree)
        if STATEMENT.search(text)
    }

    assert written == {}


def strings(tree: ast.Module) -> list[str]:
    """String literals that are not docstrings."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    ]


def test_no_two_public_classes_of_the_service_have_one_name():
    assert duplicates(lambda name: not name.startswith(("client/", "integrations/"))) == {}


def test_no_two_public_classes_of_the_client_have_one_name():
    # Classes of integrations have the names that users of the framework expect.
    assert duplicates(lambda name: name.startswith("client/")) == {}


def duplicates(wanted) -> dict[str, list[str]]:
    """Modules by the name of a class that several of them define."""
    places = defaultdict(list)
    for name, tree in TREES.items():
        for node in tree.body:
            if wanted(name) and isinstance(node, ast.ClassDef) and node.name[0] != "_":
                places[node.name].append(name)
    return {name: modules for name, modules in places.items() if len(modules) > 1}


def test_settings_are_documented_as_they_are():
    rows = [f"| `{name}` | {default} | {meaning} |" for name, default, meaning in descriptions()]

    assert "\n".join(rows) in (ROOT / "docs" / "settings.md").read_text()
