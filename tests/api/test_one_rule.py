"""An input is validated by the same rule on every path, and an error names the input."""

import pytest

from tests.api.conftest import Client

TEXTS = ["a red apple", "a blue sea"]
LAX = {"query": "red", "documents": TEXTS, "top_n": 1.0, "return_documents": "true"}
HALF = b'{"query": "red", "%s": ["fine", "half \\ud835 of one"], "model": "m"}'


@pytest.mark.parametrize("path", ["/rerank", "/v1/rerank"])
async def test_both_roots_take_the_same_values(client: Client, path):
    answer = await client.post(path, json=LAX)

    assert answer.status_code == 200
    assert len(answer.json()["results"]) == 1


@pytest.mark.parametrize("path", ["/rerank", "/v1/rerank"])
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"top_n": -1}, "top_n"),
        ({"top_n": 2**40}, "top_n"),
        ({"top_k": 0}, "top_k"),
        ({"documents": []}, "documents"),
        ({"query": " "}, "query"),
    ],
)
async def test_both_roots_refuse_the_same_by_the_name_that_was_sent(
    client: Client, path, wrong, field
):
    answer = await client.post(path, json={"query": "red", "documents": TEXTS, **wrong})

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, field)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/rankings", "documents"),
        ("/rerank", "documents"),
        ("/rerank", "texts"),
        ("/v1/rerank", "documents"),
        ("/v2/rerank", "documents"),
        ("/compat/tei/rerank", "texts"),
        ("/compat/voyage/v1/rerank", "documents"),
    ],
)
async def test_half_a_surrogate_pair_is_refused_with_the_document_that_holds_it(
    client: Client, path, name
):
    content = HALF % name.encode()
    answer = await client.post(path, content=content, headers={"Content-Type": "application/json"})

    assert answer.status_code in (400, 422)
    assert f"{name}[1]: has half a surrogate pair at character 5" in answer.text


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"text_1": [], "text_2": ["a"]}, "text_1"),
        ({"data_1": ["a"], "data_2": []}, "data_2"),
        ({"text_1": " ", "text_2": ["a"]}, "text_1[0]"),
        ({"text_1": ["a", "b"], "text_2": ["a", "b", "c"]}, "text_1"),
        ({"queries": "a"}, "documents"),
    ],
)
async def test_scores_of_pairs_are_refused_by_the_name_that_was_sent(client: Client, sent, field):
    answer = await client.post("/v1/score", json=sent)

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, field)


@pytest.mark.parametrize(
    ("path", "field", "hint"),
    [
        ("/v1/collections?limti=3", "limti", "did you mean `limit`?"),
        ("/v1/collections?top_k=3", "top_k", "did you mean `limit`?"),
        ("/v1/rankings?after=x", "after", "did you mean `cursor`?"),
        ("/v1/thresholds?limit=3", "limit", "there is none"),
        ("/v1/collections?services=x", "services", "unknown query parameter"),
    ],
)
async def test_an_unknown_query_parameter_is_refused(client: Client, path, field, hint):
    answer = await client.get(path)

    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert hint in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {"query": "q\0", "document": "d", "grade": 1},
        {"query": "q", "document": "d\0", "grade": 1},
        {"query": "q", "document": "d", "grade": 1, "source": "s\0"},
        {"query": "q", "document": "d", "grade": 1, "by": "b\0"},
        {"query": " ", "document": "d", "grade": 1},
    ],
)
async def test_a_judgment_that_cannot_be_stored_is_named(client: Client, body):
    sound = {"query": "q", "document": "d", "grade": 1}
    wrong = next(name for name in body if body[name] != sound.get(name))
    answer = await client.post(
        "/v1/judgments", json={"collection": "docs", "judgments": [sound, body]}
    )

    assert (answer.status_code, answer.json()["field"]) == (400, f"judgments[1].{wrong}")


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_instants_are_bounded_in_utc(client: Client, instant):
    for name in ("since", "until"):
        answer = await client.get("/v1/rankings", params={name: instant})
        assert (answer.status_code, answer.json()["field"]) == (400, name)
