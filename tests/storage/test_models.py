import asyncio

from pgrerank.domain.model import ModelCard, ModelKind, ScoreKind
from pgrerank.storage import models, tenancy


def card(fingerprint="a" * 64):
    return ModelCard(
        kind=ModelKind.RERANKER,
        name="tiny",
        fingerprint=fingerprint,
        precision="bf16",
        max_length=128,
        revision="r1",
        score_kind=ScoreKind.LOGIT,
    )


async def registered(pool, model):
    async with tenancy.nobody(pool) as connection:
        return await models.register(connection, model)


async def test_model_keeps_its_id(service_pool):
    assert await registered(service_pool, card()) == await registered(service_pool, card())


async def test_model_has_the_same_id_in_every_database(service_pool):
    assert str(await registered(service_pool, card("f" * 64))) == (
        "63f8fcc3-c285-53e7-aef0-0cc29594839a"
    )


async def test_models_of_two_fingerprints_are_two(service_pool):
    first, second = card("b" * 64), card("c" * 64)

    assert await registered(service_pool, first) != await registered(service_pool, second)


async def test_model_is_stored_as_its_card_says(service_pool):
    model_id = await registered(service_pool, card("d" * 64))

    async with tenancy.nobody(service_pool) as connection:
        stored = await connection.execute(
            "select kind, name, revision, precision, max_length, dimensions, score_kind "
            "from pgrerank.model where id = %s",
            [model_id],
        )
        assert await stored.fetchone() == ("reranker", "tiny", "r1", "bf16", 128, None, "logit")


async def test_processes_that_register_at_once_agree(service_pool):
    for digit in "0123456789":
        new = card(digit * 64)
        ids = await asyncio.gather(*(registered(service_pool, new) for _ in range(4)))

        assert set(ids) == {new.id}
