"""Every leg and every score of the record is in each of its representations.

The test walks the fields of the record, so a new field that one of them lacks fails here.
"""

from collections.abc import Callable
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest

from pgrerank import observe
from pgrerank.api.v1.explain import ChunkPosition, ExplanationResponse
from pgrerank.api.v1.schema.rankings import LoggedDocumentResponse, RankedChunk, RankingResponse
from pgrerank.api.v1.schema.rerank import RerankedDocument
from pgrerank.api.v1.schema.search import Result, SearchResponse
from pgrerank.cli import hits, why
from pgrerank.cli.remote import as_client
from pgrerank.client import answers
from pgrerank.domain.calibration import Answerability, Applied
from pgrerank.domain.candidate import (
    LEGS,
    Candidate,
    CascadeReport,
    CutCounts,
    Hit,
    LegReport,
    RerankReport,
    RerankStatus,
    Retrieved,
    SearchOutcome,
)
from pgrerank.domain.explanation import Explanation, LegPosition, Stage, verdict
from pgrerank.domain.hit_scores import HitScores, ScoreParts
from pgrerank.domain.ids import ChunkId, RankingId
from pgrerank.domain.log import LoggedCandidate, LoggedDocument, LoggedRanking
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.rerank import RankedDocument, RerankOutcome, RerankRequest, SuppliedDocument
from pgrerank.domain.spans import SpanReport
from pgrerank.integrations import results
from pgrerank.storage import score_columns
from tests.fixtures.rankings import candidate, ranking

SCORES = [field.name for field in fields(HitScores)]
PARTS = [field.name for field in fields(ScoreParts)]
LEG_VALUES = [f"{leg}_{what}" for leg in LEGS for what in ("rank", "score")]
#: fields only of search results: supplied documents have no legs and no cascade
SEARCH_ALONE = {
    "cascade": "supplied documents have no first step",
    "parts": "supplied documents have no scores of legs",
}
BASE = HitScores(rerank=1.0, parts=ScoreParts())
CHANGED = {
    "rerank": 7.125,
    "relevance": 0.875,
    "cascade": 5.25,
    "parts": ScoreParts(base=-1.5, reranker=2.5),
    "boost": 0.75,
    "truncated": True,
}
REPORT = LegReport(requested=77, returned=33, scan="changed")


def client_result(hit: Hit) -> answers.Result:
    return msgspec.json.decode(
        msgspec.json.encode(Result.of(hit), enc_hook=str), type=answers.Result
    )


def of_hit(scores: HitScores, **legs: Any) -> Hit:
    return Hit(candidate=candidate(1, **legs), rank=1, scores=scores)


def of_log(scores: HitScores, **legs: Any) -> LoggedCandidate:
    known = {"dense_rank": None, "dense_score": None, "keyword_rank": None, "keyword_score": None}
    return LoggedCandidate(
        chunk_id=ChunkId(UUID(int=1)),
        fused_rank=1,
        fused_score=0.5,
        final_rank=1,
        scores=scores,
        **known | legs,
    )


def logged_ranking(**legs: LegReport | None) -> LoggedRanking:
    known = dict.fromkeys(("reason", "embedder", "reranker", "reranker_fingerprint"))
    known |= {"cascade_model": None, "cascade_scored": None, "dense": None, "keyword": None}
    return LoggedRanking(
        id=RankingId(UUID(int=1)),
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        collection="docs",
        query="q",
        strategy="hybrid",
        profile="interactive",
        knobs={},
        status=RerankStatus.FULL,
        scored=1,
        timings_ms={},
        returned=1,
        **known | legs,
    )


def position(**legs: Any) -> LegPosition:
    known = {"dense_rank": None, "dense_score": None, "keyword_rank": None, "keyword_score": None}
    return LegPosition(chunk_id=ChunkId(UUID(int=1)), ordinal=0, passes_filter=True, **known | legs)


def shown(explanation: Explanation, capsys: pytest.CaptureFixture[str]) -> str:
    why._show(as_client(ExplanationResponse.of(explanation), answers.ExplanationResponse))
    return capsys.readouterr().out


def explained(logged: LoggedCandidate | None, *chunks: LegPosition) -> Explanation:
    return Explanation(
        external_id="d", stage=Stage.RETURNED, reason="r", logged=logged, chunks=chunks
    )


RENDERINGS: dict[str, Callable[[HitScores], object]] = {
    "the answer": lambda scores: Result.of(of_hit(scores)),
    "the client": lambda scores: client_result(of_hit(scores)),
    "the lines of `pgrerank search`": lambda scores: hits.reasons(client_result(of_hit(scores))),
    "the log in the API": lambda scores: RankedChunk.of(of_log(scores)),
    "the row of the log": lambda scores: score_columns.arrays([scores]),
}
SUPPLIED: dict[str, Callable[[HitScores], object]] = {
    "the answer": lambda scores: RerankedDocument.of(
        RankedDocument(index=0, document=SuppliedDocument("x"), scores=scores)
    ),
    "the log in the API": lambda scores: LoggedDocumentResponse.of(
        LoggedDocument(index=0, content_hash=b"h", text=None, final_rank=1, scores=scores)
    ),
}


def test_every_score_has_a_value_to_be_tried_with():
    assert set(CHANGED) == set(SCORES)


@pytest.mark.parametrize("name", SCORES)
@pytest.mark.parametrize("rendering", RENDERINGS)
def test_every_score_of_a_result_is_shown(rendering, name):
    render = RENDERINGS[rendering]

    assert render(replace(BASE, **{name: CHANGED[name]})) != render(BASE)


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("rendering", RENDERINGS)
def test_every_part_of_the_log_odds_is_shown(rendering, name):
    render = RENDERINGS[rendering]

    assert render(replace(BASE, parts=ScoreParts(**{name: 1.5}))) != render(BASE)


@pytest.mark.parametrize("name", PARTS)
def test_every_logged_part_is_shown_by_why(name, capsys):
    base = shown(explained(of_log(BASE)), capsys)
    other = replace(BASE, parts=ScoreParts(**{name: 1.5}))

    assert shown(explained(of_log(other)), capsys) != base


@pytest.mark.parametrize("name", SCORES)
def test_every_logged_score_is_shown_by_why(name, capsys):
    base = shown(explained(of_log(BASE)), capsys)

    assert shown(explained(of_log(replace(BASE, **{name: CHANGED[name]}))), capsys) != base


@pytest.mark.parametrize("name", [name for name in SCORES if name not in SEARCH_ALONE])
@pytest.mark.parametrize("rendering", SUPPLIED)
def test_every_score_of_a_supplied_document_is_shown(rendering, name):
    render = SUPPLIED[rendering]

    assert render(replace(BASE, **{name: CHANGED[name]})) != render(BASE)


def test_frameworks_get_every_score_of_a_supplied_document():
    report = answers.RerankReport(status="full", scored=1)
    document = answers.RerankedDocument(index=0, rerank_score=1.5)
    response = answers.RerankResponse(id=UUID(int=1), results=[document], rerank=report)

    [(_, _, facts)] = results.rerank_results(response)

    # The final place, the score to show and the text are separate fields.
    assert facts.keys() >= set(document.__struct_fields__) - {"index", "display_score", "extract"}


def test_the_legs_are_those_of_every_record():
    for record in (Candidate, LoggedCandidate, LegPosition):
        ranks = [each.name.removesuffix("_rank") for each in fields(record)]
        of_legs = {leg for leg in ranks if f"{leg}_rank" in {f.name for f in fields(record)}}
        assert of_legs - {"fused", "final"} == set(LEGS), record
    for record in (Retrieved, SearchOutcome, LoggedRanking):
        reports = {each.name for each in fields(record) if each.type == LegReport | None}
        assert reports == set(LEGS), record


@pytest.mark.parametrize("name", LEG_VALUES)
def test_every_rank_and_score_of_a_leg_is_shown(name, capsys):
    leg = name.rpartition("_")[0]
    absent = {f"{leg}_rank": None, f"{leg}_score": None}
    one = {f"{leg}_rank": 3, f"{leg}_score": 0.25}
    other = one | {name: 41}

    for before, after in ((absent, one), (one, other)):
        assert Result.of(of_hit(BASE, **before)) != Result.of(of_hit(BASE, **after))
        lines = [hits.reasons(client_result(of_hit(BASE, **legs))) for legs in (before, after)]
        assert lines[0] != lines[1]
        assert RankedChunk.of(of_log(BASE, **before)) != RankedChunk.of(of_log(BASE, **after))
        logged = [shown(explained(of_log(BASE, **legs)), capsys) for legs in (before, after)]
        assert logged[0] != logged[1]
        today = [shown(explained(None, position(**legs)), capsys) for legs in (before, after)]
        assert today[0] != today[1]
        assert ChunkPosition.of(position(**before)) != ChunkPosition.of(position(**after))


@pytest.mark.parametrize("leg", LEGS)
def test_the_report_of_every_leg_is_shown(leg):
    outcome = ranking([candidate(1)], [1.0])
    off, on = (replace(outcome, **{leg: report}) for report in (None, REPORT))
    request = SearchRequest(query="q")

    assert observe.search_event("c", request, off) != observe.search_event("c", request, on)
    served = [SearchResponse.of(each, explained=False) for each in (off, on)]
    assert served[0] != served[1]
    printed = [
        hits._account(
            msgspec.json.decode(
                msgspec.json.encode(each, enc_hook=str), type=answers.SearchResponse
            )
        )
        for each in served
    ]
    assert printed[0] != printed[1]
    logged = [
        RankingResponse.of(logged_ranking(**{leg: report}), whole=False)
        for report in (None, REPORT)
    ]
    assert logged[0] != logged[1]


#: another value of each field of an outcome that is not of single results
OUTCOME = {
    "cut": CutCounts(min_similarity=1, min_score=2, min_relevance=3, threshold=4, per_document=5),
    "rerank": RerankReport(
        status=RerankStatus.PARTIAL,
        reason="late",
        scored=3,
        model="other",
        fingerprint="f2",
        cascade=CascadeReport(scored=9, model="first", fingerprint="f1"),
        retry_after_s=7,
        tokens=77,
        cost=1.5,
    ),
    "calibration": Applied(id=UUID(int=9), reason="older"),
    "answerable": Answerability(probability=0.25),
    "warnings": ("cannot read Thai",),
    "timings_ms": {"total": 3.5},
    "spans": SpanReport(model="encoder", total_tokens=190, kept_tokens=60, reason="cut"),
}


def log_lines(**changed: Any) -> list[dict[str, object]]:
    """Events of a search and of a ranking of supplied documents."""
    search = replace(ranking([candidate(1)], [1.0]), **changed)
    reranked = RerankOutcome(
        id=search.id,
        created_at=search.created_at,
        documents=(),
        results=(),
        cut=search.cut,
        rerank=search.rerank,
        timings_ms=search.timings_ms,
        calibration=search.calibration,
        answerable=search.answerable,
        warnings=search.warnings,
        spans=search.spans,
    )
    request = RerankRequest(query="q", documents=(SuppliedDocument("x"),))
    return [
        observe.search_event("c", SearchRequest(query="q"), search),
        observe.rank_event(request, reranked),
    ]


@pytest.mark.parametrize("name", OUTCOME)
def test_every_part_of_an_outcome_is_in_the_log_line(name):
    for before, after in zip(log_lines(), log_lines(**{name: OUTCOME[name]}), strict=True):
        assert before != after


def test_the_log_line_has_a_value_of_every_field_of_the_reports():
    for line in log_lines(**OUTCOME):
        values = [value for value in line.values() if isinstance(value, str | int | float)]
        for part in (
            OUTCOME["cut"],
            OUTCOME["rerank"],
            OUTCOME["rerank"].cascade,
            OUTCOME["spans"],
        ):
            shown = [v for v in asdict(part).values() if not isinstance(v, dict)]
            assert [value for value in shown if value not in values] == []


def test_the_weight_of_novelty_is_in_the_log_line_of_a_search():
    (search, _), (varied, _) = log_lines(), log_lines(diversity=0.5)

    assert (search["diversity"], varied["diversity"]) == (0, 0.5)


def test_the_log_line_leaves_out_nothing_of_an_outcome():
    counted = {"crowded_ranks"}  # `cut` has their number
    searched = {"diversity"}  # of searches alone
    elsewhere = {
        "id",
        "created_at",
        "hits",
        "documents",
        "results",
        "tokens",
        *LEGS,
        *counted,
        *searched,
    }
    names = {each.name for record in (SearchOutcome, RerankOutcome) for each in fields(record)}

    assert names - elsewhere == OUTCOME.keys()


def test_warnings_of_a_logged_search_are_shown(capsys):
    warned = replace(logged_ranking(), warnings=("cannot read Thai",))
    explanation = verdict(warned, "d", [])

    assert RankingResponse.of(warned, whole=False).warnings == ["cannot read Thai"]
    assert ExplanationResponse.of(explanation).warnings == ["cannot read Thai"]
    assert "warning: cannot read Thai" in shown(explanation, capsys)
