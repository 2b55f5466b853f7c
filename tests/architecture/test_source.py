"""Rules of the source that no linter knows."""

import ast
import re
from pathlib import Path

import pytest

from pgrerank.settings import descriptions

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "pgrerank"
MODULES = sorted(SOURCE.rglob("*.py"))
LONGEST_FILE = 400
LONGEST_FUNCTION = 45
ATTIC = {"utils", "helpers", "common", "base", "misc", "manager"}
STATEMENT = re.compile(
    r"\b(select\s.+\sfrom|insert\s+into|update\s+\S+\s+set|delete\s+from)\b",
    re.IGNORECASE | re.DOTALL,
)


def module_id(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("path", MODULES, ids=module_id)
def test_module_is_short_and_named_after_what_it_holds(path):
    assert len(path.read_text().splitlines()) <= LONGEST_FILE
    assert path.stem not in ATTIC


@pytest.mark.parametrize("path", MODULES, ids=module_id)
def test_functions_fit_a_screen(path):
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]

    long = {f.name: f.end_lineno - f.lineno + 1 for f in functions}

    assert {name: lines for name, lines in long.items() if lines > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("path", MODULES, ids=module_id)
def test_no_statement_of_sql_is_written_in_python(path):
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    strings = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    ]

    assert [text for text in strings if STATEMENT.search(text)] == []


def test_readme_lists_every_setting_as_it_is():
    rows = [f"| `{name}` | {default} | {meaning} |" for name, default, meaning in descriptions()]

    assert "\n".join(rows) in (ROOT / "docs" / "settings.md").read_text()
