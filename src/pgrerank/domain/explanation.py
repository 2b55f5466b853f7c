"""Why a document is, or is not, among the results of a search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pgrerank.domain.candidate import LEGS, RerankStatus
from pgrerank.domain.ids import ChunkId
from pgrerank.domain.log import LoggedCandidate, LoggedRanking

#: by leg: why it cannot find a document
_MISSING = {
    "dense": "no vector of the embedder",
    "keyword": "no word of the query",
    "sparse": "no weight of a token of the query",
}


class Stage(StrEnum):
    """The stage of a search that a document reached."""

    RETURNED = "returned"
    BELOW_LIMIT = "below_limit"
    CUT = "cut"
    BELOW_DEPTH = "below_depth"
    NOT_FOUND = "not_found"
    FILTERED = "filtered"
    NOT_STORED = "not_stored"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegPosition:
    """A chunk's rank in the full list of each leg. Ranks count from 1; None: not in that list."""

    chunk_id: ChunkId
    ordinal: int
    passes_filter: bool
    dense_rank: int | None
    #: cosine similarity, -1..1
    dense_score: float | None
    keyword_rank: int | None
    #: BM25, above 0
    keyword_score: float | None
    sparse_rank: int | None = None
    #: inner product of learned sparse weights, above 0
    sparse_score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """How a document fared in a logged search."""

    external_id: str
    stage: Stage
    #: readable explanation of the stage
    reason: str
    #: its best chunk in the log; None: no leg returned one
    logged: LoggedCandidate | None
    #: its chunks, as the legs rank them today
    chunks: Sequence[LegPosition]
    #: the search's reasons to distrust its order
    warnings: tuple[str, ...] = ()


def verdict(ranking: LoggedRanking, external_id: str, chunks: Sequence[LegPosition]) -> Explanation:
    """How a document fared in a logged search.

    Args:
        ranking: The search, with its candidates.
        external_id: The document.
        chunks: Its chunks, as the legs rank them today; empty: it is not stored.
    """
    own = {each.chunk_id for each in chunks}
    own_candidates = [each for each in ranking.candidates if each.chunk_id in own]
    logged = min(own_candidates, key=lambda each: each.final_rank, default=None)
    if logged is not None:
        stage, reason = _of_candidate(ranking, logged)
    else:
        stage, reason = _of_stranger(ranking, chunks)
    return Explanation(
        external_id=external_id,
        stage=stage,
        reason=reason,
        logged=logged,
        chunks=chunks,
        warnings=ranking.warnings,
    )


def _of_candidate(ranking: LoggedRanking, logged: LoggedCandidate) -> tuple[Stage, str]:
    cut = cut_by(ranking, logged)
    if cut is not None:
        return Stage.CUT, cut
    uncut = [each for each in ranking.candidates if cut_by(ranking, each) is None]
    place = 1 + sum(each.final_rank < logged.final_rank for each in uncut)
    if place <= ranking.returned:
        return Stage.RETURNED, f"it is result {place} of {ranking.returned}"
    how = _how_ranked(ranking, logged)
    if logged.scores.rerank is None and ranking.scored:
        return Stage.BELOW_DEPTH, f"{how}, and is at {place}: {ranking.returned} were returned"
    return Stage.BELOW_LIMIT, f"{how}, to {place}: {ranking.returned} were returned"


def _how_ranked(ranking: LoggedRanking, logged: LoggedCandidate) -> str:
    fused, scores = f"fusion put it at {logged.fused_rank}", logged.scores
    if scores.rerank is not None:
        return f"{fused}, the reranker scored it {scores.rerank:.4g} and moved it"
    if scores.cascade is not None:
        return f"{fused}, the cascade scored it {scores.cascade:.4g}, and the reranker did not"
    return f"{fused}, {_why_unscored(ranking, logged)}"


def _why_unscored(ranking: LoggedRanking, logged: LoggedCandidate) -> str:
    depth, cause = _knob(ranking, "depth"), ranking.reason or ranking.status
    if not ranking.scored:
        return f"nothing was reranked ({cause}), which left it"
    if logged.fused_rank > depth:
        return f"below the depth of {depth} that was reranked"
    return f"it was not scored ({cause})"


def cut_by(ranking: LoggedRanking, logged: LoggedCandidate) -> str | None:
    """Which bound of a search removed a candidate; None if none did."""
    if logged.final_rank in ranking.crowded_ranks:
        most = _knob(ranking, "per_document")
        return f"`per_document` of {most} removed it: as many chunks of its document are before it"
    if ranking.scored == 0 or ranking.status is RerankStatus.FAILED:
        return None
    for name, score in (
        ("min_score", logged.scores.rerank),
        ("min_relevance", logged.scores.relevance),
        ("threshold_log_odds", logged.scores.log_odds),
        ("threshold_relevance", logged.scores.relevance),
    ):
        bound = _knob(ranking, name)
        if bound is not None and (score is None or score < bound):
            actual = "it has none" if score is None else f"it has {score:.4g}"
            return f"`{name}` of {bound:.4g} removed it: {actual}"
    return None


def _of_stranger(ranking: LoggedRanking, chunks: Sequence[LegPosition]) -> tuple[Stage, str]:
    if not chunks:
        return Stage.NOT_STORED, "the collection does not hold it today"
    if not any(each.passes_filter for each in chunks):
        return Stage.FILTERED, "its metadata does not pass the filter"
    reasons = [
        _miss_reason(ranking, leg, [getattr(each, f"{leg}_rank") for each in chunks])
        for leg in LEGS
    ]
    return Stage.NOT_FOUND, "; ".join(text for text in reasons if text)


def _miss_reason(ranking: LoggedRanking, leg: str, ranks: Sequence[int | None]) -> str | None:
    report = getattr(ranking, leg)
    if report is None:
        return None
    best = min((rank for rank in ranks if rank is not None), default=None)
    if best is None:
        return f"the {leg} leg does not know it: it has {_MISSING[leg]}"
    note = " (it, or a result above it, changed since)" if best <= report.returned else ""
    return f"the {leg} leg ranks it {best} and returned {report.returned}{note}"


def _knob(ranking: LoggedRanking, name: str) -> Any:
    knobs: Mapping[str, Any] = ranking.knobs
    return knobs.get(name)
