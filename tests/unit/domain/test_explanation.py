"""Why a document is not among the results."""

from datetime import UTC, datetime
from uuid import UUID

from pgrerank.domain.candidate import LegReport, RerankStatus
from pgrerank.domain.explanation import LegPosition, verdict
from pgrerank.domain.ids import ChunkId, RankingId
from pgrerank.domain.log import LoggedRanking

LEG = LegReport(requested=10, returned=2, scan="exact")


def logged(**legs):
    return LoggedRanking(
        id=RankingId(UUID(int=1)),
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        collection="docs",
        query="q",
        strategy="hybrid",
        profile="interactive",
        knobs={},
        status=RerankStatus.FULL,
        reason=None,
        scored=2,
        embedder=None,
        reranker=None,
        reranker_fingerprint=None,
        timings_ms={},
        cascade_model=None,
        cascade_scored=None,
        returned=2,
        **{"dense": None, "keyword": None, **legs},
    )


def test_every_leg_that_took_part_is_named_where_none_found_a_document():
    chunk = LegPosition(
        chunk_id=ChunkId(UUID(int=2)),
        ordinal=0,
        passes_filter=True,
        dense_rank=7,
        dense_score=0.1,
        keyword_rank=None,
        keyword_score=None,
    )

    found = verdict(logged(dense=LEG, keyword=LEG, sparse=LEG), "d", [chunk])
    without = verdict(logged(dense=LEG), "d", [chunk])

    assert found.reason == (
        "the dense leg ranks it 7 and returned 2; "
        "the keyword leg does not know it: it has no word of the query; "
        "the sparse leg does not know it: it has no weight of a token of the query"
    )
    assert "sparse" not in without.reason
