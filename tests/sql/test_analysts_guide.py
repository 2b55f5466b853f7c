"""docs/analysts: the queries run, and every column there is is explained."""

import re
from pathlib import Path

import psycopg
import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain.judgment import Judgment
from pgrerank.storage import drift
from pgrerank.storage.evaluations import PostgresEvaluations
from pgrerank.storage.judgments import PostgresJudgments
from tests.fixtures.collections import embedded
from tests.fixtures.evaluations import answer, evaluation
from tests.fixtures.rankings import ranking

PAGES = sorted((Path(__file__).parents[2] / "docs" / "analysts").glob("*.md"))
QUERIES = [
    query
    for page in PAGES
    for query in re.findall(r"```sql\n(.*?)```", page.read_text(), re.DOTALL)
]
SECTIONS = dict(
    section
    for page in PAGES
    for section in re.findall(
        r"^## (\w+): .*?\n(.*?)(?=^## |\Z)", page.read_text(), re.MULTILINE | re.DOTALL
    )
)


@pytest.fixture
async def analyst(database, journal):
    """A connection of a login that may read a tenant with a search in its log."""
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
    await PostgresJudgments(journal.shelf.pool).add(
        journal.shelf.tenant_id, journal.shelf.collection, judged
    )
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


@pytest.mark.parametrize(
    "view",
    [
        "rerank_log",
        "rerank_candidate",
        "judgment",
        "judgment_grade",
        "calibration",
        "calibration_point",
        "threshold",
        "rerank_relevance",
        "eval_run",
        "eval_query",
        "eval_metric",
        "latency_daily",
        "judged_search",
        "effect_daily",
        "score_daily",
        "score_drift",
        "judged_quality",
        "reference_run",
        "health",
    ],
)
async def test_guide_explains_every_column_of_a_view(analyst, view):
    columns = {
        name
        for (name,) in analyst.execute(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0",
            [f"pgrerank_analytics.{view}"],
        )
    }

    rows = re.findall(r"^\| (`.*?) \|", SECTIONS[view], re.MULTILINE)
    explained = {name for row in rows for name in re.findall(r"`(\w+)`", row)}

    assert explained == columns


async def test_guide_explains_every_view(analyst):
    views = {
        name
        for (name,) in analyst.execute(
            "select viewname from pg_views where schemaname = 'pgrerank_analytics'"
        )
    }

    assert set(SECTIONS) == views
