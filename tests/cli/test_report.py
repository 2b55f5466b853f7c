"""The page that `pgrerank report` writes."""

import json
import re
from html.parser import HTMLParser

import pytest


class Links(HTMLParser):
    """Collects the resources that a page would fetch or run."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in {"script", "link", "img", "iframe", "object"}:
            self.found.append((tag, given))
        if re.match(r"https?:|//", given.get("href") or given.get("src") or ""):
            self.found.append((tag, given))


@pytest.fixture(scope="module")
def searched(cli, tmp_path_factory):
    cli.well("tenant", "add", "drawn")
    cli.well("collection", "add", "docs", "-t", "drawn")
    place = ["-t", "drawn", "-c", "docs"]
    folder = tmp_path_factory.mktemp("drawn")
    rows = [{"_id": f"d{n}", "text": f"walrus {'seal ' * n}"} for n in range(4)]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "walrus seal"}) + "\n")
    (folder / "judged.tsv").write_text("query-id\tcorpus-id\tscore\nq\td0\t0\nq\td2\t1\nq\td3\t1\n")
    cli.well("ingest", folder / "corpus.jsonl", *place)
    cli.well("search", "walrus seal", *place, "--rerank", "always")
    cli.well("search", "walrus", *place, "--rerank", "never")
    queries = folder / "queries.jsonl"
    cli.well("judgment", "import", folder / "judged.tsv", "--queries", queries, *place)


@pytest.mark.usefixtures("searched")
def test_page_shows_what_was_searched_and_needs_nothing_else(cli, tmp_path):
    out = tmp_path / "report.html"

    said = cli.well("report", "-t", "drawn", "-c", "docs", "--out", out)

    page = out.read_text()
    links = Links()
    links.feed(page)
    assert "2 searches" in said
    assert "<td>reranked: full</td><td>1</td>" in page
    assert "over 1 reranked searches of judged queries" in page
    assert "1 query, " in page
    assert "not beyond chance" in page
    # The search that was not reranked spent some microseconds in that stage.
    assert "<tr><td>rerank</td><td>1</td>" in page
    assert "judge some searches" in page
    assert "late-interaction (" in page
    assert page.count("<svg") == 4
    assert links.found == []


@pytest.mark.usefixtures("searched")
def test_page_of_a_silent_tenant_says_so(cli, tmp_path):
    cli.well("tenant", "add", "silent-one")
    out = tmp_path / "report.html"

    cli.well("report", "-t", "silent-one", "--out", out)

    assert "Nobody searched in this time" in out.read_text()


@pytest.mark.usefixtures("searched")
def test_place_that_cannot_be_written_is_named(cli, tmp_path):
    result = cli("report", "-t", "drawn", "--out", tmp_path / "no" / "report.html")

    assert result.exit_code == 2
    assert "there is no folder" in result.stderr
