"""Conversion between rankings and rows of the rerank log."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from pgrerank.domain import field_boost, ids
from pgrerank.domain.calibration import Answerability, Applied
from pgrerank.domain.candidate import (
    LEGS,
    CutCounts,
    Hit,
    LegReport,
    RerankReport,
    RerankStatus,
    SearchOutcome,
)
from pgrerank.domain.collection import Collection
from pgrerank.domain.ids import RankingId, TenantId
from pgrerank.domain.log import LoggedCandidate, LoggedDocument, LoggedRanking, RankingSource
from pgrerank.domain.request import SearchRequest
from pgrerank.storage import score_columns, supplied_documents

#: array columns by field of LoggedCandidate; score_columns has those of its scores
_CANDIDATE_COLUMNS: Mapping[str, str] = {
    "chunk_id": "chunk_ids",
    **{f"{leg}_{what}": f"{leg}_{what}s" for leg in LEGS for what in ("rank", "score")},
    "fused_rank": "fused_ranks",
    "fused_score": "fused_scores",
    "final_rank": "final_ranks",
}


def of_search(
    tenant_id: TenantId, collection: Collection, request: SearchRequest, ranking: SearchOutcome
) -> dict[str, object]:
    """Parameters of the statement `record` for an answered search."""
    report = ranking.rerank
    return {
        "tenant_id": tenant_id,
        "created_at": ids.created_at(ranking.id),
        "id": ranking.id,
        "collection_id": collection.id,
        "collection_name": collection.name,
        "query": request.query,
        "key_id": request.key_id,
        "end_user_id": request.end_user_id,
        "strategy": request.strategy,
        "profile": request.profile,
        "knobs": Jsonb(
            _knobs(request)
            | _bounds(ranking.calibration)
            | _spent(report)
            | _field_boosts(collection)
        ),
        "status": report.status,
        "reason": report.reason,
        "warnings": list(ranking.warnings),
        "depth": report.scored,
        "limit_": request.limit,
        "returned": len(ranking.results),
        "embedder_id": None if ranking.dense is None else ids.model_id(collection.embedder),
        "reranker_id": ids.optional_model_id(report.fingerprint),
        "cascade_id": report.cascade and ids.optional_model_id(report.cascade.fingerprint),
        **score_columns.arrays([hit.scores for hit in ranking.hits]),
        **{
            column: value
            for leg in LEGS
            for column, value in _leg_columns(leg, getattr(ranking, leg)).items()
        },
        **_sparse_arrays(ranking),
        "timings_ms": Jsonb(ranking.timings_ms),
        "cut": Jsonb(asdict(ranking.cut)),
        "crowded_ranks": list(ranking.crowded_ranks) or None,
        "calibration_id": ranking.calibration.id,
        "answerable": ranking.answerable and ranking.answerable.probability,
        **_arrays(ranking.hits),
    }


def _sparse_arrays(ranking: SearchOutcome) -> dict[str, object]:
    """Array columns of the sparse leg; null without one, as in most searches."""
    candidates = [hit.candidate for hit in ranking.hits]
    return {
        "sparse_ranks": ranking.sparse and [each.sparse_rank for each in candidates],
        "sparse_scores": ranking.sparse and [each.sparse_score for each in candidates],
    }


def _knobs(request: SearchRequest) -> dict[str, object]:
    return {
        "queries": list(request.queries),
        "candidates": request.candidates,
        "depth": request.effective_depth,
        "limit": request.limit,
        "rerank": request.rerank,
        "budget_ms": request.budget_ms,
        "min_similarity": request.min_similarity,
        "min_score": request.min_score,
        "min_relevance": request.min_relevance,
        "threshold": request.threshold,
        "per_document": request.per_document,
        "diversity": request.diversity,
        "filter": request.filter,
        "explain": request.explain,
        "cascade": request.cascade,
        "sparse": None if request.sparse is None else dict(request.sparse),
    }


def _leg_columns(name: str, leg: LegReport | None) -> dict[str, object]:
    return {
        f"{name}_requested": leg and leg.requested,
        f"{name}_returned": leg and leg.returned,
        f"{name}_scan": leg and leg.scan,
    }


def _bounds(applied: Applied) -> dict[str, object]:
    """The values of the named threshold, which may change later."""
    return {
        "threshold_log_odds": applied.threshold_log_odds,
        "threshold_relevance": applied.threshold_relevance,
    }


def _spent(report: RerankReport) -> dict[str, object]:
    """Tokens and cost of the reranker, if it reports them; most do not."""
    return {"tokens": report.tokens, "cost": report.cost} if report.tokens else {}


def _field_boosts(collection: Collection) -> dict[str, object]:
    """The boosts by metadata as they were applied, if there are any; they may change later."""
    boosts = field_boost.plain(collection.field_boosts)
    return {"field_boosts": boosts} if boosts else {}


def _arrays(hits: Sequence[Hit]) -> dict[str, object]:
    candidates = [hit.candidate for hit in hits]
    return {
        "chunk_ids": [each.chunk_id for each in candidates],
        "dense_ranks": [each.dense_rank for each in candidates],
        "dense_scores": [each.dense_score for each in candidates],
        "keyword_ranks": [each.keyword_rank for each in candidates],
        "keyword_scores": [each.keyword_score for each in candidates],
        "fused_ranks": [each.fused_rank for each in candidates],
        "fused_scores": [each.fused_score for each in candidates],
        "final_ranks": [hit.rank for hit in hits],
    }


def ranking_with_candidates(
    *,
    document_hashes: Sequence[bytes] | None,
    document_texts: Sequence[str] | None,
    crowded_ranks: Sequence[int] | None,
    **columns: Any,
) -> LoggedRanking:
    """The ranking of a row, with its supplied documents or its candidates."""
    arrays = {
        name: columns.pop(name) for name in (*_CANDIDATE_COLUMNS.values(), *score_columns.COLUMNS)
    }
    if document_hashes is None:
        crowded = frozenset(crowded_ranks or ())
        return ranking(candidates=_candidates(arrays), crowded_ranks=crowded, **columns)
    documents = supplied_documents.documents(
        document_hashes=document_hashes, document_texts=document_texts, arrays=arrays
    )
    return ranking(documents=documents, **columns)


def _candidates(arrays: Mapping[str, Sequence[Any] | None]) -> tuple[LoggedCandidate, ...]:
    values_by_field = {name: arrays[column] for name, column in _CANDIDATE_COLUMNS.items()}
    present = {name: values for name, values in values_by_field.items() if values is not None}
    rows = zip(*present.values(), strict=True)
    return tuple(
        LoggedCandidate(**dict(zip(present, row, strict=True)), scores=scores)
        for row, scores in zip(rows, score_columns.scores(arrays), strict=True)
    )


def ranking(
    *,
    id: UUID,  # noqa: A002 - the column's name
    collection_name: str | None,
    source: str,
    status: str,
    dense_requested: int | None,
    dense_returned: int | None,
    dense_scan: str | None,
    keyword_requested: int | None,
    keyword_returned: int | None,
    keyword_scan: str | None,
    sparse_requested: int | None,
    sparse_returned: int | None,
    sparse_scan: str | None,
    warnings: Sequence[str],
    answerable: float | None,
    cut: Mapping[str, int],
    candidates: tuple[LoggedCandidate, ...] = (),
    documents: tuple[LoggedDocument, ...] = (),
    **columns: Any,
) -> LoggedRanking:
    """The ranking of a row without its array columns."""
    return LoggedRanking(
        id=RankingId(id),
        collection=collection_name,
        source=RankingSource(source),
        status=RerankStatus(status),
        dense=_leg(dense_requested, dense_returned, dense_scan),
        keyword=_leg(keyword_requested, keyword_returned, keyword_scan),
        sparse=_leg(sparse_requested, sparse_returned, sparse_scan),
        warnings=tuple(warnings),
        answerable=None if answerable is None else Answerability(probability=answerable),
        cut=CutCounts(**cut),
        candidates=candidates,
        documents=documents,
        **columns,
    )


def _leg(requested: int | None, returned: int | None, scan: str | None) -> LegReport | None:
    if requested is None or returned is None or scan is None:
        return None
    return LegReport(requested=requested, returned=returned, scan=scan)
