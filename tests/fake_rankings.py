"""The rerank log in memory: the rows that storage makes, without Postgres; see fakes.py."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from psycopg.types.json import Jsonb

from pgrerank.domain.candidate import LEGS, RerankReport, SearchOutcome
from pgrerank.domain.collection import Collection
from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.ids import RankingId, TenantId
from pgrerank.domain.log import LoggedRanking, RankingFilter, RankingSource
from pgrerank.domain.page import Page
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.rerank import RerankOutcome, RerankRequest
from pgrerank.storage import ranking_rows, supplied_documents
from tests.fake_access import FakeTenants
from tests.fake_page import page

#: parameters that are not read back, or under another name
_WRITE_ONLY = {
    "tenant_id",
    "collection_id",
    "limit_",
    "depth",
    "embedder_id",
    "reranker_id",
    "cascade_id",
    "documents",
    "places",
}
#: columns of searches that rows of supplied documents lack
_OF_SEARCHES = (
    "chunk_ids",
    "fused_scores",
    *(f"{leg}_{what}" for leg in LEGS for what in ("ranks", "scores")),
    *(f"{leg}_{what}" for leg in LEGS for what in ("requested", "returned", "scan")),
    "crowded_ranks",
)


@dataclass
class FakeRankings:
    #: tenants whose log may keep texts
    tenants: FakeTenants = field(default_factory=FakeTenants)
    recorded: list[SearchOutcome] = field(default_factory=list)
    supplied: list[tuple[RerankRequest, RerankOutcome]] = field(default_factory=list)
    kept: dict[tuple[TenantId, RankingId], LoggedRanking] = field(default_factory=dict)

    async def record(
        self,
        tenant_id: TenantId,
        collection: Collection,
        request: SearchRequest,
        ranking: SearchOutcome,
    ) -> RankingId:
        self.recorded.append(ranking)
        row = ranking_rows.of_search(tenant_id, collection, request, ranking)
        self.kept[tenant_id, ranking.id] = ranking_rows.ranking_with_candidates(
            **_columns(row, ranking.rerank)
            | {
                "source": RankingSource.SEARCH,
                "dialect": None,
                "embedder": ranking.dense and collection.embedder_name,
                "document_hashes": None,
                "document_texts": None,
            }
        )
        return ranking.id

    async def record_supplied(
        self,
        tenant_id: TenantId,
        collection: Collection | None,
        request: RerankRequest,
        ranked: RerankOutcome,
    ) -> RankingId:
        self.supplied.append((request, ranked))
        keep_texts = self.tenants.keeps_texts(tenant_id)
        row = supplied_documents.row(tenant_id, collection, request, ranked, keep_texts=keep_texts)
        self.kept[tenant_id, ranked.id] = ranking_rows.ranking_with_candidates(
            **_columns(row, ranked.rerank)
            | dict.fromkeys(_OF_SEARCHES)
            | {
                "source": RankingSource.API,
                "strategy": "none",
                "profile": "none",
                "embedder": None,
                "fused_ranks": row["places"],
            }
        )
        return ranked.id

    async def get(self, tenant_id: TenantId, ranking_id: RankingId) -> LoggedRanking:
        if (tenant_id, ranking_id) not in self.kept:
            raise NotFoundError("ranking", ranking_id)
        return self.kept[tenant_id, ranking_id]

    async def page(
        self, tenant_id: TenantId, wanted: RankingFilter, *, limit: int, cursor: str | None
    ) -> Page[LoggedRanking]:
        own = [
            replace(each, candidates=(), documents=())
            for each in self.of(tenant_id)
            if _matches(wanted, each)
        ]
        return page(own, lambda each: each.id, limit=limit, cursor=cursor, is_newest_first=True)

    def of(self, tenant_id: TenantId) -> list[LoggedRanking]:
        """All rankings of a tenant, newest first."""
        own = [each for (owner, _), each in self.kept.items() if owner == tenant_id]
        return sorted(own, key=lambda each: each.id, reverse=True)


def _columns(row: Mapping[str, Any], report: RerankReport) -> dict[str, Any]:
    """The columns of a row as they are read: names of models instead of their ids."""
    scores = row["cascade_scores"]
    return {
        **{name: _read(value) for name, value in row.items() if name not in _WRITE_ONLY},
        "scored": report.scored,
        "reranker": report.model,
        "reranker_fingerprint": report.fingerprint,
        "cascade_model": report.cascade and report.cascade.model,
        "cascade_scored": scores and sum(each is not None for each in scores),
    }


def _read(value: Any) -> Any:
    return json.loads(json.dumps(value.obj)) if isinstance(value, Jsonb) else value


def _matches(wanted: RankingFilter, logged: LoggedRanking) -> bool:
    return (
        wanted.collection in (None, logged.collection)
        and wanted.source in (None, logged.source)
        and wanted.status in (None, logged.status)
        and (wanted.since is None or logged.created_at >= wanted.since)
        and (wanted.until is None or logged.created_at < wanted.until)
    )
