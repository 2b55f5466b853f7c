"""What `pgrerank replay` is asked for, and what it shows."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from pgrerank.cli import replay
from pgrerank.cli.command import Misused
from pgrerank.domain.candidate import RerankReport, RerankStatus
from pgrerank.domain.ids import ChunkId, RankingId
from pgrerank.domain.log import LoggedRanking, RankingSource
from pgrerank.domain.retrieval import Fusion, Retrieval
from pgrerank.usecases.evaluation.replay import Measured, Replay
from pgrerank.usecases.evaluation.replay_run import ReplayRun
from pgrerank.usecases.evaluation.replay_thresholds import ThresholdEffect, ThresholdOverrides

OPTIONS = dict.fromkeys(
    [
        *(
            "collection",
            "since",
            "until",
            "depth",
            "cascade",
            "diversity",
            "fusion",
            "rrf_k",
            "dense_weight",
        ),
        *("keyword_weight", "min_score", "min_relevance", "threshold", "label"),
    ]
) | {"last": 100}


def replayed(number, *, kept=1.0, tau=1.0, gone=0, query="q", scored=2, ms=10.0):
    ranking = LoggedRanking(
        id=RankingId(UUID(int=number)),
        created_at=datetime(2026, 5, 1, tzinfo=UTC),
        collection="docs",
        query=query,
        strategy="hybrid",
        profile="interactive",
        knobs={},
        status=RerankStatus.FULL,
        scored=2,
        timings_ms={"rerank": 7.5},
        returned=2,
        **dict.fromkeys(
            [
                *("reason", "embedder", "reranker", "reranker_fingerprint", "dense", "keyword"),
                *("cascade_model", "cascade_scored"),
            ]
        ),
    )
    status = RerankStatus.FULL if scored else RerankStatus.SKIPPED
    return Replay(
        ranking=ranking,
        rerank=RerankReport(
            status=status,
            reason=None,
            scored=scored,
            model="bundled" if scored else None,
            fingerprint="f" if scored else None,
        ),
        gone=(ChunkId(UUID(int=1)),) * gone,
        before=(),
        after=(),
        hits=(),
        tau=tau,
        top10_kept=kept,
        rerank_ms=ms,
    )


def shown(capsys, *replays, left=None):
    replay._show(ReplayRun(replays=replays, measured=Measured(differences={}), left=left))
    return capsys.readouterr().out.splitlines()


def test_nothing_that_was_not_asked_for_is_changed():
    changes = replay._changes(OPTIONS)

    assert (changes.plan.depth, changes.plan.cascade, changes.plan.fusion) == (None, None, None)
    assert (changes.cuts, changes.label) == (None, None)


def test_fusion_is_changed_by_its_method_or_by_any_weight():
    weighted = replay._changes({**OPTIONS, "fusion": "weighted", "dense_weight": 0.5})
    constant = replay._changes({**OPTIONS, "rrf_k": 10})

    assert weighted.plan.fusion == Retrieval(fusion=Fusion.WEIGHTED, dense_weight=0.5)
    assert constant.plan.fusion == Retrieval(rrf_k=10)


@pytest.mark.parametrize("bound", [{"min_score": 0.0}, {"min_relevance": 0.0}, {"threshold": "x"}])
def test_a_bound_of_zero_is_a_bound(bound):
    assert replay._changes({**OPTIONS, **bound}).cuts == ThresholdOverrides(**bound)


def test_a_run_is_saved_only_for_a_collection():
    with pytest.raises(Misused, match="--save needs a --collection"):
        replay._changes({**OPTIONS, "label": "x"})

    assert replay._changes({**OPTIONS, "label": "x", "collection": "docs"}).label == "x"


def test_times_of_the_command_line_are_in_utc_and_only_searches_are_replayed():
    since = datetime(2026, 5, 1, 12)  # noqa: DTZ001 - as click parses it

    selection = replay._selection((), {**OPTIONS, "since": since, "last": 7})

    assert selection.filter.since == datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert (selection.filter.until, selection.last) == (None, 7)
    assert selection.filter.source is RankingSource.SEARCH


def test_the_ten_searches_that_changed_most_are_listed_first_by_change(capsys):
    kept = [1.0, None, *(n / 20 for n in range(20, 8, -1))]
    made = [replayed(number, kept=share) for number, share in enumerate(kept)]

    lines = shown(capsys, *made)

    rows = [line.split() for line in lines if line.startswith("00000000-")]
    assert [row[2] for row in rows] == [f"{n / 20:.2f}" for n in range(9, 19)]


def test_the_summary_is_of_all_searches(capsys):
    lines = shown(
        capsys,
        replayed(1, query="two\nlines", tau=0.5, ms=10.0),
        replayed(2, query="x" * 80, kept=0.5, tau=1.0, ms=30.0, gone=1),
        replayed(3, scored=0, tau=None, kept=None, ms=0.01),
    )

    text = "\n".join(lines)
    assert "two lines" in text
    assert "x" * 60 in text
    assert "x" * 61 not in text
    facts = dict(line.rsplit(maxsplit=1) for line in lines if line.startswith(tuple("irtp")))
    assert {name: facts[name] for name in ("replayed", "inexact", "reranker", "tau", "pairs")} == {
        "replayed": "3",
        "inexact": "1",
        "reranker": "bundled",
        "tau": "0.75",
        "pairs": "4",
    }
    # Searches that were not reranked have no time of reranking.
    assert facts["rerank ms p50"] == "20.0"
    assert lines[-1] == "inexact: documents were changed or deleted since, and are left out"


def test_what_thresholds_leave_is_shown_before_and_after(capsys):
    before = ThresholdEffect(results=10.0, empty=0, precision=0.25, relevant=1.0)
    after = ThresholdEffect(results=2.5, empty=3, precision=None, relevant=0.875)

    assert shown(capsys, replayed(1), left=(before, after))[-4:] == [
        "results a search  10.00 -> 2.50",
        "empty searches    0 -> 3",
        "precision         0.2500 -> -",
        "relevant left     1.0000 -> 0.8750",
    ]


def test_figures_of_no_judged_search_are_absent_and_not_zero():
    run = ReplayRun(
        replays=[replayed(1, tau=None, kept=None, scored=0)],
        measured=Measured(differences={}),
        left=None,
    )

    summary = replay._summary(run)

    absent = ("reranker", "tau", "top10_kept", "rerank_ms_p50", "left")
    assert [summary[name] for name in absent] == [None] * 5
    assert (summary["judged"], summary["before"], summary["differences"]) == (0, {}, {})
    assert summary["statuses"] == {"skipped": 1}
