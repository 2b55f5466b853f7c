"""docs/analysts: all queries run, and every column is explained."""

import re

import psycopg
import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain.judgment import Judgment
from pgrerank.domain.related import RelatedMethod
from pgrerank.storage import drift, sqlfile
from pgrerank.storage.collections import PostgresCollections
from pgrerank.storage.evaluations import PostgresEvaluations
from pgrerank.storage.judgments import PostgresJudgments
from pgrerank.storage.related import PostgresRelated
from pgrerank.usecases.enrich import enrich
from tests.fakes import services
from tests.fixtures import guide_tables
from tests.fixtures.collections import embedded
from tests.fixtures.evaluations import answer, evaluation
from tests.fixtures.guide_tables import PAGES
from tests.fixtures.rankings import ranking

QUERIES = [
    query
    for page in PAGES
    for query in re.findall(r"```sql\n(.*?)```", page.read_text(), re.DOTALL)
]


@pytest.fixture
async def analyst(database, journal):
    """A connection of an analyst of a tenant that has a logged search."""
    await journal.shelf.store(*[embedded(f"d{i}", f"walrus {i}", title="T") for i in range(5)])
    found = (await journal.shelf.retrieve("walrus")).candidates
    await journal.record(ranking(found, range(5)), ranking(found))
    await drift.count(database.admin_url)
    shelf, evaluations = journal.shelf, PostgresEvaluations(journal.shelf.pool)
    for label, value in (("before", 1.0), ("after", 0.5)):
        run = evaluation(answer(metrics={"nDCG@10": value}), label=label)
        await evaluations.save(shelf.tenant_id, shelf.collection, run, (None, None))
    judged = [
        Judgment(query="walrus?", external_id=f"d{i}", grade=i % 2, source="human")
        for i in range(5)
    ]
    judged.append(Judgment(query="q", external_id="d0", grade=1, source="click"))
    await PostgresJudgments(journal.shelf.pool).add(
        journal.shelf.tenant_id, journal.shelf.collection, judged
    )
    parts = services(
        related=PostgresRelated(shelf.pool), collections=PostgresCollections(shelf.pool)
    )
    await enrich(parts, shelf.tenant_id, shelf.collection.name, method=RelatedMethod.RERANKER)
    login = f"reader_{uuid7().hex}"
    with database.admin() as admin:
        admin.execute(f"create role {login} login in role pgrerank_analyst")
        admin.execute(
            "insert into pgrerank.analyst_grant (tenant_id, login) values (%s, %s)",
            [journal.shelf.tenant_id, login],
        )
    with psycopg.connect(database.login_url(login)) as connection:
        yield connection


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
async def test_worked_query_runs(analyst, query):
    rows = analyst.execute(query).fetchall()

    assert rows or "keyword_returned < 5" in query


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
async def test_tables_of_columns_are_the_comments_on_the_views(analyst, page):
    comments = guide_tables.column_comments(analyst)

    assert page.read_text() == guide_tables.with_tables(page.read_text(), comments)


async def test_guide_explains_every_view(analyst):
    views = sorted(guide_tables.column_comments(analyst))

    assert sorted(view for page in PAGES for view in guide_tables.views(page.read_text())) == views


def _number(cell: str) -> float:
    """First number of a table's cell; 1 if it has none, as in `a run`."""
    found = re.search(r"-?[\d.,]+", cell)
    return float(found[0].replace(",", "")) if found else 1


def test_every_check_of_health_is_computed_and_explained_with_its_limits():
    view = (sqlfile.sql_dir() / "views" / "health.sql").read_text()
    rules = {
        name: [float(limit) for limit in limits]
        for name, *limits in re.findall(r"'(\w+)', (-?[\d.]+), (-?[\d.]+), (\d+), '", view)
    }
    computed = re.findall(r"\(\s*'(\w+)',\s*w\.|'(\w+)' as check_name", view)
    page = next(page for page in PAGES if page.stem == "health").read_text()
    (named,) = re.findall(r"\| `check_name` \| (.*)\. \|", page)
    table = page.split("| check | value |")[1].split("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table]

    assert rules
    assert {first or second for first, second in computed} == {*rules}
    assert {*re.split(r", | or ", named)} == {*rules}
    assert {name: [_number(cell) for cell in limits] for name, _, *limits in rows} == rules
