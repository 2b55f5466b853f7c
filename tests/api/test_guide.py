"""docs/api.md agrees with the API."""

import re
from pathlib import Path

import msgspec
import pytest

from pgrerank.api import bounds
from pgrerank.api.bounds import Body
from pgrerank.api.problem import KINDS
from pgrerank.api.v1.schema.requests import NewDocument, Search
from pgrerank.api.v1.schema.rerank import Rank
from pgrerank.domain.candidate import RerankStatus
from pgrerank.domain.limits import Limits

GUIDE = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.fixture(scope="module")
def guide() -> str:
    return GUIDE.read_text()


def rows(guide: str, heading: str) -> list[list[str]]:
    """Cells of the first table under a heading."""
    section = guide.partition(f"# {heading}\n")[2]
    table = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert table, heading
    lines = [line.strip("|").split("|") for line in table[0].splitlines()[2:]]
    return [[cell.strip() for cell in cells] for cells in lines]


def test_every_knob_of_a_search_is_in_the_table_with_its_default(guide):
    table = {row[0].strip("`"): row[1].strip("`") for row in rows(guide, "Search")}
    assert list(table) == list(Search.__struct_fields__)
    for field in msgspec.structs.fields(Search):
        if not field.required and field.default is not None:
            assert table[field.name] == str(field.default).lower()


def test_every_knob_of_a_ranking_is_in_the_table_with_its_default(guide):
    heading = "Rerank supplied documents"
    table = {row[0].strip("`"): row[1].strip("`") for row in rows(guide, heading)}
    assert list(table) == list(Rank.__struct_fields__)
    for field in msgspec.structs.fields(Rank):
        if not field.required and field.default is not None:
            assert table[field.name] == str(field.default).lower()


def test_every_field_of_a_document_is_in_the_table(guide):
    table = [row[0].strip("`") for row in rows(guide, "Documents")]
    assert sorted(table) == sorted(NewDocument.__struct_fields__)


def test_every_problem_is_in_the_table(guide):
    documented = {
        (int(row[0]), slug)
        for row in rows(guide, "Errors")
        for slug in re.findall(r"`(.+?)`", row[1])
    }
    assert documented == {(kind.status, kind.slug) for kind in KINDS}


def test_every_rerank_status_is_in_the_table(guide):
    assert [row[0].strip("`") for row in rows(guide, "Rerank status")] == list(RerankStatus)


def test_the_limits_are_those_of_the_code(guide):
    limits = Limits()
    bodies = bounds.table(limits)
    of_query = limits.query_characters * bounds.BYTES_PER_CHARACTER
    of_search = (bodies[Body.SEARCH].bytes - of_query) // bounds.KIB
    table = [row[1] for row in rows(guide, "Limits")]
    assert table == [
        f"{limits.body_bytes // bounds.MIB} MiB",
        f"{bodies[Body.DOCUMENTS].bytes // bounds.MIB} MiB",
        f"{of_search} KiB and {bounds.BYTES_PER_CHARACTER} bytes for each character a query may have",
        f"{bodies[Body.PLAIN].bytes // bounds.MIB} MiB",
        f"{limits.query_characters:,} characters",
        f"{limits.documents:,}",
        f"{limits.document_characters:,} characters",
        f"{limits.requests_per_minute} a minute, counted in each process",
    ]
