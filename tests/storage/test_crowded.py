"""How crowded a collection is, over Postgres."""

import pytest

from pgrerank.domain.crowding import Crowding
from pgrerank.storage.candidates import PostgresCandidates
from pgrerank.storage.collections import PostgresCollections
from pgrerank.storage.embeddings import PostgresEmbeddings
from pgrerank.usecases.crowded import crowding
from tests import fakes
from tests.fixtures.collections import embedded

ALIKE = [f"pressure of the pump in hall three is nominal now {n}" for n in range(6)]
APART = [f"{word} " * 4 for word in ("walrus", "seal", "ice", "ship", "oar", "sail", "rope")]


@pytest.fixture
def looked_at(new_shelf):
    async def look(*documents, sample=50):
        shelf = await new_shelf(*documents)
        ports = fakes.services(
            candidates=PostgresCandidates(shelf.pool),
            collections=PostgresCollections(shelf.pool),
            embeddings=PostgresEmbeddings(shelf.pool),
        )
        return await crowding(ports, shelf.tenant_id, shelf.collection.name, sample=sample)

    return look


async def test_copies_in_other_documents_crowd_a_collection(looked_at):
    copies = [embedded(f"copy {n}", text) for n, text in enumerate(ALIKE)]
    others = [embedded(f"other {n}", text) for n, text in enumerate(APART)]

    found = await looked_at(*copies, *others)

    assert found == Crowding(sampled=13, crowded=6, within_documents=0)


async def test_chunks_of_one_document_are_told_from_those_of_several(looked_at):
    found = await looked_at(embedded("telemetry", *ALIKE), embedded("other", *APART))

    assert found == Crowding(sampled=13, crowded=6, within_documents=6)


async def test_five_others_are_needed(looked_at):
    found = await looked_at(embedded("telemetry", *ALIKE[:5]))

    assert found == Crowding(sampled=5, crowded=0, within_documents=0)


async def test_no_more_than_the_sample_is_looked_at(looked_at):
    documents = [embedded(f"copy {n}", text) for n, text in enumerate(ALIKE)]

    assert (await looked_at(*documents, sample=4)).sampled == 4


async def test_an_empty_collection_has_no_sample(looked_at):
    assert await looked_at() == Crowding(sampled=0, crowded=0, within_documents=0)
