"""Evaluations: the fake against the Postgres implementation."""

from uuid import uuid4

import pytest

from pgrerank.domain.errors import ConflictError, InvalidRequestError, NotFoundError
from tests.fakes import FakeScorer
from tests.fixtures.evaluations import answer, evaluation

MODEL = FakeScorer.model


@pytest.fixture
async def run(ports, tenant_id, docs):
    """Stores a run of the collection."""

    async def saved(label=None):
        made = evaluation(answer(), collection=docs.name, label=label)
        await ports.evaluations.save(tenant_id, docs, made, (ports.embedder.model, MODEL))
        return made

    return saved


async def test_a_run_is_read_by_its_id_and_the_newest_by_its_label(ports, tenant_id, run):
    _, newer = await run("words"), await run("words")

    assert await ports.evaluations.get(tenant_id, newer.id) == newer
    assert await ports.evaluations.by_label(tenant_id, "words") == newer
    with pytest.raises(NotFoundError):
        await ports.evaluations.get(tenant_id, uuid4())
    with pytest.raises(NotFoundError):
        await ports.evaluations.by_label(tenant_id, "wrods")


async def test_runs_are_listed_newest_first_without_queries(ports, tenant_id, run):
    made = [await run() for _ in range(3)]

    first = await ports.evaluations.page(tenant_id, collection=None, limit=2, cursor=None)
    rest = await ports.evaluations.page(tenant_id, collection="docs", limit=2, cursor=first.cursor)
    none = await ports.evaluations.page(tenant_id, collection="other", limit=2, cursor=None)

    listed = [*first.items, *rest.items]
    assert [each.id for each in listed] == [each.id for each in reversed(made)]
    assert [each.answers for each in listed] == [()] * 3
    assert none.items == []
    with pytest.raises(InvalidRequestError, match="cursor"):
        await ports.evaluations.page(tenant_id, collection=None, limit=2, cursor="nonsense")


async def test_runs_of_another_tenant_are_not_read(ports, run, make_tenant):
    made, stranger = await run("words"), make_tenant()

    page = await ports.evaluations.page(stranger, collection=None, limit=9, cursor=None)

    assert page.items == []
    for asked in (
        ports.evaluations.get(stranger, made.id),
        ports.evaluations.by_label(stranger, "words"),
    ):
        with pytest.raises(NotFoundError):
            await asked


async def test_a_run_of_a_deleted_collection_is_refused(ports, tenant_id, run):
    await ports.collections.delete(tenant_id, "docs")

    with pytest.raises(ConflictError):
        await run()
