"""Scores the sentences of texts against a query, by token vectors in the context of their text.

The vectors are those of the encoder before pooling: stored token vectors have lost their places.
The score of a sentence is MaxSim over its tokens, with three changes, each measured
(docs/benchmarks/spans.md): a query token counts the more, the fewer sentences of all texts have
it; a token that a sentence has literally counts more than a similar one; and what the title says,
all sentences say, nearly as well, since they name their subject only by a pronoun.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pgrerank.domain.document import passage
from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.offload import in_thread
from pgrerank.domain.spans import ScoredText, Span
from pgrerank.domain.vector import unit
from pgrerank.formats.sentences import Unit, units
from pgrerank.inference.local.bi_encoder import EngineEmbedder
from pgrerank.inference.local.encoder import EncodedRow
from pgrerank.inference.local.query_encoder import ReadQuery
from pgrerank.inference.model_files import PACKAGED
from pgrerank.inference.onnx_models import BGE_SMALL
from pgrerank.inference.scheduler.request import Job, Priority
from pgrerank.inference.tokens import PlacedReading, TokenSequence
from pgrerank.inference.vectors import Floats

# Tuned on a sample of the queries of covidqa, squad11-dev and nq-qed.
_LITERAL = 0.3  # added to the similarity of a token that a sentence has literally
_OF_TITLE = 0.9  # share of the title's similarity that every sentence has
_LEAST = -1.0  # the lowest cosine

Flags = NDArray[np.bool_]


class _Curve(NamedTuple):
    """The logistic curve from the similarity of a sentence to its score."""

    steepness: float
    #: similarity with a score of one half
    even: float


# By packaged encoder. The first was fitted to sentences with and without the answer, of equal total
# weight. The second maps the quantiles of its similarities onto those of the first, over 1,900
# sentences of the same three sets.
_CURVES: Mapping[str, _Curve] = {
    PACKAGED: _Curve(steepness=13.6, even=0.53),
    BGE_SMALL.name: _Curve(steepness=16.5, even=0.68),
}


@dataclass(frozen=True, slots=True)
class _Text:
    """A text as the model read it, cut into units."""

    units: Sequence[Unit]
    #: places of the tokens of each unit, and of the title
    tokens: Sequence[NDArray[np.intp]]
    title: NDArray[np.intp]
    ids: NDArray[np.int64]
    #: cosine of each query token with each token of the text, [query tokens, tokens]
    similarities: Floats


class EncoderSpans:
    """SpanScorer port on the engine of a packaged bi-encoder."""

    def __init__(self, encoder: EngineEmbedder) -> None:
        self._encoder = encoder

    @property
    def model(self) -> ModelCard:
        """Identity of the bi-encoder."""
        return self._encoder.model

    async def scored(
        self,
        query: str,
        texts: Sequence[tuple[str, str]],
        *,
        deadline: float | None = None,
        tenant_id: TenantId | None = None,
    ) -> list[ScoredText] | None:
        """Units with scores. See ports.spans.SpanScorer."""
        encoder = self._encoder
        read = await encoder.queries.read(query, deadline=deadline)
        if read is None:
            return None
        passages = [passage(title, content) for title, content in texts]
        readings = await in_thread(partial(encoder.tokens.placed, passages), items=len(texts))
        jobs = [
            Job(sequence, _comparison(read.tokens, sequence))
            for reading in readings
            for sequence in reading.sequences
        ]
        compared = await encoder.engine.run(
            jobs, priority=Priority.PAIR, deadline=deadline, tenant=tenant_id
        )
        rows = [row for row in compared if row is not None]
        if len(rows) < len(compared):
            return None
        curve = _CURVES[self.model.name]
        work = partial(_scored, self._query_ids(query, read), texts, readings, rows, curve)
        return await in_thread(work, items=sum(map(len, passages)) // 1024 + len(texts))

    def _query_ids(self, query: str, read: ReadQuery) -> NDArray[np.int64]:
        """Ids of the query's tokens; -1 for special ones, and where a prompt cut the query."""
        (reading,) = self._encoder.tokens.heads([query])
        sequence = reading.sequences[0]
        ids = np.full(max(len(sequence), len(read.tokens)), -1)
        ids[sequence.text] = sequence.ids[sequence.text]
        return ids[: len(read.tokens)]


def _comparison(query: Floats, sequence: TokenSequence) -> Callable[[EncodedRow], Floats]:
    return lambda row: query @ unit(row.tokens[sequence.text]).T


def _scored(
    query: NDArray[np.int64],
    texts: Sequence[tuple[str, str]],
    readings: Sequence[PlacedReading],
    rows: Sequence[Floats],
    curve: _Curve,
) -> list[ScoredText]:
    """The scored units of all texts.

    Args:
        query: Ids of the query's tokens; -1 for those without a word.
        texts: Title and content of each.
        readings: The passages of the texts, as they were read.
        rows: For each sequence of each reading the similarities, [query tokens, tokens].
        curve: Curve of the encoder.
    """
    left = iter(rows)
    read = [
        _text(title, content, reading, [next(left) for _ in reading.parts])
        for (title, content), reading in zip(texts, readings, strict=True)
    ]
    literal = [_literal(query, each) for each in read]
    weights = _weights(query, literal)
    return [
        _spans(each, weights @ _similarities(query, each, words), curve)
        for each, words in zip(read, literal, strict=True)
    ]


def _text(title: str, content: str, reading: PlacedReading, rows: Sequence[Floats]) -> _Text:
    similarities = np.full((len(rows[0]), len(reading.ids)), _LEAST, dtype=np.float32)
    for part, row in zip(reading.parts, rows, strict=True):
        np.maximum(similarities[:, part], row, out=similarities[:, part])
    before = len(passage(title, content)) - len(content)
    places = np.array(reading.offsets, dtype=np.int64).reshape(-1, 2) - before
    cut = units(content)
    tokens = [np.flatnonzero((places[:, 0] < u.end) & (places[:, 1] > u.start)) for u in cut]
    whole = [index for index, of_unit in enumerate(tokens) if len(of_unit)]
    return _Text(
        units=[cut[index] for index in whole],
        tokens=[tokens[index] for index in whole],
        title=np.flatnonzero(places[:, 1] <= 0) if before else np.empty(0, dtype=np.intp),
        ids=np.array(reading.ids, dtype=np.int64),
        similarities=similarities,
    )


def _literal(query: NDArray[np.int64], text: _Text) -> Flags:
    """Whether a unit has a token of the query literally, [query tokens, units]."""
    has = [np.isin(query, text.ids[tokens]) for tokens in text.tokens]
    return np.array(has, dtype=bool).reshape(-1, len(query)).T


def _weights(query: NDArray[np.int64], literal: Sequence[Flags]) -> Floats:
    """Weight of each query token, with the sum 1: as BM25's, by the units that have it.

    A token without a word, such as [CLS], has the mean weight.
    """
    having = np.sum([flags.sum(axis=1) for flags in literal], axis=0)
    count = sum(flags.shape[1] for flags in literal)
    weights = np.log1p((count - having + 0.5) / (having + 0.5))
    words = query >= 0
    weights[~words] = weights[words].mean() if words.any() else 1
    return (weights / weights.sum()).astype(np.float32)


def _similarities(query: NDArray[np.int64], text: _Text, literal: Flags) -> Floats:
    """Similarity of each query token to each unit, or if that is more, to the title."""
    if not text.units:
        return np.empty((len(query), 0), dtype=np.float32)
    best = np.stack([text.similarities[:, tokens].max(axis=1) for tokens in text.tokens], axis=1)
    found = best + _LITERAL * literal
    if not len(text.title):
        return found
    named = np.isin(query, text.ids[text.title])
    of_title = text.similarities[:, text.title].max(axis=1) + _LITERAL * named
    return np.maximum(found, _OF_TITLE * of_title[:, None])


def _spans(text: _Text, raw: Floats, curve: _Curve) -> list[Span]:
    scores = 1 / (1 + np.exp(-curve.steepness * (raw - curve.even)))
    return [
        Span(start=each.start, end=each.end, score=round(float(score), 4), tokens=len(tokens))
        for each, tokens, score in zip(text.units, text.tokens, scores, strict=True)
    ]
