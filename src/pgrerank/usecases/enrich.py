"""Keep the related documents of every document of a collection.

A run looks for changes, marks the lists that they may affect, and renews those, batch by batch. Of a
list that exists it scores only pairs of which one side changed, or that are new in the list. A kill
loses at most the batch in progress, and several processes may run at a time: each takes lists that
the others did not.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pgrerank.domain.bounds import within
from pgrerank.domain.candidate import Passage
from pgrerank.domain.collection import Collection
from pgrerank.domain.document import passage, passage_hash
from pgrerank.domain.errors import ConflictError, InvalidRequestError
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.related import (
    DEFAULT_DEPTH,
    MAX_DEPTH,
    Corpus,
    Due,
    DueList,
    Enriched,
    Neighbours,
    RelatedMethod,
    RenewedList,
    entered,
    neighbours,
    ordered,
    valid_scores,
)
from pgrerank.ports.scorer import LateInteraction, Scorer
from pgrerank.ports.services import Services
from pgrerank.usecases.collections import add_tokens
from pgrerank.usecases.pace import Pace, Sleep

#: pairs of a batch by late interaction, which take a second or two
_BATCH_PAIRS = 64_000
_BATCH_LISTS = 256
#: bytes of token vectors that a run keeps in memory
_KEPT_BYTES = 512 * 1024**2
#: seconds after which lists that a killed process took are taken by another
_LEASE_S = 60.0
_MODEL_LEASE_S = 300.0
_POLL_S = 1.0
#: score of a passage that is gone, or has no token vectors, until its list is renewed
_UNREAD = -1.0

#: called with the lists done in this run, and with those that were due when it began
Progress = Callable[[int, int], None]


async def enrich(
    services: Services,
    tenant_id: TenantId,
    collection_name: str,
    *,
    depth: int | None = None,
    method: RelatedMethod | None = None,
    lists_per_second: float | None = None,
    progress: Progress = lambda _done, _due: None,
    sleep: Sleep = asyncio.sleep,
) -> Enriched:
    """Make or renew the lists of a collection until none is due.

    Args:
        services: The ports.
        tenant_id: The owner of the collection.
        collection_name: The collection.
        depth: Most documents in a list, 1 to 1,000; None: as before, or 100.
        method: What orders the candidates; None: as before, or late interaction.
        lists_per_second: Maximum rate, on average over the run; None: unlimited.
        progress: Called with the number of lists done in this run, and of those due at its begin.
        sleep: Waits for a number of seconds.

    Raises:
        NotFoundError: No such collection.
        InvalidRequestError: The depth is out of range, or the collection has too many chunks.
        ConflictError: Late interaction needs stored token vectors, and there are none.
        OverloadedError, UnavailableError: Committed batches stay.
    """
    within("depth", depth, 1, MAX_DEPTH)
    collection = await services.collections.by_name(tenant_id, collection_name)
    before = await services.related.settings(tenant_id, collection)
    run = _Run(
        services=services,
        tenant_id=tenant_id,
        collection=collection,
        method=method or (before.method if before else RelatedMethod.LATE_INTERACTION),
        depth=depth or (before.depth if before else DEFAULT_DEPTH),
        pace=Pace(services.clock, lists_per_second, sleep),
        progress=progress,
        sleep=sleep,
    )
    return await run.whole()


async def renew_all(services: Services, stale: Sequence[tuple[TenantId, str]]) -> Sequence[str]:
    """Renew the lists of collections of several tenants; returns what was done, in words.

    A collection whose lists cannot be renewed does not keep others from it.
    """
    return [await _renewed(services, tenant_id, name) for tenant_id, name in stale]


async def _renewed(services: Services, tenant_id: TenantId, name: str) -> str:
    try:
        done = await enrich(services, tenant_id, name)
    except (ConflictError, InvalidRequestError) as error:
        return f"{name}: {error}"
    return f"{name}: {done.lists} lists, {done.scored} pairs"


async def _scoring(
    services: Services,
    tenant_id: TenantId,
    collection: Collection,
    method: RelatedMethod,
    depth: int,
) -> "_ByTokens | _ByModel":
    if method is RelatedMethod.RERANKER:
        scorer = services.for_collection(collection).scorer
        return _ByModel(services, tenant_id, scorer)
    if services.late is None:
        raise ConflictError(
            "Related documents by late interaction need a model that makes token vectors, and "
            "this service has none. Set PGRERANK_TOKEN_MODEL, or choose the method `reranker`."
        )
    if not collection.stores_tokens:
        raise ConflictError(
            f"Collection `{collection.name}` stores no token vectors, which late interaction reads. "
            f"Add them: pgrerank collection tokens {collection.name}. Or choose the method "
            "`reranker`, which takes a run of the model for each pair."
        )
    await add_tokens(services, tenant_id, collection.name)
    lists = min(max(_BATCH_PAIRS // depth, 1), _BATCH_LISTS)
    return _ByTokens(services, tenant_id, services.late, lists)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pairs:
    """What is to be scored for a document: its chunks as query, and a chunk of each candidate."""

    query: Sequence[ChunkId]
    passages: Sequence[ChunkId]


class _ByTokens:
    """Scores by late interaction over stored token vectors. No model runs."""

    def __init__(
        self, services: Services, tenant_id: TenantId, late: LateInteraction, lists: int
    ) -> None:
        self.lists, self.lease_s = lists, _LEASE_S
        self._services, self._tenant_id, self._late = services, tenant_id, late
        self._kept = _Kept()

    @property
    def model(self) -> ModelCard:
        return self._late.model

    async def scores(self, batch: Sequence[_Pairs]) -> Sequence[Sequence[float]]:
        wanted = {chunk for each in batch for chunk in (*each.query, *each.passages)}
        if missing := self._kept.missing(wanted):
            found = await self._services.related.tokens(self._tenant_id, self._late.model, missing)
            self._kept.add({chunk: found.get(chunk, b"") for chunk in missing})
        passages = list({chunk: None for each in batch for chunk in each.passages})
        places = {chunk: place for place, chunk in enumerate(passages)}
        scored = await self._late.score_stored(
            [[self._kept[chunk] for chunk in each.query] for each in batch],
            [self._kept[chunk] for chunk in passages],
            [[places[chunk] for chunk in each.passages] for each in batch],
        )
        self._kept.shrink()
        return scored


class _ByModel:
    """Scores by a reranker, which reads every pair."""

    lists, lease_s = 1, _MODEL_LEASE_S

    def __init__(self, services: Services, tenant_id: TenantId, scorer: Scorer) -> None:
        self._services, self._tenant_id, self._scorer = services, tenant_id, scorer

    @property
    def model(self) -> ModelCard:
        return self._scorer.model

    async def scores(self, batch: Sequence[_Pairs]) -> Sequence[Sequence[float]]:
        return [await self._scored(each) for each in batch]

    async def _scored(self, pairs: _Pairs) -> Sequence[float]:
        found = await self._services.related.passages(
            self._tenant_id, [pairs.query[0], *pairs.passages]
        )
        texts = {
            chunk: (passage(each.title, each.content), passage_hash(each.title, each.content))
            for chunk, each in found.items()
        }
        if pairs.query[0] not in texts:  # changed meanwhile, which the next look finds
            return [_UNREAD] * len(pairs.passages)
        there = [chunk for chunk in pairs.passages if chunk in texts]
        asked = [
            Passage(text=text, content_hash=content_hash)
            for text, content_hash in (texts[chunk] for chunk in there)
        ]
        query, _ = texts[pairs.query[0]]
        scored = await self._scorer.score(query, asked, tenant_id=self._tenant_id)
        by_chunk = {
            chunk: _UNREAD if score.value is None else score.value
            for chunk, score in zip(there, scored, strict=True)
        }
        return [by_chunk.get(chunk, _UNREAD) for chunk in pairs.passages]


class _Kept:
    """Token vectors that were read, the least recently added given up first."""

    def __init__(self) -> None:
        self._by_chunk: OrderedDict[ChunkId, bytes] = OrderedDict()
        self._bytes = 0

    def __getitem__(self, chunk: ChunkId) -> bytes:
        return self._by_chunk[chunk]

    def missing(self, chunks: set[ChunkId]) -> list[ChunkId]:
        return [chunk for chunk in chunks if chunk not in self._by_chunk]

    def add(self, read: Mapping[ChunkId, bytes]) -> None:
        self._by_chunk.update(read)
        self._bytes += sum(map(len, read.values()))

    def shrink(self) -> None:
        """Give up vectors over the limit, after a batch was scored."""
        while self._bytes > _KEPT_BYTES:
            _, given_up = self._by_chunk.popitem(last=False)
            self._bytes -= len(given_up)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One run over a collection."""

    services: Services
    tenant_id: TenantId
    collection: Collection
    method: RelatedMethod
    depth: int
    pace: Pace
    progress: Progress
    sleep: Sleep

    async def whole(self) -> Enriched:
        """Look for changes, and renew lists until none is due."""
        scoring = await _scoring(
            self.services, self.tenant_id, self.collection, self.method, self.depth
        )
        noticed = await self.services.related.notice(
            self.tenant_id, self.collection, scoring.model, method=self.method, depth=self.depth
        )
        due = await self._due()
        if due.lists == due.unannounced == 0:
            return Enriched(noticed=noticed, lists=0, scored=0)
        lists, scored = await self._all(scoring)
        return Enriched(noticed=noticed, lists=lists, scored=scored)

    async def _all(self, scoring: "_ByTokens | _ByModel") -> tuple[int, int]:
        """Renew lists until none is due; returns how many were stored, and pairs scored."""
        corpus = await self._corpus()
        total = (await self._due()).lists
        lists = scored = 0
        self.progress(0, total)
        while True:
            revision, taken = await self._claim(scoring)
            if not taken:
                if (await self._due()).lists == 0:
                    return lists, scored
                await self.sleep(_POLL_S)  # other processes compute the rest
                continue
            try:
                if revision != corpus.revision:
                    corpus = await self._corpus()
                scored += await self._renew(corpus, taken, scoring)
            except BaseException:
                await self._release(taken)
                raise
            lists += len(taken)
            self.progress(lists, max(total, lists))
            await self.pace.keep(lists)

    async def _due(self) -> Due:
        return await self.services.related.due(self.tenant_id, self.collection)

    async def _claim(self, scoring: "_ByTokens | _ByModel") -> tuple[int, Sequence[DueList]]:
        return await self.services.related.claim(
            self.tenant_id, self.collection, limit=scoring.lists, lease_s=scoring.lease_s
        )

    async def _release(self, taken: Sequence[DueList]) -> None:
        numbers = [each.number for each in taken]
        await self.services.related.release(self.tenant_id, self.collection, numbers)

    async def _corpus(self) -> Corpus:
        """The documents, after the lists are marked that those with new text may enter."""
        related = self.services.related
        corpus = await related.corpus(self.tenant_id, self.collection)
        due = await asyncio.to_thread(entered, corpus)
        await related.announce(self.tenant_id, self.collection, corpus, due.tolist())
        return corpus

    async def _renew(
        self, corpus: Corpus, taken: Sequence[DueList], scoring: "_ByTokens | _ByModel"
    ) -> int:
        """Renew and store lists; returns how many pairs were scored."""
        near = await asyncio.to_thread(_near, corpus, taken, self.depth)
        valid = {each.number: valid_scores(corpus, each) for each in taken if each.number in near}
        pairs = {each: _pairs(corpus, each, near[each], valid[each]) for each in near}
        asked = {each: pair for each, pair in pairs.items() if pair.passages}
        scored = dict(zip(asked, await scoring.scores(list(asked.values())), strict=True))
        lists = [_list(corpus, each.number, near.get(each.number), valid, scored) for each in taken]
        await self.services.related.store(
            self.tenant_id, self.collection, lists, revision=corpus.revision
        )
        return sum(len(each.passages) for each in asked.values())


def _near(corpus: Corpus, taken: Sequence[DueList], depth: int) -> dict[int, Neighbours]:
    """Candidates of each document with chunks, by its number."""
    placed = {
        each.number: place for each in taken if (place := corpus.place(each.number)) is not None
    }
    if not placed:
        return {}
    places = np.array(list(placed.values()), dtype=np.int64)
    found = neighbours(corpus, places, corpus.means(places), depth)
    return dict(zip(placed, found, strict=True))


def _numbers(corpus: Corpus, near: Neighbours) -> list[int]:
    return _plain(corpus.owner_numbers[near.places])


def _plain(numbers: NDArray[np.int64]) -> list[int]:
    return numbers.tolist()


def _pairs(corpus: Corpus, number: int, near: Neighbours, valid: Mapping[int, float]) -> _Pairs:
    """The pairs of a list without a score that holds."""
    place = corpus.place(number)
    return _Pairs(
        query=[] if place is None else corpus.chunks_of(place),
        passages=[
            corpus.chunk_ids[chunk]
            for candidate, chunk in zip(_numbers(corpus, near), _plain(near.chunks), strict=True)
            if candidate not in valid
        ],
    )


def _list(
    corpus: Corpus,
    number: int,
    near: Neighbours | None,
    valid: Mapping[int, Mapping[int, float]],
    scored: Mapping[int, Sequence[float]],
) -> RenewedList:
    """The list of a document, by the scores that hold and the new ones."""
    if near is None:
        return ordered(number, [], [], None)
    fresh = iter(scored.get(number, ()))
    numbers = _numbers(corpus, near)
    held = valid[number]
    scores = [held[each] if each in held else next(fresh) for each in numbers]
    return ordered(number, numbers, scores, near.lowest)
