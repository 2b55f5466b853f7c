"""A figure has one name in the API, the client, the log, the views, the CLI and the integrations.

Objects of an answer are flattened for that: `scores.rerank` is `rerank_score`, `ranks.final` is
`final_rank`, `scores.parts.words` is `words_part`, `document.id` is `document_id`.
"""

from dataclasses import fields
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

import msgspec
import pytest
from msgspec import Struct

from pgrerank.api.v1.schema import rankings, rerank, search
from pgrerank.client import answers
from pgrerank.domain.candidate import LEGS
from pgrerank.domain.explanation import LegPosition
from pgrerank.domain.hit_scores import HitScores, ScoreParts
from pgrerank.domain.log import LoggedCandidate, LoggedDocument
from pgrerank.integrations import results

#: names that are the same inside and outside of `scores`
PLAIN = {"relevance", "log_odds", "boost", "truncated"}
PARTS = {f"{each.name}_part" for each in fields(ScoreParts)}
#: columns about the ranking that a candidate or document belongs to
RANKING = {"tenant", "ranking_id", "created_at", "collection", "query"}
#: not in the log
NOT_LOGGED = {
    "uri": "of the document, as it is today",
    "metadata": "of the document, as it is today",
    "display_score": "computed from the logged scores",
    "spans": "found again by asking again",
    "extract": "found again by asking again",
    "window": "read again by asking again",
}
#: fields of a ranking that are several columns, or in another view
IN_RANKINGS = {
    "id": "ranking_id",
    "rerank": "its fields",
    "legs": "their fields",
    "cut": "its fields",
    "answerable": "answerable_probability",
    "timings_ms": "total_ms and others",
    "source": "null strategy of legs: the view ranking has the others",
    "dialect": "in ranking",
    "candidates": "rerank_candidate",
    "documents": "ranking_document",
}


def flat(struct: type[Struct]) -> set[str]:
    """Names of the fields of a struct, and of those of the structs in it."""
    names: set[str] = set()
    for field in msgspec.structs.fields(struct):
        inner = _struct(field.type)
        names |= {field.name} if inner is None else {_joined(field.name, n) for n in flat(inner)}
    return names


def _struct(kind: Any) -> type[Struct] | None:
    """The struct that a type is, or that a union has beside None."""
    if get_origin(kind) in (Annotated, Union, UnionType):
        return next((struct for each in get_args(kind) if (struct := _struct(each))), None)
    return kind if isinstance(kind, type) and issubclass(kind, Struct) else None


def _joined(outer: str, inner: str) -> str:
    if outer == "scores":
        return score_name(inner)
    if outer in ("ranks", "parts"):
        return f"{inner}_{outer.removesuffix('s')}"
    return f"{outer}_id" if inner == "id" else inner


def score_name(score: str) -> str:
    """Name of a score where it is not inside `scores`."""
    return score if score in PLAIN | PARTS else f"{score}_score"


@pytest.fixture
def columns(database):
    """Columns of a view for analysts."""

    def of(view: str) -> set[str]:
        with database.admin() as admin:
            rows = admin.execute(
                "select column_name from information_schema.columns "
                "where table_schema = 'pgrerank_analytics' and table_name = %s",
                [view],
            )
            return {name for (name,) in rows}

    return of


HIT = flat(search.Result)
DOCUMENT = flat(rerank.ExplainedDocument)
SCORES = PARTS | {score_name(each.name) for each in fields(HitScores) if each.name != "parts"}
LEG_FIGURES = {f"{leg}_{what}" for leg in LEGS for what in ("rank", "score")}


def test_a_result_has_every_figure_of_the_record():
    assert SCORES | LEG_FIGURES | {"fused_rank", "fused_score", "final_rank"} <= HIT


def test_the_client_names_the_figures_as_the_service_does():
    assert flat(answers.Result) == HIT
    assert flat(answers.ExplainedDocument) == DOCUMENT
    assert flat(answers.LoggedChunk) == flat(rankings.RankedChunk)


def test_the_log_names_the_figures_of_a_result_as_the_answer_does(columns):
    of_document = {"document_id", "title", "uri", "metadata", "ordinal", "content"}

    assert flat(rankings.RankedChunk) == HIT - of_document - NOT_LOGGED.keys()
    assert {each.name for each in fields(LoggedCandidate)} - {"scores"} <= HIT
    assert columns("rerank_candidate") - RANKING == HIT - NOT_LOGGED.keys()


def test_the_log_names_the_figures_of_a_supplied_document_as_the_answer_does(columns):
    logged = flat(rankings.LoggedDocumentResponse)

    assert logged - {"final_rank", "content_hash"} == DOCUMENT - NOT_LOGGED.keys()
    assert {each.name for each in fields(LoggedDocument)} - {"scores"} <= logged
    assert columns("ranking_document") - RANKING - {"dialect"} == logged


def test_the_log_names_the_figures_of_a_ranking_as_the_answer_does(columns):
    response = {each.name for each in msgspec.structs.fields(rankings.RankingResponse)}
    report = {each.name for each in msgspec.structs.fields(search.Rerank)}
    of_cut = {f"cut_{each.name}" for each in msgspec.structs.fields(search.Cut)}
    of_legs = {f"{leg}_{each.name}" for leg in LEGS for each in msgspec.structs.fields(search.Leg)}
    view = columns("rerank_log") | columns("rerank_relevance")

    assert response >= {"rerank", "legs", "cut", "answerable"}
    assert view >= response - IN_RANKINGS.keys()
    assert view >= report - {"model", "cascade"} | {"reranker", "cascade_model"}
    assert view >= of_cut | of_legs | {"answerable_probability"}
    assert flat(answers.RerankReport) == flat(search.Rerank)


def test_a_supplied_document_has_the_names_of_a_result():
    assert DOCUMENT - {"index", "text", "display_score"} <= HIT


def test_explanations_name_the_figures_of_the_legs_as_results_do():
    positions = {each.name for each in fields(LegPosition)}

    assert positions - {"passes_filter"} <= HIT
    assert flat(answers.ChunkPosition) == positions


def test_integrations_name_the_figures_as_answers_do():
    report = answers.RerankReport(status="full", scored=1)
    document = answers.RerankedDocument(index=0, rerank_score=1.5)
    response = answers.RerankResponse(id=UUID(int=1), results=[document], rerank=report)

    [(_, _, facts)] = results.rerank_results(response)

    text = {"extract"}  # the text itself, where there is one
    assert facts.keys() & HIT == DOCUMENT & HIT - text
