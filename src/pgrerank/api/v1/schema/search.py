"""Response of a search."""

from dataclasses import asdict, fields
from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import Meta, Struct

from pgrerank.api.v1.schema.crowding import WindowOrNull
from pgrerank.api.v1.schema.spans import ExtractOrNull, SpansFound, SpansOrNull, spans_of
from pgrerank.domain.calibration import Answerability
from pgrerank.domain.candidate import (
    LEGS,
    Candidate,
    CutCounts,
    Hit,
    LegReport,
    RerankReport,
    RerankStatus,
    SearchOutcome,
)
from pgrerank.domain.hit_scores import HitScores, ScoreParts
from pgrerank.domain.log import LoggedCandidate, LoggedRanking
from pgrerank.usecases.more_results import next_cursor


class Answer(Struct, frozen=True, kw_only=True):
    """Base of responses and of their parts."""


class LogOddsParts(Answer, frozen=True, kw_only=True):
    """What each score of a result adds to the log-odds of its relevance."""

    base: Annotated[float, Meta(description="Log-odds of an average candidate.")]
    reranker: Annotated[float, Meta(description="By the reranker's raw score.")]
    similarity: Annotated[float, Meta(description="By the cosine of query and chunk.")]
    words: Annotated[float, Meta(description="By BM25.")]
    agreement: Annotated[float, Meta(description="By the similarity to the three best candidates.")]

    @classmethod
    def of(cls, parts: ScoreParts) -> Self:
        """Response for parts."""
        return cls(**asdict(parts))


class ResultScores(Answer, frozen=True, kw_only=True):
    """The score of each stage; their scales differ. Null: that stage did not score it."""

    dense: Annotated[float | None, Meta(description="Cosine similarity, -1 to 1.")]
    keyword: Annotated[float | None, Meta(description="BM25, at least 0.")]
    sparse: Annotated[float | None, Meta(description="Inner product of learned weights.")]
    fused: Annotated[
        float, Meta(description="Score after fusion, by the method of the collection.")
    ]
    cascade: Annotated[float | None, Meta(description="Raw score of the first step of a cascade.")]
    rerank: Annotated[float | None, Meta(description="Raw score of the reranker.")]
    log_odds: Annotated[
        float | None,
        Meta(
            description="Log-odds of relevance: the sum of `parts` and `boost`. It orders the "
            "reranked results. Null: the result was not reranked."
        ),
    ]
    parts: Annotated[LogOddsParts | None, Meta(description="Null as `log_odds`.")]
    boost: Annotated[
        float, Meta(description="Amount that terms and fields of the collection add to `log_odds`.")
    ]
    relevance: Annotated[
        float | None,
        Meta(
            description="Probability of relevance, 0 to 1. Without `diversity` it never rises from "
            "one result to the next. Null without calibration."
        ),
    ]


class Ranks(Answer, frozen=True, kw_only=True):
    """The rank in each list, from 1. Null: that leg did not return it."""

    dense: int | None
    keyword: int | None
    sparse: int | None
    fused: int
    final: int


class ResultDocument(Answer, frozen=True, kw_only=True):
    """The document of a chunk."""

    id: Annotated[str, Meta(description="Your id of the document.")]
    title: str
    uri: str | None
    metadata: dict[str, Any]


class ResultChunk(Answer, frozen=True, kw_only=True):
    """A chunk found by the search."""

    id: UUID
    ordinal: int
    content: Annotated[
        str | None,
        Meta(description="Null for entries of `candidates` below both `depth` and `limit`."),
    ]


class Result(Answer, frozen=True, kw_only=True):
    """A result: a chunk with its document, scores and ranks."""

    document: ResultDocument
    chunk: ResultChunk
    scores: ResultScores
    ranks: Ranks
    truncated: Annotated[
        bool,
        Meta(description="Whether the reranker read only part of the query or the passage."),
    ]
    spans: SpansOrNull = None
    extract: ExtractOrNull = None
    window: WindowOrNull = None

    @classmethod
    def of(cls, hit: Hit) -> Self:
        """Response for a hit."""
        return cls(
            document=_document(hit),
            chunk=_chunk(hit),
            scores=result_scores(hit.candidate, hit.scores),
            ranks=ranks(hit.candidate, hit.rank),
            truncated=hit.scores.truncated,
            spans=spans_of(hit.extract),
            extract=hit.extract and hit.extract.text,
            window=hit.window,
        )


class Leg(Answer, frozen=True, kw_only=True):
    """Numbers of chunks requested from and returned by a leg."""

    requested: int
    returned: int
    scan: Annotated[
        str, Meta(description="How it searched: `exact`, `hnsw`, `gin`, `no terms`, ...")
    ]


class Legs(Answer, frozen=True, kw_only=True):
    """Reports of the legs. Null: the search did not use that leg."""

    dense: Leg | None
    keyword: Leg | None
    sparse: Leg | None


class Cascade(Answer, frozen=True, kw_only=True):
    """The first step of a cascade, which selects the chunks that the reranker reads."""

    scored: Annotated[int, Meta(description="Number of chunks scored.")]
    model: Annotated[str, Meta(description="The reranker of this step.")]


class Rerank(Answer, frozen=True, kw_only=True):
    """The outcome of the rerank stage."""

    status: RerankStatus
    reason: Annotated[str | None, Meta(description="Why `status` is not `full`.")]
    scored: Annotated[int, Meta(description="Number of chunks or documents scored.")]
    model: Annotated[str | None, Meta(description="The reranker; null: none ran.")]
    cascade: Annotated[
        Cascade | None, Meta(description="Null: the reranker read all chunks down to `depth`.")
    ]

    @classmethod
    def of(cls, report: RerankReport) -> Self:
        """Response for a report."""
        return cls(
            status=report.status,
            reason=report.reason,
            scored=report.scored,
            model=report.model,
            cascade=report.cascade
            and Cascade(scored=report.cascade.scored, model=report.cascade.model),
        )


class Cut(Answer, frozen=True, kw_only=True):
    """Number of chunks that each bound removed."""

    min_similarity: int
    min_score: int
    min_relevance: int
    threshold: Annotated[int, Meta(description="Removed by the stored threshold of the request.")]
    per_document: Annotated[
        int, Meta(description="Beyond the maximum number of results of their document.")
    ]

    @classmethod
    def of(cls, cut: CutCounts) -> Self:
        """Response for counts."""
        return cls(**asdict(cut))


class AppliedCalibration(Answer, frozen=True, kw_only=True):
    """The calibration that turned rerank scores into probabilities."""

    id: Annotated[UUID | None, Meta(description="Null: no calibration was applied.")]
    reason: Annotated[
        str | None, Meta(description="Why none was applied, or a caveat on the one applied.")
    ]


class Answerable(Answer, frozen=True, kw_only=True):
    """Whether any candidate is relevant."""

    value: Annotated[bool, Meta(description="Whether that is more likely than not.")]
    probability: float

    @classmethod
    def of(cls, answerable: Answerability) -> Self:
        """Response for a probability."""
        return cls(value=answerable.value, probability=answerable.probability)


class SearchResponse(Answer, frozen=True, kw_only=True):
    """The outcome of a search."""

    id: Annotated[UUID, Meta(description="Id of this search in the rerank log.")]
    results: list[Result]
    rerank: Rerank
    legs: Legs
    cut: Cut
    calibration: AppliedCalibration
    answerable: Annotated[Answerable | None, Meta(description="Null without calibration.")]
    warnings: Annotated[
        list[str],
        Meta(
            description="Reasons to distrust the order, such as a query that the models cannot "
            "read. Usually empty."
        ),
    ]
    timings_ms: Annotated[dict[str, float], Meta(description="Milliseconds by stage.")]
    diversity: Annotated[
        float,
        Meta(
            description="Weight of novelty in this order, 0 to 1. 0: by relevance alone, as where "
            "there are too few candidates to compare."
        ),
    ]
    cursor: Annotated[
        str | None,
        Meta(
            description="Pass it to GET /v1/rankings/{id}/results for the results after these. "
            "Null: there are no more."
        ),
    ]
    candidates: Annotated[
        list[Result] | None,
        Meta(description="All candidates in their final order; null without `explain`."),
    ] = None
    spans: Annotated[
        SpansFound | None, Meta(description="Null: neither `spans` nor `compress` was requested.")
    ] = None

    @classmethod
    def of(cls, ranking: SearchOutcome, *, explained: bool) -> Self:
        """Response for a search, with all candidates if `explained`."""
        return cls(
            id=ranking.id,
            results=[Result.of(hit) for hit in ranking.results],
            rerank=Rerank.of(ranking.rerank),
            legs=legs(ranking),
            cut=Cut.of(ranking.cut),
            calibration=AppliedCalibration(
                id=ranking.calibration.id, reason=ranking.calibration.reason
            ),
            answerable=ranking.answerable and Answerable.of(ranking.answerable),
            warnings=list(ranking.warnings),
            timings_ms=ranking.timings_ms,
            diversity=ranking.diversity,
            cursor=next_cursor(len(ranking.results), ranking.uncut),
            candidates=[Result.of(hit) for hit in ranking.hits] if explained else None,
            spans=ranking.spans and SpansFound.of(ranking.spans),
        )


def _document(hit: Hit) -> ResultDocument:
    candidate = hit.candidate
    return ResultDocument(
        id=candidate.external_id,
        title=candidate.title,
        uri=candidate.uri,
        metadata=dict(candidate.metadata),
    )


def _chunk(hit: Hit) -> ResultChunk:
    candidate = hit.candidate
    return ResultChunk(id=candidate.chunk_id, ordinal=candidate.ordinal, content=candidate.content)


def result_scores(legs: Candidate | LoggedCandidate, scores: HitScores) -> ResultScores:
    """The scores of a result by stage."""
    return ResultScores(
        fused=legs.fused_score,
        **{leg: getattr(legs, f"{leg}_score") for leg in LEGS},
        **{name: getattr(scores, name) for name in _HIT_SCORES},
        log_odds=scores.log_odds,
        parts=None if scores.parts is None else LogOddsParts.of(scores.parts),
    )


#: named as in the domain
_HIT_SCORES = {each.name for each in fields(HitScores)} & {*ResultScores.__struct_fields__} - {
    "parts"
}


def ranks(legs: Candidate | LoggedCandidate, final: int) -> Ranks:
    """The ranks of a result in all lists."""
    return Ranks(
        fused=legs.fused_rank,
        final=final,
        **{leg: getattr(legs, f"{leg}_rank") for leg in LEGS},
    )


def legs(ranking: SearchOutcome | LoggedRanking) -> Legs:
    """The reports of all legs."""
    return Legs(**{leg: _leg(getattr(ranking, leg)) for leg in LEGS})


def _leg(report: LegReport | None) -> Leg | None:
    if report is None:
        return None
    return Leg(requested=report.requested, returned=report.returned, scan=report.scan)
