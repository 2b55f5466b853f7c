"""The operator's file, and what identifies the models in it."""

import pytest

from pgrerank.domain.errors import ModelError, RemoteError, SettingsError
from pgrerank.domain.model import ModelCard, ModelKind, ScoreKind
from pgrerank.inference.remote.dialects import known
from tests.fixtures.other_server import Answer, other_server
from tests.inference.remote.asking import named, passages, reranker

RANKED = {"results": [{"index": 0, "relevance_score": 0.5}]}
INFO = {
    "model_id": "BAAI/bge-reranker-v2-m3",
    "model_sha": "953dc6f6f85a1b2dbfca4c34a2796e7dde08d41e",
    "model_dtype": "float16",
    "max_input_length": 1024,
    "max_client_batch_size": 2,
    "version": "1.9.3",
}


async def card(folder, toml: str) -> ModelCard:
    async with named(folder, toml) as found:
        (model,) = [*found.rerankers.values(), *found.embedders.values()]
        return model.model


@pytest.mark.parametrize(
    ("toml", "problem"),
    [
        ("[reranker.x]\n", "missing required field `url` - at `\\$.reranker\\[...\\]`"),
        (reranker("ftp://host"), "at `\\$.reranker\\[...\\].url`"),
        (reranker("http://h", "coheer"), "no dialect `coheer` here. Did you mean `cohere`"),
        (reranker("http://h", "openai"), "There are `cohere`, .*`rankgpt`.* - at `\\$.reranker"),
        (reranker("http://h", retry=3), "contains unknown field `retry`"),
        (reranker("http://h", batch=0), "Expected `int` >= 1"),
        (reranker("http://h").replace("other", '"Odd name"'), "must be 1 to 64 characters"),
        ("reranker = [", "backends.toml"),
        (reranker("http://h", key_env="NO_KEY"), "the variable NO_KEY"),
        (
            reranker("http://h", instruction="Prices count."),
            "`instruction` cannot be sent by the dialect `cohere`. It is for `rankgpt`, `sie`",
        ),
        (
            reranker("http://h", "vllm", instruction="Prices count.", fingerprint="ab" * 32),
            "takes no `fingerprint` of another model",
        ),
        (reranker("http://h", key_file="/no/such/file"), "the file /no/such/file"),
    ],
)
async def test_file_that_is_wrong_is_refused_with_what_is_wrong(toml, problem, tmp_path):
    with pytest.raises(SettingsError, match=f"(?s)PGRERANK_BACKENDS: .*{problem}"):
        await card(tmp_path, toml)


async def test_key_is_sent_from_the_environment_or_a_file(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("of-file\n")
    with other_server(lambda _: Answer(RANKED)) as server:
        first = reranker(server.url, key_env="KEY")
        second = reranker(server.url, key_file=secret).replace("other", "second")
        secrets = {"KEY": "of-env"}
        async with named(tmp_path, f"{first}\n{second}", secrets=secrets) as found:
            for scorer in found.rerankers.values():
                await scorer.score("q", passages("a"))

    sent = [request.headers["Authorization"] for request in server.requests]
    assert sent == ["Bearer of-env", "Bearer of-file"]


async def test_no_key_is_sent_where_there_is_none(tmp_path):
    with other_server(lambda _: Answer(RANKED)) as server:
        async with named(tmp_path, reranker(server.url)) as found:
            await found.rerankers["other"].score("q", passages("a"))

    assert "Authorization" not in server.requests[0].headers


async def test_tei_says_itself_what_it_runs_and_takes(tmp_path):
    with other_server(
        lambda request: Answer(
            INFO
            if request.method == "GET"
            else [{"index": i, "score": i} for i in range(len(request.body["texts"]))]
        )
    ) as server:
        async with named(tmp_path, reranker(server.url, "tei")) as found:
            scorer = found.rerankers["other"]
            await scorer.score("q", passages("a", "b", "c"))

    assert scorer.model.name == INFO["model_id"]
    assert scorer.model.revision == INFO["model_sha"]
    assert (scorer.model.precision, scorer.model.max_length) == ("float16", 1024)
    assert scorer.model.score_kind is ScoreKind.LOGIT
    assert sorted(len(body["texts"]) for body in server.bodies if body) == [1, 2]


@pytest.mark.parametrize("change", [{"model_sha": "other"}, {"model_dtype": "float32"}])
async def test_another_model_behind_the_same_address_is_another_model(change, tmp_path):
    cards: list[ModelCard] = []
    for info in (INFO, INFO, {**INFO, **change}):
        with other_server(lambda _, info=info: Answer(info)) as server:
            cards.append(await card(tmp_path, reranker(server.url, "tei")))

    assert cards[0].fingerprint == cards[1].fingerprint != cards[2].fingerprint


async def test_tei_that_is_not_up_is_refused_unless_the_operator_says_what_it_runs(tmp_path):
    with pytest.raises(ModelError, match="cannot be reached when it was asked what it runs"):
        await card(tmp_path, reranker("http://127.0.0.1:9", "tei"))

    told = await card(tmp_path, reranker("http://127.0.0.1:9", "tei", revision="v2"))

    assert (told.name, told.revision) == ("m", "v2")


async def test_server_that_says_no_model_is_refused(tmp_path):
    with (
        other_server(lambda _: Answer({"version": "1"})) as server,
        pytest.raises(ModelError, match="says no model"),
    ):
        await card(tmp_path, reranker(server.url, "tei"))


@pytest.mark.parametrize(
    "change",
    [{"revision": "2"}, {"score_kind": "logit"}, {"dialect": "jina"}],
)
async def test_what_an_operator_declares_is_part_of_the_identity(change, tmp_path):
    first = await card(tmp_path, reranker("http://h"))
    same = await card(tmp_path, reranker("http://elsewhere", timeout_s=3))
    other = await card(tmp_path, reranker("http://h", **change))

    assert first.fingerprint == same.fingerprint != other.fingerprint
    assert first.kind is ModelKind.RERANKER


@pytest.mark.parametrize("dialect", known.INSTRUCTED)
async def test_an_instruction_is_part_of_the_identity(dialect, tmp_path):
    told = [
        await card(tmp_path, reranker("http://h", dialect, revision="1", **options))
        for options in ({}, {"instruction": "Prices count."}, {"instruction": "Dates count."})
    ]

    assert len({each.fingerprint for each in told}) == 3


async def test_identity_of_a_model_that_is_known_can_be_given(tmp_path):
    found = await card(tmp_path, reranker("http://h", fingerprint="ab" * 32, score_kind="maxsim"))

    assert (found.fingerprint, found.score_kind) == ("ab" * 32, ScoreKind.MAXSIM)


EMBEDDER = '[embedder.other]\nurl = "{url}"\ndialect = "openai"\nmodel = "m"\ndimensions = 2\n'


async def test_documents_are_cut_so_that_the_model_reads_their_chunks_whole(tmp_path):
    toml = EMBEDDER.format(url="http://h") + "max_tokens = 50\n"
    async with named(tmp_path, toml) as found:
        chunks = found.embedders["other"].chunks("Title", "Some words of a text. " * 60)

    assert len(chunks) > 5
    assert all(chunk.token_count <= 50 for chunk in chunks)
    assert found.embedders["other"].model.dimensions == 2


@pytest.mark.parametrize(
    ("embeddings", "problem"),
    [
        ([[1, 2, 3]], "gave a vector of 3 dimensions in place of 2"),
        ([[0, 0]], "without a direction"),
        ([[float("nan"), 1]], "without a direction"),
        ([], "gave 0 vectors that do not match 1 texts"),
    ],
)
async def test_vectors_that_cannot_be_stored_are_refused(embeddings, problem, tmp_path):
    data = [{"index": i, "embedding": each} for i, each in enumerate(embeddings)]
    with other_server(lambda _: Answer({"data": data})) as server:
        async with named(tmp_path, EMBEDDER.format(url=server.url)) as found:
            with pytest.raises(RemoteError, match=problem):
                await found.embedders["other"].query("q")
