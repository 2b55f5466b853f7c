from dataclasses import replace
from uuid import UUID

import pytest

from pgrerank.domain.collection import SecondState
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.ids import TenantId
from pgrerank.usecases.reembed import BATCH_CHUNKS, reembed
from tests.fakes import FakeClock, FakeCollections, FakeEmbedder, bag_of_words, collection, services
from tests.fixtures.collections import embedded

TENANT = TenantId(UUID(int=7))


class NewEmbedder(FakeEmbedder):
    """Embeds as FakeEmbedder, under another name."""

    model = replace(FakeEmbedder.model, name="new", fingerprint="9" * 64)


def fake_ports(**parts):
    return services(collections=FakeCollections({(TENANT, "docs"): collection()}), **parts)


async def store(ports, name, *texts):
    docs = await ports.collections.by_name(TENANT, "docs")
    await ports.documents.store(TENANT, docs, [embedded(name, *texts, title="T")])


async def stocked(count, **parts):
    """Services with that many chunks, and the chunks."""
    ports = fake_ports(**parts)
    await store(ports, "a", *[f"text {n}" for n in range(count)])
    return ports, ports.documents.chunks(TENANT, collection())


async def test_every_chunk_gets_the_vector_of_its_passage():
    (ports, chunks), embedder, seen = await stocked(BATCH_CHUNKS + 3), NewEmbedder(), []

    stored = await reembed(ports, embedder, TENANT, "docs", progress=lambda *of: seen.append(of))

    docs = await ports.collections.by_name(TENANT, "docs")
    assert stored == BATCH_CHUNKS + 3
    assert seen == [(BATCH_CHUNKS, docs.chunk_count), (BATCH_CHUNKS + 3, docs.chunk_count)]
    assert [each.vectors[embedder.model.fingerprint].tolist() for each in chunks] == [
        bag_of_words(f"T\n{each.bare.content}").tolist() for each in chunks
    ]
    assert docs.second_embedder == embedder.model.fingerprint
    assert docs.second_state is SecondState.READY
    assert set(embedder.tenants) == {TENANT}


async def test_what_is_there_is_not_embedded_again_and_what_arrives_is():
    class Overtaken(NewEmbedder):
        """A document arrives while it works for the first time."""

        async def passages(self, texts, **options):
            if not self.embedded:
                await store(ports, "late", "arrived")
            return await super().passages(texts, **options)

    (ports, chunks), embedder = await stocked(3), Overtaken()
    chunks[1].vectors[embedder.model.fingerprint] = bag_of_words("there")

    stored = await reembed(ports, embedder, TENANT, "docs")

    assert stored == 3
    assert embedder.embedded == ["T\ntext 0", "T\ntext 2", "T\narrived"]


async def test_pace_is_kept_on_average():
    clock, waits = FakeClock(), []

    async def sleep(seconds):
        waits.append(seconds)
        clock.advance(seconds)

    ports, _ = await stocked(2 * BATCH_CHUNKS, clock=clock)
    await reembed(
        ports,
        NewEmbedder(),
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
        await reembed(fake_ports(), embedder, TENANT, "docs")
