"""Links between guides are not broken, and the version is the same everywhere."""

import re
import tomllib
from pathlib import Path

import pgrerank

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "sql" / "README.md"]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")


def _anchors(page):
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_between_guides_lead_somewhere():
    broken = [
        f"{page.relative_to(ROOT)}: {path}#{anchor}"
        for page in PAGES
        for path, anchor in LINK.findall(page.read_text())
        if not (target := page.parent / path if path else page).exists()
        or (anchor and anchor not in _anchors(target))
    ]

    assert broken == []


def test_every_guide_is_linked_from_another():
    linked = {
        (page.parent / path).resolve()
        for page in PAGES
        for path, _ in LINK.findall(page.read_text())
    }

    assert [page for page in ROOT.glob("docs/**/*.md") if page not in linked] == []


def test_files_that_a_typical_change_touches_exist():
    section = (ROOT / "CONTRIBUTING.md").read_text().split("## What a typical change touches")[1]
    named = re.findall(r"`([a-z_0-9/]+(?:/|\.sql|\.py))`", section.split("\n## ")[0])
    folders = (ROOT, ROOT / "src" / "pgrerank")

    assert named
    assert [name for name in named if not any((each / name).exists() for each in folders)] == []


def test_glossary_has_at_most_40_terms_in_order_on_one_line_each():
    lines = (ROOT / "docs" / "glossary.md").read_text().splitlines()
    terms = [line.split("|")[1].strip().lower() for line in lines if line.startswith("| ")][1:]

    assert len(terms) <= 40
    assert terms == sorted(terms)


def test_package_and_changelog_are_of_one_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    newest = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[0]

    assert project["version"] == pgrerank.__version__ == newest
