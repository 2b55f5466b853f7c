"""Conversion of rankings of supplied documents to rows of the rerank log and back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from psycopg.types.json import Jsonb

from pgrerank.domain import ids
from pgrerank.domain.collection import Collection
from pgrerank.domain.ids import TenantId
from pgrerank.domain.log import LoggedDocument
from pgrerank.domain.rerank import RankedDocument, RerankOutcome, RerankRequest
from pgrerank.storage import score_columns

_NUL, _SUBSTITUTE = "\0", "\ufffd"  # Postgres stores no NUL


def row(
    tenant_id: TenantId,
    collection: Collection | None,
    request: RerankRequest,
    ranked: RerankOutcome,
    *,
    keep_texts: bool,
) -> dict[str, object]:
    """Parameters of the statement `record_supplied`."""
    report = ranked.rerank
    return {
        "tenant_id": tenant_id,
        "created_at": ranked.created_at,
        "id": ranked.id,
        "collection_id": collection and collection.id,
        "collection_name": collection and collection.name,
        "query": request.query,
        "key_id": request.key_id,
        "end_user_id": request.end_user_id,
        "knobs": Jsonb(_knobs(request, ranked)),
        "status": report.status,
        "reason": report.reason,
        "warnings": list(ranked.warnings),
        "depth": report.scored,
        "limit_": request.effective_limit,
        "returned": len(ranked.results),
        "reranker_id": ids.optional_model_id(report.fingerprint),
        "timings_ms": Jsonb(ranked.timings_ms),
        "cut": Jsonb(asdict(ranked.cut)),
        "calibration_id": ranked.calibration.id,
        "answerable": ranked.answerable and ranked.answerable.probability,
        "dialect": request.dialect,
        **_arrays(ranked.documents),
        "document_texts": _texts(ranked.documents) if keep_texts else None,
    }


def documents(
    *,
    document_hashes: Sequence[bytes],
    document_texts: Sequence[str] | None,
    arrays: Mapping[str, Sequence[Any] | None],
) -> tuple[LoggedDocument, ...]:
    """The supplied documents of a row, in final order; `arrays` are its other array columns."""
    columns: Mapping[str, Sequence[Any]] = {
        "content_hash": document_hashes,
        "text": document_texts or [None] * len(document_hashes),
        "index": [place - 1 for place in arrays["fused_ranks"] or ()],
        "final_rank": arrays["final_ranks"] or (),
        "scores": score_columns.scores(arrays),
    }
    rows = zip(*columns.values(), strict=True)
    return tuple(LoggedDocument(**dict(zip(columns, each, strict=True))) for each in rows)


def _knobs(request: RerankRequest, ranked: RerankOutcome) -> dict[str, object]:
    return {
        "documents": len(request.documents),
        "depth": request.effective_depth,
        "limit": request.effective_limit,
        "budget_ms": request.budget_ms,
        "truncate": request.truncate,
        "min_score": request.min_score,
        "min_relevance": request.min_relevance,
        "threshold": request.threshold,
        "threshold_log_odds": ranked.calibration.threshold_log_odds,
        "threshold_relevance": ranked.calibration.threshold_relevance,
        "explain": request.explain,
        "model": request.model,
        "tokens": ranked.tokens,
        "cost": ranked.rerank.cost,
    }


def _arrays(ranked: Sequence[RankedDocument]) -> dict[str, object]:
    return {
        "documents": len(ranked),
        "places": [each.index + 1 for each in ranked],
        **score_columns.arrays([each.scores for each in ranked]),
        "final_ranks": list(range(1, len(ranked) + 1)),
        "document_hashes": [each.document.content_hash for each in ranked],
    }


def _texts(ranked: Sequence[RankedDocument]) -> list[str]:
    return [each.document.text.replace(_NUL, _SUBSTITUTE) for each in ranked]
