"""Run judged queries through the stages of a search with trial settings.

Nothing is stored: neither the settings nor a log entry.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pgrerank.domain import evaluation, measures
from pgrerank.domain.candidate import Hit, RerankStatus
from pgrerank.domain.collection import Collection
from pgrerank.domain.errors import ScoringError
from pgrerank.domain.evaluation import Question
from pgrerank.domain.field_boost import weighed
from pgrerank.domain.ids import TenantId
from pgrerank.domain.request import RerankMode, SearchRequest
from pgrerank.domain.retrieval import Retrieval
from pgrerank.domain.significance import Values
from pgrerank.domain.vector import Vector
from pgrerank.ports.services import Services
from pgrerank.usecases import second_stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The values that can be tuned."""

    retrieval: Retrieval
    #: rows that each leg returns
    candidates: int
    #: how many candidates are reranked; None: none
    depth: int | None
    #: weight of each field of metadata that boosts, 0..1
    field_weights: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSetup:
    """The context in which settings are tried."""

    services: Services
    tenant_id: TenantId
    collection: Collection
    questions: Sequence[Question]
    #: the search; settings replace its candidates, depth and rerank mode
    request: SearchRequest
    #: one of evaluation.MEASURES
    measure: str


class Trials:
    """Measures settings, each only once.

    Args:
        setup: The context.
        progress: Called with the number of settings measured so far.
    """

    def __init__(self, setup: TrialSetup, progress: Callable[[int], None] = lambda _: None) -> None:
        self._setup = setup
        self._progress = progress
        self._measured: dict[Setting, Values] = {}
        self._vectors: dict[str, Vector | None] = {}
        self._qrels = {each.query: each.grades for each in setup.questions}

    @property
    def count(self) -> int:
        """Number of settings measured so far."""
        return len(self._measured)

    async def values(self, setting: Setting) -> Values:
        """The measure of each question with a setting, in the order of the questions.

        Raises:
            ConflictError: The collection was embedded by another model.
            OverloadedError, UnavailableError: As a search.
        """
        if setting not in self._measured:
            self._measured[setting] = await self._measure(setting)
            self._progress(len(self._measured))
        return self._measured[setting]

    async def _measure(self, setting: Setting) -> Values:
        run: dict[str, dict[str, float]] = {}
        for question in self._setup.questions:
            hits = await self._rank(setting, question.query)
            if self._setup.measure in evaluation.OF_FIRST_STAGE:
                hits = sorted(hits, key=lambda hit: hit.candidate.fused_rank)
            external_ids = evaluation.distinct([hit.candidate.external_id for hit in hits])
            run[question.query] = measures.scores_by_order(external_ids)
        values = measures.by_query([self._setup.measure], run, self._qrels)[self._setup.measure]
        return np.array([values[question.query] for question in self._setup.questions])

    async def _rank(self, setting: Setting, query: str) -> Sequence[Hit]:
        services, tenant_id = self._setup.services, self._setup.tenant_id
        collection = self._setup.collection
        collection = replace(
            collection,
            retrieval=setting.retrieval,
            field_boosts=weighed(collection.field_boosts, dict(setting.field_weights)),
        )
        request = _request(self._setup.request, setting, query)
        stage = second_stage.of(services, tenant_id, collection, request)
        vector = await self._vector(query)
        retrieved = await services.candidates.retrieve(
            tenant_id, collection, request, vector, stage.needs
        )
        reranked = await stage.rerank(retrieved.candidates, vector)
        if reranked.report.status in (RerankStatus.FAILED, RerankStatus.PARTIAL):
            raise ScoringError("The reranker")
        return reranked.ordered(retrieved.candidates)

    async def _vector(self, query: str) -> Vector | None:
        if query not in self._vectors:
            needs_vector = replace(self._setup.request, query=query).has_dense_leg
            if needs_vector:
                self._setup.collection.require_embedder(self._setup.services.embedder.model)
            embed = self._setup.services.embedder.query
            self._vectors[query] = await embed(query) if needs_vector else None
        return self._vectors[query]


def _request(request: SearchRequest, setting: Setting, query: str) -> SearchRequest:
    return replace(
        request,
        query=query,
        candidates=setting.candidates,
        depth=setting.depth or request.depth,
        rerank=RerankMode.NEVER if setting.depth is None else RerankMode.ALWAYS,
    )
