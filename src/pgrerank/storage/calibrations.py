"""Calibrations in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, fields
from typing import Any
from uuid import UUID

import numpy as np
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from pgrerank.domain.calibration import (
    Calibration,
    CalibrationCurve,
    CandidatePool,
    CutoffPoint,
    Fitted,
    IntervalEstimate,
    Method,
    Quality,
    ReliabilityBin,
    Sample,
    Unjudged,
)
from pgrerank.domain.collection import Collection
from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page
from pgrerank.domain.relevance import StoredCalibration, StoredCalibrations
from pgrerank.domain.score_scale import DocumentScale, SearchScale
from pgrerank.domain.threshold import Threshold
from pgrerank.storage import collections, models, queries, tenancy
from pgrerank.storage import cursor as cursors
from pgrerank.storage.pool import Pool as Connections


class PostgresCalibrations:
    """The port Calibrations, using the service's pool."""

    def __init__(self, pool: Connections) -> None:
        self._pool = pool
        self._statements = queries.load("calibrations")

    async def add(
        self,
        tenant_id: TenantId,
        collection: Collection | None,
        model: ModelCard,
        fitted: Fitted,
        sample: Sample,
    ) -> None:
        """Store a calibration with its points and pairs. See ports.calibrations.Calibrations."""
        owner = {"tenant_id": tenant_id, "id": fitted.id}
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            place = {
                "collection_id": collection and collection.id,
                "reranker_id": await models.register(connection, model),
            }
            await connection.execute(self._statements["add"], owner | place | _columns(fitted))
            await connection.execute(
                self._statements["add_points"], owner | _point_columns(fitted.points)
            )
            await connection.execute(
                self._statements["add_sample"], owner | _sample_columns(sample)
            )

    async def get(self, tenant_id: TenantId, calibration_id: UUID) -> Fitted:
        """A calibration with its points. Raises NotFoundError."""
        parameters = {"tenant_id": tenant_id, "id": calibration_id}
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = connection.cursor(row_factory=dict_row)
            await cursor.execute(self._statements["fitted"], {**_ANY, **parameters, "row_count": 1})
            row = await cursor.fetchone()
            if row is None:
                raise NotFoundError("calibration", calibration_id)
            await cursor.execute(self._statements["points"], parameters)
            return _fit_of_row(row, [_point(point) for point in await cursor.fetchall()])

    async def page(
        self, tenant_id: TenantId, collection: str | None, *, limit: int, cursor: str | None
    ) -> Page[Fitted]:
        """Calibrations without points, newest first. See ports.calibrations.Calibrations."""
        parameters = {
            "tenant_id": tenant_id,
            "collection": collection,
            "before": cursors.identifier(cursor),
            "row_count": limit + 1,
        }
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            rows = connection.cursor(row_factory=dict_row)
            await rows.execute(self._statements["fitted"], {**_ANY, **parameters})
            fits = [_fit_of_row(row, ()) for row in await rows.fetchall()]
        return cursors.page(fits, limit, lambda fitted: str(fitted.id))

    async def sample(self, tenant_id: TenantId, calibration_id: UUID) -> Sample:
        """The pairs that a calibration was fitted to. Raises NotFoundError."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = await connection.execute(
                self._statements["sample"], {"tenant_id": tenant_id, "id": calibration_id}
            )
            row = await cursor.fetchone()
        if row is None:
            raise NotFoundError("calibration", calibration_id)
        numbers, scores, relevant, weights = row
        return Sample(
            queries=np.array(numbers, dtype=np.int64),
            scores=np.array(scores, dtype=np.float64),
            relevant=np.array(relevant, dtype=np.bool_),
            weights=np.array(weights, dtype=np.float64),
        )

    async def delete(self, tenant_id: TenantId, calibration_id: UUID) -> None:
        """Delete a calibration with its thresholds. Raises NotFoundError."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = await connection.execute(
                self._statements["delete"], {"tenant_id": tenant_id, "id": calibration_id}
            )
            if await cursor.fetchone() is None:
                raise NotFoundError("calibration", calibration_id)

    async def of_search(
        self, tenant_id: TenantId, collection_name: str, threshold: str | None
    ) -> tuple[Collection, StoredCalibrations]:
        """A collection and its calibrations. See ports.calibrations.Calibrations."""
        named, stored = await tenancy.run(
            self._pool,
            tenant_id,
            collections.BY_NAME,
            self._statements["running"],
            parameters={
                **collections.by_name_parameters(tenant_id, collection_name),
                "collection": collection_name,
                "threshold": threshold,
                "is_search": True,
            },
        )
        collection = await collections.only(self._pool, tenant_id, collection_name, named)
        return collection, _stored(stored)

    async def running(
        self,
        tenant_id: TenantId,
        collection: Collection | None,
        model: ModelCard,
        threshold: str | None,
        *,
        is_search: bool,
    ) -> StoredCalibration:
        """Calibration and threshold of a search or ranking. See ports.calibrations.Calibrations."""
        [rows] = await tenancy.run(
            self._pool,
            tenant_id,
            self._statements["running"],
            parameters={
                "tenant_id": tenant_id,
                "collection": collection and collection.name,
                "threshold": threshold,
                "is_search": is_search,
            },
        )
        return _stored(rows).of(model)


_ANY: Mapping[str, object] = {"id": None, "collection": None, "before": None}


def _columns(fitted: Fitted) -> dict[str, object]:
    quality = fitted.quality
    return {
        "search_scale": fitted.searches and list(astuple(fitted.searches)),
        "document_scale": fitted.documents and list(astuple(fitted.documents)),
        "method": fitted.curve.method,
        "coefficients": list(fitted.curve.coefficients),
        "knot_scores": list(fitted.curve.scores),
        "knot_probabilities": list(fitted.curve.probabilities),
        "answerable": fitted.answerable and list(fitted.answerable.coefficients),
        "strategy": fitted.pool.strategy,
        "candidates": fitted.pool.candidates,
        "depth": fitted.pool.depth,
        "unjudged": fitted.unjudged,
        "relevant_from": fitted.relevant_from,
        "queries": fitted.queries,
        "pairs": fitted.pairs,
        "positives": fitted.positives,
        "tried": Jsonb(dict(quality.tried)),
        "bin_predicted": [each.predicted for each in quality.bins],
        "bin_observed": [each.observed for each in quality.bins],
        "bin_pairs": [each.pairs for each in quality.bins],
        "precision_at": [each.value for each in quality.precision_at],
        "precision_at_low": [each.low for each in quality.precision_at],
        "precision_at_high": [each.high for each in quality.precision_at],
        "warnings": list(fitted.warnings),
        "created_at": fitted.created_at,
        **{name: _three(getattr(quality, name)) for name in _FIGURES},
    }


_FIGURES = ("brier", "log_loss", "ece", "ece_uncalibrated")


def _three(estimate: IntervalEstimate) -> list[float]:
    return [estimate.value, estimate.low, estimate.high]


def _point_columns(points: Sequence[CutoffPoint]) -> dict[str, list[float]]:
    return {
        "cutoffs": [each.cutoff for each in points],
        "relevances": [each.relevance for each in points],
        "pairs": [each.pairs for each in points],
        "precisions": [each.precision.value for each in points],
        "precisions_low": [each.precision.low for each in points],
        "precisions_high": [each.precision.high for each in points],
        "recalls": [each.recall.value for each in points],
        "recalls_low": [each.recall.low for each in points],
        "recalls_high": [each.recall.high for each in points],
    }


def _sample_columns(sample: Sample) -> dict[str, list[Any]]:
    return {
        "queries": sample.queries.tolist(),
        "scores": sample.scores.tolist(),
        "relevant": sample.relevant.tolist(),
        "weights": sample.weights.tolist(),
    }


def _curve(row: DictRow) -> CalibrationCurve:
    return CalibrationCurve(
        method=Method(row["method"]),
        coefficients=tuple(row["coefficients"]),
        scores=tuple(row["knot_scores"]),
        probabilities=tuple(row["knot_probabilities"]),
    )


def _search_scale(row: DictRow) -> SearchScale | None:
    values = row["search_scale"]
    return values and SearchScale(**dict(zip(_SEARCH_SCALE, values, strict=True)))


def _document_scale(row: DictRow) -> DocumentScale | None:
    values = row["document_scale"]
    return values and DocumentScale(**dict(zip(_DOCUMENT_SCALE, values, strict=True)))


_SEARCH_SCALE = [each.name for each in fields(SearchScale)]
_DOCUMENT_SCALE = [each.name for each in fields(DocumentScale)]


def _answerable(row: DictRow) -> CalibrationCurve | None:
    coefficients = row["answerable"]
    return coefficients and CalibrationCurve(method=Method.PLATT, coefficients=tuple(coefficients))


def _pool(row: DictRow) -> CandidatePool:
    return CandidatePool(strategy=row["strategy"], candidates=row["candidates"], depth=row["depth"])


def _fit_of_row(row: DictRow, points: Sequence[CutoffPoint]) -> Fitted:
    return Fitted(
        searches=_search_scale(row),
        documents=_document_scale(row),
        curve=_curve(row),
        answerable=_answerable(row),
        pool=_pool(row),
        unjudged=Unjudged(row["unjudged"]),
        quality=_quality(row),
        points=points,
        **{name: row[name] for name in _PLAIN},
    )


_PLAIN = [
    "id",
    "created_at",
    "collection",
    "reranker",
    "fingerprint",
    "relevant_from",
    "queries",
    "pairs",
    "positives",
    "warnings",
]


def _quality(row: DictRow) -> Quality:
    bins = zip(row["bin_predicted"], row["bin_observed"], row["bin_pairs"], strict=True)
    at = zip(row["precision_at"], row["precision_at_low"], row["precision_at_high"], strict=True)
    return Quality(
        tried=row["tried"],
        bins=[ReliabilityBin(predicted=a, observed=b, pairs=pairs) for a, b, pairs in bins],
        precision_at=[IntervalEstimate(value=value, low=low, high=high) for value, low, high in at],
        **{
            name: IntervalEstimate(**dict(zip(_ORDER, row[name], strict=True))) for name in _FIGURES
        },
    )


_ORDER = ("value", "low", "high")


def _point(row: DictRow) -> CutoffPoint:
    return CutoffPoint(
        cutoff=row["cutoff"],
        relevance=row["relevance"],
        pairs=row["pairs"],
        precision=IntervalEstimate(
            value=row["precision_at_cutoff"], low=row["precision_low"], high=row["precision_high"]
        ),
        recall=IntervalEstimate(
            value=row["recall"], low=row["recall_low"], high=row["recall_high"]
        ),
    )


def _stored(rows: Sequence[DictRow]) -> StoredCalibrations:
    """There is always a row; all of them have the threshold."""
    return StoredCalibrations(
        calibrations=[_calibration(row) for row in rows if row["id"] is not None],
        threshold=None if rows[0]["threshold_name"] is None else _threshold(rows[0]),
    )


def _calibration(row: DictRow) -> Calibration:
    return Calibration(
        id=row["id"],
        fingerprint=row["fingerprint"],
        reranker=row["reranker"],
        searches=_search_scale(row),
        documents=_document_scale(row),
        curve=_curve(row),
        answerable=_answerable(row),
        pool=_pool(row),
    )


def _threshold(row: DictRow) -> Threshold:
    return Threshold(
        name=row["threshold_name"],
        cutoff=row["threshold_cutoff"],
        min_relevance=row["threshold_relevance"],
        reranker=row["threshold_reranker"],
        fingerprint=row["threshold_fingerprint"],
    )
