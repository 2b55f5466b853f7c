from dataclasses import replace
from uuid import UUID

import pytest

from pgrerank.domain.document import BareChunk
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.usecases.reembed import BATCH_CHUNKS, reembed
from tests.fake_embeddings import FakeEmbeddings
from tests.fakes import FakeClock, FakeCollections, FakeEmbedder, bag_of_words, collection, services

TENANT = TenantId(UUID(int=7))


def chunks(*numbers):
    return [
        BareChunk(chunk_id=ChunkId(UUID(int=n)), title="T", content=f"text {n}") for n in numbers
    ]


def furnished(**parts):
    return services(collections=FakeCollections({(TENANT, "docs"): collection()}), **parts)


async def test_every_chunk_gets_the_vector_of_its_passage():
    embeddings, embedder, seen = (
        FakeEmbeddings(chunks(*range(BATCH_CHUNKS + 3))),
        FakeEmbedder(),
        [],
    )
    home = furnished(embeddings=embeddings)

    stored = await reembed(home, embedder, TENANT, "docs", progress=lambda *of: seen.append(of))

    assert stored == BATCH_CHUNKS + 3
    assert seen == [(BATCH_CHUNKS, 5000), (BATCH_CHUNKS + 3, 5000)]
    assert embeddings.vectors[UUID(int=9)].tolist() == bag_of_words("T\ntext 9").tolist()
    assert (embeddings.begun, embedder.tenants[0]) == ([embedder.model], TENANT)


async def test_what_is_there_is_not_embedded_again_and_what_arrives_is():
    there = {ChunkId(UUID(int=2)): bag_of_words("there")}
    embeddings, embedder = FakeEmbeddings(chunks(1, 2, 3), chunks(0), there), FakeEmbedder()

    stored = await reembed(furnished(embeddings=embeddings), embedder, TENANT, "docs")

    assert stored == 3
    assert embedder.embedded == ["T\ntext 1", "T\ntext 3", "T\ntext 0"]


async def test_pace_is_kept_on_average():
    clock, waits = FakeClock(), []

    async def sleep(seconds):
        waits.append(seconds)
        clock.advance(seconds)

    await reembed(
        furnished(embeddings=FakeEmbeddings(chunks(*range(2 * BATCH_CHUNKS))), clock=clock),
        FakeEmbedder(),
        TENANT,
        "docs",
        chunks_per_second=BATCH_CHUNKS / 4,
        sleep=sleep,
    )

    assert waits == pytest.approx([4, 4])


async def test_embedder_of_too_many_dimensions_is_refused():
    embedder = FakeEmbedder()
    embedder.model = replace(embedder.model, dimensions=4001)

    with pytest.raises(InvalidRequestError, match="fake-embedder makes vectors of 4001"):
        await reembed(furnished(), embedder, TENANT, "docs")
