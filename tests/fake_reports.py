"""The data of reports, from the log, the judgments and the documents in memory; see fakes.py."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from pgrerank.domain.candidate import RerankStatus
from pgrerank.domain.ids import TenantId
from pgrerank.domain.log import LoggedCandidate, LoggedRanking, RankingSource
from pgrerank.ports.reports import Interval, JudgedDocument, LoggedSearch
from tests.fake_documents import FakeDocuments
from tests.fake_judgments import FakeJudgments
from tests.fake_rankings import FakeRankings


@dataclass
class FakeReports:
    rankings: FakeRankings
    judgments: FakeJudgments
    documents: FakeDocuments

    async def searches(self, tenant_id: TenantId, interval: Interval) -> Sequence[LoggedSearch]:
        return [_search(each) for each in self._logged(tenant_id, interval)]

    async def judged_documents(
        self, tenant_id: TenantId, interval: Interval
    ) -> Sequence[JudgedDocument]:
        found: list[JudgedDocument] = []
        for logged in reversed(self._logged(tenant_id, interval)):
            collection = await self.documents.collections.by_name(tenant_id, logged.searched)
            grades = await self.judgments.grades(tenant_id, collection)
            of_query = grades.get(logged.query, {})
            found += [
                _judged(logged, collection.id, name, list(chunks), of_query[name])
                for name, chunks in self._by_document(tenant_id, logged)
                if name in of_query
            ]
        return found

    def _logged(self, tenant_id: TenantId, interval: Interval) -> list[LoggedRanking]:
        return [
            each
            for each in self.rankings.of(tenant_id)
            if each.source is RankingSource.SEARCH
            and interval.since <= each.created_at < interval.until
            and interval.collection in (None, each.collection)
        ]

    def _by_document(
        self, tenant_id: TenantId, logged: LoggedRanking
    ) -> Iterable[tuple[str, Iterable[LoggedCandidate]]]:
        """The candidates of each stored document, in the order of its best final rank."""
        documents = {
            chunk.bare.chunk_id: key[2]
            for key, document in self.documents.kept.items()
            if key[0] == tenant_id
            for chunk in document.chunks
        }
        stored = [each for each in logged.candidates if each.chunk_id in documents]
        by_name = sorted(stored, key=lambda each: documents[each.chunk_id])
        groups = [
            (name, sorted(chunks, key=lambda each: each.final_rank))
            for name, chunks in groupby(by_name, lambda each: documents[each.chunk_id])
        ]
        return sorted(groups, key=lambda group: group[1][0].final_rank)


def _search(logged: LoggedRanking) -> LoggedSearch:
    return LoggedSearch(
        created_at=logged.created_at,
        status=logged.status,
        timings_ms=logged.timings_ms,
        reranker=logged.reranker,
        fingerprint=logged.reranker_fingerprint,
        fused_ranks=[each.fused_rank for each in logged.candidates],
        final_ranks=[each.final_rank for each in logged.candidates],
        rerank_scores=[each.scores.rerank for each in logged.candidates],
    )


def _judged(
    logged: LoggedRanking,
    collection_id: object,
    name: str,
    chunks: list[LoggedCandidate],
    grade: int,
) -> JudgedDocument:
    best = chunks[0]
    return JudgedDocument(
        ranking_id=logged.id,
        collection_id=collection_id,
        query=logged.query,
        external_id=name,
        fused_rank=min(each.fused_rank for each in chunks),
        final_rank=best.final_rank,
        rerank_score=best.scores.rerank,
        relevance=best.scores.relevance,
        fingerprint=logged.reranker_fingerprint,
        is_reranked=logged.status in (RerankStatus.FULL, RerankStatus.PARTIAL),
        grade=grade,
    )
