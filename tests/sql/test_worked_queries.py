"""The worked queries of docs/analysts, over a realistic log: many chunks of each document,
clicks, judges that differ, searches that were not reranked, two rerankers, deleted documents.

Measures are compared with ir-measures, over orders of documents computed here.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import fmean

import ir_measures
import psycopg
import pytest
from psycopg.rows import dict_row
from uuid_utils.compat import uuid7

from pgrerank.domain.candidate import RerankStatus
from pgrerank.domain.request import SearchRequest
from pgrerank.storage import drift
from pgrerank.storage.documents import PostgresDocuments
from pgrerank.storage.evaluations import PostgresEvaluations
from pgrerank.storage.rankings import PostgresRankings
from tests.fakes import FakeScorer
from tests.fixtures.collections import embedded
from tests.fixtures.evaluations import answer, evaluation
from tests.fixtures.rankings import ranking

PAGES = sorted((Path(__file__).parents[2] / "docs" / "analysts").glob("*.md"))
#: each worked query by the paragraph before it
WORKED = {
    paragraph: query
    for page in PAGES
    for paragraph, query in re.findall(
        r"\n\n([^\n`#|].*(?:\n.+)*):\n\n```sql\n((?:.*\n)*?)```", page.read_text()
    )
}
OTHER = replace(FakeScorer.model, name="other-reranker", fingerprint="0" * 64)
GRADES = {"d0": 3, "d1": 0, "d2": 1, "d5": 2, "lost": 1}
MEASURED_QUERIES = [f"walrus {n}?" for n in range(4)]


def worked(beginning):
    [query] = [text for said, text in WORKED.items() if said.strip().startswith(beginning)]
    return query


@dataclass
class Logged:
    """The logged searches: by reranker, each with its documents in both orders."""

    analyst: psycopg.Connection
    fused: dict[str, list[tuple[str, list[str]]]] = field(default_factory=lambda: defaultdict(list))
    final: dict[str, list[tuple[str, list[str]]]] = field(default_factory=lambda: defaultdict(list))

    def rows(self, beginning):
        return self.analyst.execute(worked(beginning)).fetchall()

    def ndcg(self, searches, k=10):
        """nDCG of each search, by ir-measures."""
        measure = ir_measures.nDCG @ k
        qrels = {str(n): GRADES for n in range(len(searches))}
        run = {
            str(n): {name: float(-place) for place, name in enumerate(dict.fromkeys(documents))}
            for n, (_, documents) in enumerate(searches)
        }
        found = {each.query_id: each.value for each in ir_measures.iter_calc([measure], qrels, run)}
        return [found[str(n)] for n in range(len(searches))]


@pytest.fixture
async def logged(database, journal):
    """A log of four judged queries and an unjudged one, each searched in several ways."""
    await journal.shelf.store(
        *[embedded(f"d{n}", *[f"walrus {n} part {part}" for part in range(4)]) for n in range(7)]
    )
    found = (await journal.shelf.retrieve("walrus")).candidates
    assert len(found) == 28
    for query in MEASURED_QUERIES:
        for external_id, grade in GRADES.items():
            await journal.judge(query, external_id, grade, judged_by="ann")
        await journal.judge(query, "d4", 3, source="click")
        await journal.judge(query, "d6", 0, judged_by="ann")
        await journal.judge(query, "d6", 3, judged_by="bob")
    login = f"worked_{uuid7().hex}"
    with database.admin() as admin:
        admin.execute(f"create role {login} login in role pgrerank_analyst")
        admin.execute(
            "insert into pgrerank.analyst_grant (tenant_id, login) values (%s, %s)",
            [journal.shelf.tenant_id, login],
        )
    await _search(journal, found)
    with psycopg.connect(database.login_url(login), row_factory=dict_row) as analyst:
        made = Logged(analyst)
        _expect(made, found)
        yield made


def _scores(found, turn):
    """Scores that give each query a different order."""
    return [float((place * (7 + 2 * turn)) % len(found)) for place in range(len(found))]


async def _search(journal, found):
    other = replace(journal, rankings=PostgresRankings(journal.shelf.pool, OTHER))
    for turn, query in enumerate([*MEASURED_QUERIES, "nobody judged this"]):
        request = SearchRequest(query=query)
        made = ranking(found, _scores(found, turn))
        await journal.record(made, ranking(found), request=request)
        theirs = ranking(found, range(len(found), 0, -1))
        report = replace(theirs.rerank, model=OTHER.name, fingerprint=OTHER.fingerprint)
        await other.record(replace(theirs, rerank=report), request=request)


def _expect(made, found):
    names = [each.external_id for each in found]
    for turn, query in enumerate(MEASURED_QUERIES):
        scores = _scores(found, turn)
        order = sorted(range(len(found)), key=lambda place: (-scores[place], place))
        made.fused[FakeScorer.model.name].append((query, names))
        made.final[FakeScorer.model.name].append((query, [names[place] for place in order]))
        made.fused[OTHER.name].append((query, names))
        made.final[OTHER.name].append((query, names))


async def test_quality_of_each_reranker_is_that_of_ir_measures(logged):
    rows = logged.rows("Which rerankers did better")

    assert {row["reranker"]: float(row["ndcg_at_10"]) for row in rows} == {
        name: pytest.approx(fmean(logged.ndcg(searches)), abs=5.1e-4)
        for name, searches in logged.final.items()
    }
    assert {(row["judged_searches"], row["queries"]) for row in rows} == {(4, 4)}


async def test_where_reranking_hurt_is_told_of_reranked_searches_that_lost(logged):
    rows = logged.rows("Judged queries where reranking hurt")

    name = FakeScorer.model.name
    queries = [query for query, _ in logged.final[name]]
    before, after = logged.ndcg(logged.fused[name]), logged.ndcg(logged.final[name])
    lost = {
        query: (pytest.approx(old, abs=5.1e-4), pytest.approx(new, abs=5.1e-4))
        for query, old, new in zip(queries, before, after, strict=True)
        if new < old
    }
    assert lost
    assert {row["query"]: (float(row["fused"]), float(row["reranked"])) for row in rows} == lost
    assert len(rows) == len(lost)


async def test_every_measure_of_a_judged_search_is_that_of_ir_measures(logged):
    """The functions are called on the view as the guide says."""
    row = logged.analyst.execute(
        """
        select
            avg(pgrerank_analytics.ndcg_at_k_v1(final_grades, judged_grades, 5)) as "nDCG@5",
            avg(pgrerank_analytics.mrr_at_k_v1(final_grades, 10)) as "RR@10",
            avg(pgrerank_analytics.precision_at_k_v1(final_grades, 5)) as "P@5",
            avg(pgrerank_analytics.recall_at_k_v1(final_grades, judged_grades, 3)) as "R@3",
            avg(pgrerank_analytics.average_precision_v1(final_grades, judged_grades)) as "AP",
            avg(pgrerank_analytics.judged_at_k_v1(final_grades, 10)) as "Judged@10"
        from pgrerank_analytics.judged_search
        where reranker = %s
        """,
        [FakeScorer.model.name],
    ).fetchone()

    searches = logged.final[FakeScorer.model.name]
    qrels = {str(n): GRADES for n in range(len(searches))}
    run = {
        str(n): {name: float(-place) for place, name in enumerate(dict.fromkeys(documents))}
        for n, (_, documents) in enumerate(searches)
    }
    measures = [ir_measures.parse_measure(name) for name in row]
    expected = ir_measures.calc_aggregate(measures, qrels, run)
    assert row == pytest.approx({str(each): value for each, value in expected.items()}, abs=1e-9)


async def test_what_was_never_reranked_is_judged_and_no_figure_of_reranking(logged):
    counts = logged.analyst.execute(
        "select is_reranked, reranker, count(*) as searches, bool_and(final_grades = fused_grades)"
        " as alike from pgrerank_analytics.judged_search group by 1, 2 order by 1, 2"
    ).fetchall()
    times = logged.rows("What more depth costs")
    days = logged.rows("Where the time goes")

    assert [(row["is_reranked"], row["searches"]) for row in counts] == [
        (False, 4),
        (True, 4),
        (True, 4),
    ]
    assert counts[0]["alike"]
    assert {(row["reranker"], row["searches"]) for row in times} == {
        (FakeScorer.model.name, 5),
        (OTHER.name, 5),
    }
    assert {row["stage"]: row["searches"] for row in days} == {
        "embed": 15,
        "retrieve": 15,
        "rerank": 10,
        "total": 15,
    }


async def test_relevant_documents_that_no_leg_found_are_judged_ones(logged):
    [row] = logged.rows("Relevant documents that no leg found")

    # d0, d2, d5 and the one that is not stored, for four queries; neither clicks nor disputes.
    assert (row["relevant"], row["missed"]) == (16, 4)
    assert row["some"] == [f"walrus {n}?: lost" for n in range(3)]


async def test_effect_of_each_reranker_is_told_on_the_first_day(logged):
    rows = logged.rows("Whether reranking earns its milliseconds")

    found = {row["reranker"]: row for row in rows}
    assert {name: row["searches"] for name, row in found.items()} == {
        FakeScorer.model.name: 5,
        OTHER.name: 5,
    }
    assert (found[OTHER.name]["changed_top_3"], found[OTHER.name]["kendall_tau"]) == (0, 1)
    assert found[FakeScorer.model.name]["kendall_tau"] < 1


async def test_what_reranking_does_in_evaluations_is_that_of_ir_measures(journal, logged):
    name = FakeScorer.model.name
    answers = [
        answer(
            query,
            grades=tuple(GRADES.get(each) for each in dict.fromkeys(final)),
            first_stage_grades=tuple(GRADES.get(each) for each in dict.fromkeys(fused)),
            judged_grades=tuple(GRADES.values()),
        )
        for (query, fused), (_, final) in zip(logged.fused[name], logged.final[name], strict=True)
    ]
    skipped = [
        replace(each, query=f"{each.query} again", status=RerankStatus.SKIPPED) for each in answers
    ]
    run = evaluation(*answers, *skipped, label="both")
    shelf = journal.shelf
    await PostgresEvaluations(shelf.pool).save(
        shelf.tenant_id, shelf.collection, run, (None, FakeScorer.model)
    )

    [row] = logged.rows("What reranking does for the first five")

    for k in (5, 20):
        before, after = (logged.ndcg(each[name], k) for each in (logged.fused, logged.final))
        assert float(row[f"first_stage_{k}"]) == pytest.approx(fmean(before), abs=5.1e-4)
        assert float(row[f"reranked_{k}"]) == pytest.approx(fmean(after), abs=5.1e-4)


async def test_scores_of_two_rerankers_are_never_put_together(database, logged):
    await drift.count(database.admin_url)

    rows = logged.rows("How the scores of a reranker lay")

    assert {row["reranker"] for row in rows} == {FakeScorer.model.name, OTHER.name}
    assert len(rows) == 2
    assert len({row["fingerprint"] for row in rows}) == 2
    assert all(row["lower_quartile"] <= row["median"] <= row["upper_quartile"] for row in rows)


async def test_documents_that_are_gone_take_no_part(journal, logged):
    shelf = journal.shelf
    for name in ("d0", "d1"):
        await PostgresDocuments(shelf.pool).delete(shelf.tenant_id, shelf.collection, name)

    rows = logged.rows("Which rerankers did better")
    wins = logged.rows("Documents that come first most often")

    without = {
        name: [
            (query, [each for each in found if each not in ("d0", "d1")]) for query, found in all_
        ]
        for name, all_ in logged.final.items()
    }
    assert {row["reranker"]: float(row["ndcg_at_10"]) for row in rows} == {
        name: pytest.approx(fmean(logged.ndcg(searches)), abs=5.1e-4)
        for name, searches in without.items()
    }
    assert None not in {row["document_id"] for row in wins}


async def test_shares_and_measures_of_every_worked_query_lie_between_0_and_1(logged):
    assert len(WORKED) == sum(page.read_text().count("```sql") for page in PAGES)
    bounded = re.compile(r"ndcg|fused$|reranked|first_stage|changed|truncated|enough|before|after")

    for query in WORKED.values():
        for row in logged.analyst.execute(query).fetchall():
            for name, value in row.items():
                if bounded.search(name) and value is not None and not isinstance(value, str):
                    assert 0 <= value <= 1, (name, query)
