"""A seeded database for benchmarks: Zipf words, clustered vectors, 200 tenants of Zipf sizes.

It is loaded like an ingest, batch by batch in a random order of tenants, so that its layout on disk
is realistic. The database is kept in a folder, and reused by later runs with the same plan.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgrerank.domain.collection import Collection
from pgrerank.domain.document import Chunk, Document
from pgrerank.domain.ids import TenantId
from pgrerank.domain.ingest import EmbeddedDocument
from pgrerank.domain.model import ModelCard, ModelKind
from pgrerank.storage import embedded, migrate
from pgrerank.storage.collections import PostgresCollections
from pgrerank.storage.documents import PostgresDocuments
from pgrerank.storage.embedded import EmbeddedServer
from pgrerank.storage.pool import Pool, pool
from pgrerank.storage.tenants import PostgresTenants

#: chunks of the tenants whose searches are timed, as far as they fit; the others have Zipf sizes
LANDMARKS = (50, 500, 5_000, 50_000, 500_000)
COLLECTION = "bench"
_TENANTS = 200
_BATCH_DOCUMENTS = 256
_CHUNKS_A_DOCUMENT = 2
_TOPICS = 500
#: approximate intrinsic dimensions of embeddings: Levina and Bickel's estimate for sentence
#: embeddings is between 10 and 40
_LATENT = 32
_VOCABULARY = 50_000
_WORDS = (60, 110)
_OF_TOPIC = 0.3
_ONSETS = "b br c ch d dr f fl g gr h k l m n p pl pr qu r s st t th tr v w z"
_VOWELS = "a e i o u ai ea oo"
_CODAS = "l m n r s t nd rk st x"
_STOP_WORDS = "the of and to in a is that it was for on are with as at be this from by"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Size and seed of a database."""

    chunks: int
    seed: int = 1
    dimensions: int = 384

    @property
    def sizes(self) -> list[int]:
        """Chunks of each tenant: the landmarks that fit, then shares of the rest by Zipf's law."""
        landmarks: list[int] = []
        for size in LANDMARKS:
            if sum(landmarks) + size <= self.chunks * 0.8:
                landmarks.append(size)
        weights = 1 / np.arange(1, _TENANTS - len(landmarks) + 1)
        rest = (self.chunks - sum(landmarks)) * weights / weights.sum()
        return [*landmarks, *(max(int(size), 1) for size in rest)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A tenant with its only collection."""

    tenant_id: TenantId
    collection: Collection


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query about a topic of the corpus."""

    text: str
    #: unit float32 of shape (dimensions,)
    vector: NDArray[np.float32]


class Corpus:
    """Generates documents and queries, the same ones for the same plan.

    Documents have the metadata `bucket`, uniform from 0 to 99, for filters of any selectivity.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    @cached_property
    def words(self) -> list[str]:
        """Vocabulary, most frequent first, without stop words."""
        found: dict[str, None] = {}
        random = np.random.default_rng([self.plan.seed, 1])
        onsets, vowels, codas = _ONSETS.split(), _VOWELS.split(), _CODAS.split()
        while len(found) < _VOCABULARY:
            parts = [part for _ in range(2) for part in (onsets, vowels)] + [codas]
            found[str("".join(part[random.integers(len(part))] for part in parts))] = None
        return list(found)

    def documents(self, tenant: int, batch: int) -> list[EmbeddedDocument]:
        """A batch of a tenant's documents with vectors; the last batch completes its size."""
        first = batch * _BATCH_DOCUMENTS * _CHUNKS_A_DOCUMENT
        count = min(self.plan.sizes[tenant] - first, _BATCH_DOCUMENTS * _CHUNKS_A_DOCUMENT)
        random = np.random.default_rng([self.plan.seed, 2, tenant, batch])
        topics = random.integers(_TOPICS, size=count)
        texts, vectors = self._texts(random, topics), self._vectors(random, topics)
        return [
            self._document(first + at, texts[at : at + 2], vectors[at : at + 2], random)
            for at in range(0, count, _CHUNKS_A_DOCUMENT)
        ]

    def batches(self, tenant: int) -> int:
        """Number of batches of a tenant's documents."""
        return -(-self.plan.sizes[tenant] // (_BATCH_DOCUMENTS * _CHUNKS_A_DOCUMENT))

    def queries(self, count: int) -> list[Query]:
        """Queries of 5 words of a topic, with vectors like those of its chunks."""
        random = np.random.default_rng([self.plan.seed, 3])
        topics = random.integers(_TOPICS, size=count)
        vectors = self._vectors(random, topics)
        ranks = (self._zipf(random, 5 * count).reshape(count, 5) * 7919 + topics[:, None]) % (
            _VOCABULARY
        )
        texts = [" ".join(self.words[rank] for rank in row) for row in ranks]
        return [
            Query(text=text, vector=vector) for text, vector in zip(texts, vectors, strict=True)
        ]

    @cached_property
    def _projection(self) -> NDArray[np.float32]:
        random = np.random.default_rng([self.plan.seed, 4])
        return random.normal(size=(_LATENT, self.plan.dimensions)).astype(np.float32)

    @cached_property
    def _centres(self) -> NDArray[np.float32]:
        random = np.random.default_rng([self.plan.seed, 5])
        return random.normal(size=(_TOPICS, _LATENT)).astype(np.float32)

    @cached_property
    def _cumulated(self) -> NDArray[np.float64]:
        weights = 1 / (np.arange(_VOCABULARY) + 2.7)  # Mandelbrot's form of Zipf's law
        return np.cumsum(weights / weights.sum())

    def _zipf(self, random: np.random.Generator, count: int) -> NDArray[np.int64]:
        return np.searchsorted(self._cumulated, random.random(count)).clip(max=_VOCABULARY - 1)

    def _vectors(
        self, random: np.random.Generator, topics: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Unit vectors around the centre of each topic in few dimensions, with noise in all."""
        spread = random.normal(size=(len(topics), _LATENT)).astype(np.float32)
        made = (self._centres[topics] + 0.8 * spread) @ self._projection
        made += random.normal(size=made.shape).astype(np.float32)
        return made / np.linalg.norm(made, axis=1, keepdims=True)

    def _texts(self, random: np.random.Generator, topics: NDArray[np.int64]) -> list[str]:
        lengths = random.integers(*_WORDS, size=len(topics))
        ranks = self._zipf(random, int(lengths.sum()))
        of_topic = random.random(len(ranks)) < _OF_TOPIC
        ranks = np.where(of_topic, (ranks * 7919 + np.repeat(topics, lengths)) % _VOCABULARY, ranks)
        stops = random.integers(2 * len(_STOP_WORDS.split()), size=len(ranks))
        parts = np.split(np.column_stack([ranks, stops]), np.cumsum(lengths)[:-1])
        return [" ".join(self._with_stop_words(part)) for part in parts]

    def _with_stop_words(self, part: NDArray[np.int64]) -> Iterator[str]:
        stop_words = _STOP_WORDS.split()
        for rank, stop in part:
            if stop < len(stop_words):
                yield stop_words[stop]
            yield self.words[rank]

    @staticmethod
    def _document(
        number: int, texts: Sequence[str], vectors: NDArray[np.float32], random: np.random.Generator
    ) -> EmbeddedDocument:
        bucket = int(random.integers(100))
        document = Document(
            external_id=f"{number:09}",
            title=texts[0][:40],
            text="\n\n".join(texts),
            metadata={"bucket": bucket, "lang": "en", "tags": ["bench", f"t{bucket % 7}"]},
        )
        chunks = [
            Chunk(ordinal=i, content=text, token_count=len(text.split()))
            for i, text in enumerate(texts)
        ]
        return EmbeddedDocument(document=document, chunks=chunks, vectors=list(vectors))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A loaded database."""

    server: EmbeddedServer
    corpus: Corpus
    #: one per tenant, landmarks first
    shelves: Sequence[Shelf]
    #: chunks per second while loading, without generating them
    ingest_rate: float


@asynccontextmanager
async def opened(folder: Path, plan: Plan) -> AsyncGenerator[Bench]:
    """The database of a plan, loaded first if the folder is empty.

    Raises:
        ValueError: The folder has another database, or an incomplete one.
    """
    corpus = Corpus(plan)
    with embedded.running(folder) as server:
        await asyncio.to_thread(migrate.upgrade, server.admin_url)
        note = folder / "bench.json"
        rate = _rate(note, plan)
        async with pool(server.service_url, size=2) as connections:
            if rate is None:
                note.write_text(json.dumps({"plan": asdict(plan), "rate": 0.0}))
                rate = await _load(server, connections, corpus)
                note.write_text(json.dumps({"plan": asdict(plan), "rate": rate}))
            shelves = await _shelves(server, connections, plan)
        yield Bench(server=server, corpus=corpus, shelves=shelves, ingest_rate=rate)


def card(dimensions: int) -> ModelCard:
    """Made-up embedder of the vectors."""
    return ModelCard(
        kind=ModelKind.EMBEDDER,
        name="bench",
        fingerprint=f"{dimensions:064}",
        precision="fp32",
        max_length=256,
        dimensions=dimensions,
    )


def _rate(note: Path, plan: Plan) -> float | None:
    if not note.exists():
        return None
    kept: dict[str, Any] = json.loads(note.read_text())
    if kept["plan"] != asdict(plan) or not kept["rate"]:
        raise ValueError(f"{note.parent} holds {kept}, not all of {plan}; remove it")
    return float(kept["rate"])


async def _load(server: EmbeddedServer, connections: Pool, corpus: Corpus) -> float:
    tenants, documents = PostgresTenants(server.admin_url), PostgresDocuments(connections)
    collections = PostgresCollections(connections)
    shelves: list[Shelf] = []
    for number in range(len(corpus.plan.sizes)):
        tenant = await tenants.create(_name(number))
        collection = await collections.create(
            tenant.id, COLLECTION, text_search="english", embedder=card(corpus.plan.dimensions)
        )
        shelves.append(Shelf(tenant_id=tenant.id, collection=collection))
    seconds, stored = 0.0, 0
    for tenant_number, batch in _turns(corpus):
        made = corpus.documents(tenant_number, batch)
        shelf, begun = shelves[tenant_number], perf_counter()
        await documents.store(shelf.tenant_id, shelf.collection, made)
        seconds += perf_counter() - begun
        stored += sum(len(each.chunks) for each in made)
    return stored / seconds


def _turns(corpus: Corpus) -> list[tuple[int, int]]:
    """Every batch of every tenant, in random order."""
    every = [
        (tenant, batch)
        for tenant in range(len(corpus.plan.sizes))
        for batch in range(corpus.batches(tenant))
    ]
    order = np.random.default_rng([corpus.plan.seed, 6]).permutation(len(every))
    return [every[at] for at in order]


async def _shelves(server: EmbeddedServer, connections: Pool, plan: Plan) -> list[Shelf]:
    tenants, collections = PostgresTenants(server.admin_url), PostgresCollections(connections)
    found = {tenant.name: tenant.id async for tenant in tenants.all()}
    return [
        Shelf(
            tenant_id=found[_name(number)],
            collection=await collections.by_name(found[_name(number)], COLLECTION),
        )
        for number in range(len(plan.sizes))
    ]


def _name(number: int) -> str:
    return f"bench-{number:03}"
