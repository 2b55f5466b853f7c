"""Related documents: the lists, how they are made, and when they are stale.

The list of a document holds the documents nearest to it by the embedder, ordered by the score that a
model gives each for the document as query. It is a function of the texts, the models and the depth.

Every look for changes that finds some has a revision. A score of a list holds while neither the
document nor the related one changed after the revision that the list reflects.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgrerank.domain.ids import ChunkId
from pgrerank.domain.vector import unit

#: most documents in a list
MAX_DEPTH = 1_000
DEFAULT_DEPTH = 100
#: most related documents in a page
MAX_PAGE = 1_000
#: most chunks of a collection whose lists can be made: their vectors are in memory, and for each
#: list all of them are compared
MAX_CHUNKS = 500_000
#: similarities of the same vectors differ by less, by the order in which they are summed
_ROUNDING = 1e-5


class RelatedMethod(StrEnum):
    """What orders the candidates."""

    LATE_INTERACTION = "late-interaction"
    RERANKER = "reranker"


class ListState(StrEnum):
    """Whether the list of a document is up to date."""

    FRESH = "fresh"
    STALE = "stale"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrichment:
    """What the lists of a collection are made by."""

    method: RelatedMethod
    #: most documents in a list
    depth: int
    #: counts the looks for changes that found some
    revision: int
    #: when changes were last looked for; None: never
    checked_at: datetime | None
    #: name of the model that orders
    model: str
    #: its fingerprint
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichmentStatus:
    """State of the lists of a collection."""

    method: RelatedMethod
    depth: int
    model: str
    checked_at: datetime | None
    #: documents of the collection
    documents: int
    #: documents that are new or whose text changed, since changes were last looked for
    unseen: int
    #: documents that have a list
    stored: int
    #: lists that have to be renewed
    due: int
    #: lists that a process computes
    leased: int
    #: bytes of all lists
    bytes: int
    #: when the oldest list was stored; None: there is none
    oldest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """What a look for changes found."""

    #: documents that were not known
    new: int = 0
    #: documents with another text
    changed: int = 0
    #: documents that were deleted
    gone: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is left to do."""

    #: lists that have to be renewed
    lists: int
    #: documents that may enter lists which are not marked yet
    unannounced: int
    #: documents that have a list, or are to get one
    documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Enriched:
    """What a run did."""

    noticed: Noticed
    #: lists that were stored
    lists: int
    #: pairs that were scored; the other scores of those lists still held
    scored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DueList:
    """A list that has to be renewed, as it is stored."""

    number: int
    text_revision: int
    #: revision that it reflects; 0: there is no list yet
    list_revision: int
    numbers: Sequence[int]
    scores: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewedList:
    """A list to store: numbers of the related documents, the most related first."""

    number: int
    numbers: Sequence[int]
    scores: Sequence[float]
    #: lowest similarity among them; None: the list has fewer documents than its depth
    lowest_similarity: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """A related document."""

    external_id: str
    title: str
    uri: str | None
    metadata: Mapping[str, Any]
    #: by the model of the list, in its unit
    score: float
    #: from 1
    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedPage:
    """A part of a document's list."""

    document: str
    items: Sequence[Related]
    cursor: str | None
    #: documents in the whole list; None: there is no list
    listed: int | None
    #: whether a change is known that may affect the list
    is_due: bool
    renewed_at: datetime | None
    #: when changes were last looked for; None: the collection's lists are not kept
    checked_at: datetime | None
    model: str | None
    depth: int | None

    @property
    def state(self) -> ListState:
        """Whether the list is up to date."""
        if self.listed is None:
            return ListState.NONE
        return ListState.STALE if self.is_due else ListState.FRESH

    def hint(self, collection: str) -> str | None:
        """What to do if the list is stale or missing; None: nothing."""
        if self.state is ListState.FRESH:
            return None
        run = f"pgrerank enrich -t TENANT -c {collection}"
        if self.checked_at is None:
            return f"This collection keeps no related documents. To make them: {run}"
        missing = "The document has no list yet." if self.listed is None else "The list is stale."
        return f"{missing} `pgrerank worker` renews it within minutes, or at once: {run}"


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """The documents of a collection with their vectors, at a revision.

    Attributes:
        revision: What the lists made from it reflect.
        numbers: Number of each document, ascending; shape (documents,).
        text_revisions: Revision of each document's text; shape (documents,).
        announced: Whether the lists are marked that the document may enter; shape (documents,).
        due: Whether the list of each is due; shape (documents,).
        lowest: Lowest similarity in the list of each, -inf where it is not full; shape (documents,).
        chunk_ids: The chunks, in the order of their documents.
        firsts: Place of the first chunk of each document with chunks; shape (with chunks,).
        owners: Place in `numbers` of each document with chunks; shape (with chunks,).
        vectors: Unit vectors of the chunks; shape (chunks, dimensions).
    """

    revision: int
    numbers: NDArray[np.int64]
    text_revisions: NDArray[np.int64]
    announced: NDArray[np.bool_]
    due: NDArray[np.bool_]
    lowest: NDArray[np.float32]
    chunk_ids: Sequence[ChunkId]
    firsts: NDArray[np.int64]
    owners: NDArray[np.int64]
    vectors: NDArray[np.float32]

    @cached_property
    def ends(self) -> NDArray[np.int64]:
        """Place after the last chunk of each document with chunks; shape (with chunks,)."""
        return np.append(self.firsts[1:], len(self.chunk_ids))

    @cached_property
    def owner_numbers(self) -> NDArray[np.int64]:
        """Number of each document with chunks, ascending; shape (with chunks,)."""
        return self.numbers[self.owners]

    @property
    def owner_of_chunk(self) -> NDArray[np.int64]:
        """Place of the document of each chunk, among those with chunks; shape (chunks,)."""
        return np.repeat(np.arange(len(self.firsts)), self.ends - self.firsts)

    def place(self, number: int) -> int | None:
        """Place of a document among those with chunks; None: it has none."""
        found = int(np.searchsorted(self.owner_numbers, number))
        is_there = found < len(self.owners) and self.owner_numbers[found] == number
        return found if is_there else None

    def chunks_of(self, place: int) -> Sequence[ChunkId]:
        """The chunks of a document, by its place."""
        return self.chunk_ids[self.firsts[place] : self.ends[place]]

    def means(self, places: NDArray[np.int64]) -> NDArray[np.float32]:
        """Mean vectors of documents, of unit length; shape (places, dimensions)."""
        sums = [self.vectors[self.firsts[i] : self.ends[i]].sum(axis=0) for i in places]
        return unit(np.stack(sums) if sums else np.empty((0, self.vectors.shape[1]), np.float32))


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The candidates of a document: the nearest other documents."""

    #: places among the documents with chunks, ascending; shape (candidates,)
    places: NDArray[np.int64]
    #: place in `Corpus.chunk_ids` of the nearest chunk of each; shape (candidates,)
    chunks: NDArray[np.int64]
    #: lowest similarity; None: all other documents are candidates
    lowest: float | None


def neighbours(
    corpus: Corpus, places: NDArray[np.int64], queries: NDArray[np.float32], depth: int
) -> Sequence[Neighbours]:
    """The `depth` nearest other documents of each document, by its mean vector and their best chunk.

    Args:
        corpus: All documents.
        places: The documents, by their place among those with chunks.
        queries: Their mean vectors; shape (places, dimensions).
        depth: Most candidates, at least 1. Of equally near ones those with lower numbers count.
    """
    by_chunk = queries @ corpus.vectors.T
    by_document = np.maximum.reduceat(by_chunk, corpus.firsts, axis=1)
    by_document[np.arange(len(places)), places] = -np.inf
    return [
        _nearest(corpus, similarities, chunks, depth)
        for similarities, chunks in zip(by_document, by_chunk, strict=True)
    ]


def _nearest(
    corpus: Corpus,
    similarities: NDArray[np.float32],
    by_chunk: NDArray[np.float32],
    depth: int,
) -> Neighbours:
    others = len(similarities) - 1
    size = min(depth, others)
    if size == 0:
        nothing = np.empty(0, dtype=np.int64)
        return Neighbours(places=nothing, chunks=nothing, lowest=None)
    bound = np.partition(similarities, len(similarities) - size)[len(similarities) - size]
    sure = np.flatnonzero(similarities > bound)
    tied = np.flatnonzero(similarities == bound)[: size - len(sure)]
    places = np.sort(np.concatenate([sure, tied]))
    return Neighbours(
        places=places,
        chunks=_best_chunks(corpus, by_chunk, places),
        lowest=float(bound) if size == depth else None,
    )


def _best_chunks(
    corpus: Corpus, by_chunk: NDArray[np.float32], places: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The nearest chunk of each document; the first of equally near ones."""
    firsts = corpus.firsts[places]
    sizes = corpus.ends[places] - firsts
    best = firsts.copy()
    for offset in range(1, int(sizes.max())):
        held = np.flatnonzero(sizes > offset)
        chunks = firsts[held] + offset
        nearer = by_chunk[chunks] > by_chunk[best[held]]
        best[held[nearer]] = chunks[nearer]
    return best


def entered(corpus: Corpus) -> NDArray[np.int64]:
    """Numbers of documents whose list a document may enter that is not announced yet.

    Lists that are due anyway are left out. A list is entered by a document that is at least as near
    as the one that is farthest in it.
    """
    news = np.flatnonzero(~corpus.announced[corpus.owners])
    known = np.flatnonzero(~corpus.due[corpus.owners])
    if not len(news) or not len(known):
        return np.empty(0, dtype=np.int64)
    queries = corpus.means(known)
    nearest = np.full(len(known), -np.inf, dtype=np.float32)
    chunks = np.flatnonzero(np.isin(corpus.owner_of_chunk, news))
    for start in range(0, len(chunks), _BLOCK):
        similarities = queries @ corpus.vectors[chunks[start : start + _BLOCK]].T
        nearest = np.maximum(nearest, similarities.max(axis=1))
    bounds = corpus.lowest[corpus.owners[known]] - _ROUNDING
    return corpus.owner_numbers[known[nearest >= bounds]]


#: chunks compared at once
_BLOCK = 1024


def valid_scores(corpus: Corpus, due: DueList) -> Mapping[int, float]:
    """The scores of a stored list that still hold, by number."""
    own = np.searchsorted(corpus.numbers, due.number).clip(max=len(corpus.numbers) - 1)
    newest = max(due.text_revision, int(corpus.text_revisions[own]))
    if newest > due.list_revision or not len(due.numbers):
        return {}
    numbers = np.asarray(due.numbers, dtype=np.int64)
    places = np.searchsorted(corpus.numbers, numbers).clip(max=len(corpus.numbers) - 1)
    holds = (corpus.numbers[places] == numbers) & (
        corpus.text_revisions[places] <= due.list_revision
    )
    return {
        number: score
        for number, score, is_valid in zip(due.numbers, due.scores, holds.tolist(), strict=True)
        if is_valid
    }


def ordered(
    number: int, numbers: Sequence[int], scores: Sequence[float], lowest: float | None
) -> RenewedList:
    """The list of a document: best scores first, of equal ones the lower number."""
    stored = np.asarray(scores, dtype=np.float32).tolist()  # as they are read again
    best = sorted(zip(numbers, stored, strict=True), key=lambda pair: (-pair[1], pair[0]))
    return RenewedList(
        number=number,
        numbers=[each for each, _ in best],
        scores=[score for _, score in best],
        lowest_similarity=lowest,
    )
