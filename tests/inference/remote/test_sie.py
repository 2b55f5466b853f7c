"""SIE as a backend: which model runs there is part of the fingerprint."""

import pytest

from pgrerank.domain.errors import ModelError, RemoteError
from tests.fixtures.other_server import Answer, Request, other_server
from tests.inference.remote.asking import named, passages, reranker

SCORES = {"scores": [{"item_id": "0", "score": 0.5, "rank": 0}]}


def models(revision: str | None) -> dict[str, object]:
    return {"models": [{"name": "m", "revision": revision, "max_sequence_length": 300}]}


async def card_of(revision: str | None, tmp_path):
    with other_server(lambda _: Answer(models(revision))) as server:
        async with named(tmp_path, reranker(server.url, "sie")) as found:
            return found.rerankers["other"].model


async def test_another_revision_is_another_fingerprint(tmp_path):
    first, second = await card_of("r1", tmp_path), await card_of("r2", tmp_path)
    assert (first.revision, first.max_length) == ("r1", 300)
    assert first.fingerprint != second.fingerprint
    assert (await card_of("r1", tmp_path)).fingerprint == first.fingerprint


async def test_a_model_that_the_server_does_not_have_is_told_with_those_that_it_has(tmp_path):
    with other_server(lambda _: Answer({"models": [{"name": "x"}]})) as server:
        opened = named(tmp_path, reranker(server.url, "sie"))
        with pytest.raises(ModelError, match="`m` is not among its models: x"):
            await opened.__aenter__()


async def test_scores_of_another_revision_than_at_the_start_are_refused(tmp_path):
    ran = {"revision": "r1"}

    def answer(request: Request) -> Answer:
        if request.path == "/v1/models":
            return Answer(models("r1"))
        return Answer(SCORES, headers={"X-SIE-Model-Revision": ran["revision"]})

    with other_server(answer) as server:
        async with named(tmp_path, reranker(server.url, "sie")) as found:
            scorer = found.rerankers["other"]
            assert [each.value for each in await scorer.score("q", passages("a"))] == [0.5]
            ran["revision"] = "r2"
            with pytest.raises(RemoteError, match="another revision of the model"):
                await scorer.score("q", passages("b"))
    assert server.requests[1].headers["Accept"] == "application/json"


@pytest.mark.parametrize("item_id", ["item-0", "7", "-1"])
async def test_ids_that_were_not_sent_are_no_scores(item_id, tmp_path):
    odd = {"scores": [{"item_id": item_id, "score": 0.5}]}
    with other_server(lambda _: Answer(odd)) as server:
        async with named(tmp_path, reranker(server.url, "sie", revision="1")) as found:
            with pytest.raises(RemoteError):
                await found.rerankers["other"].score("q", passages("a"))
