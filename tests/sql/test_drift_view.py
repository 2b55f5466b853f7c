"""The view score_drift: scores of the last seven days beside those of the 28 days before."""

from datetime import UTC, datetime, timedelta

import pytest

from pgrerank.domain.ids import model_id
from tests.fake_tokens import FakeLate
from tests.fakes import FakeScorer
from tests.fixtures.rankings import candidate, ranking
from tests.fixtures.rows import insert

ZEROS = (
    "truncated_pairs changed_top_1 changed_top_3 changed_top_10 tau_searches tau_sum shift_sum "
    "agreement_searches agreement_sum partial_searches skipped_searches failed_searches"
)


def today():
    return datetime.now(UTC).date()


@pytest.fixture
async def count(database, journal):
    """Stores the count of a day of the journal's tenant."""
    # Registers the reranker.
    await journal.record(ranking([candidate(1)], [1.0]))

    def counted(days_ago, bins=None, *, model=FakeScorer.model, journal=journal, **columns):
        bins = {0: 1} if bins is None else bins
        given = {
            "tenant_id": journal.shelf.tenant_id,
            "day": today() - timedelta(days=days_ago),
            "collection_id": journal.shelf.collection.id,
            "collection_name": "shelf",
            "reranker_id": model_id(model.fingerprint),
            "counted_at": datetime.now(UTC),
            "searches": 1,
            "pairs": sum(bins.values()),
            "score_bins": list(bins),
            "score_counts": list(bins.values()),
            **dict.fromkeys(ZEROS.split(), 0),
            **columns,
        }
        with database.admin() as admin:
            insert(admin, "score_daily", **given)

    return counted


@pytest.fixture
def drift(ask):
    def row():
        [only] = ask("select * from pgrerank_analytics.score_drift")
        return only

    return row


@pytest.mark.parametrize(
    ("days_ago", "baseline", "recent"),
    [(0, 0, 1), (6, 0, 1), (7, 1, 0), (34, 1, 0), (35, 0, 0)],
)
async def test_a_day_counts_for_one_of_the_two_windows(count, drift, days_ago, baseline, recent):
    count(3, {5: 10})
    if days_ago != 3:
        count(days_ago, {7: 4})

    row = drift()

    assert (row["baseline_searches"], row["recent_searches"]) == (baseline, 1 + recent)
    assert (row["baseline_pairs"], row["recent_pairs"]) == (4 * baseline, 10 + 4 * recent)
    assert row["last_day"] == today() - timedelta(days=min(3, days_ago))


async def test_searches_that_were_not_reranked_do_not_count(count, drift):
    count(1, searches=10, skipped_searches=3, failed_searches=2, partial_searches=4)

    assert drift()["recent_searches"] == 5


async def test_a_reranker_that_was_not_used_in_seven_days_has_no_row(count, ask):
    count(7)

    assert ask("select * from pgrerank_analytics.score_drift") == []


async def test_each_reranker_is_compared_with_itself(count, ask):
    count(1, {0: 5})
    count(10, {0: 7})
    count(1, {9: 2}, model=FakeLate.model)

    rows = ask("select * from pgrerank_analytics.score_drift order by reranker")

    assert [(row["reranker"], row["baseline_pairs"], row["recent_pairs"]) for row in rows] == (
        sorted([(FakeLate.model.name, 0, 2), (FakeScorer.model.name, 7, 5)])
    )


async def test_the_name_of_a_collection_is_its_last_one(count, drift):
    count(9, collection_name="before")
    count(2, collection_name="after")
    count(4, collection_name="between")

    assert drift()["collection"] == "after"


async def test_an_empty_window_is_compared_with_nothing(count, drift):
    count(1, {0: 5})

    assert (drift()["psi"], drift()["ks"]) == (None, None)


async def test_days_of_a_window_are_added_up_before_they_are_compared(count, drift, ask):
    count(1, {-3: 10, 5: 20})
    count(2, {5: 5, 8: 15})
    count(8, {-3: 40})
    count(30, {8: 60})

    row = drift()
    [(psi, ks)] = [
        each.values()
        for each in ask(
            "select pgrerank_analytics.psi_counts_v1(b.baseline, b.recent) as psi,"
            " pgrerank_analytics.ks_counts_v1(b.baseline, b.recent) as ks"
            " from (values ('{40,0,60}'::bigint[], '{10,25,15}'::bigint[])) as b (baseline, recent)"
        )
    ]

    assert (row["psi"], row["ks"]) == (pytest.approx(psi), pytest.approx(ks))
    assert row["ks"] == pytest.approx(abs((10 + 25) / 50 - 40 / 100))


async def test_the_same_scores_in_both_windows_have_not_moved(count, drift):
    for days_ago in (1, 10):
        count(days_ago, {-3: 10, 5: 20})

    assert (drift()["psi"], drift()["ks"]) == (pytest.approx(0, abs=1e-9), 0)


async def test_the_drift_of_another_tenant_is_not_shown(count, new_journal, ask):
    count(1, journal=await new_journal())

    assert ask("select * from pgrerank_analytics.score_drift") == []
