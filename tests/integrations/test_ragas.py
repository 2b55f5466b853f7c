"""Samples for Ragas, and its measures of ids. `scripts/test-clients pgrerank_ragas` runs Ragas."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.client import Client
from pgrerank.integrations import ragas

KEYS = {
    "user_input",
    "retrieved_contexts",
    "retrieved_context_ids",
    "reference_contexts",
    "reference_context_ids",
}
IDS = st.lists(st.integers(0, 9).map(str) | st.integers(0, 9), max_size=9)


@pytest.mark.parametrize(
    ("retrieved", "reference", "recall", "precision"),
    [
        (["a", "b", "c", "d"], ["a", "e"], 0.5, 0.25),
        (["a", "a", "b"], ["a", "a"], 1.0, 0.5),
        ([1, "2"], ["1", 2], 1.0, 1.0),
        ([], ["a"], 0.0, math.nan),
        (["a"], [], math.nan, 0.0),
    ],
)
def test_measures_are_shares_of_sets_of_ids(retrieved, reference, recall, precision):
    assert ragas.context_recall(retrieved, reference) == pytest.approx(recall, nan_ok=True)
    assert ragas.context_precision(retrieved, reference) == pytest.approx(precision, nan_ok=True)


@given(IDS, IDS)
def test_recall_is_precision_with_the_sides_exchanged(one, other):
    recall, precision = ragas.context_recall(one, other), ragas.context_precision(other, one)
    assert recall == precision or (math.isnan(recall) and math.isnan(precision))
    assert math.isnan(recall) or 0 <= recall <= 1


def test_means_leave_out_what_is_no_number():
    samples = [
        ragas.Sample(
            user_input="q",
            retrieved_contexts=[],
            retrieved_context_ids=found,
            reference_contexts=[],
            reference_context_ids=wanted,
        )
        for found, wanted in ([(["a"], ["a"]), ([], ["b"])])
    ]
    assert ragas.means(samples) == {"context_recall": 0.5, "context_precision": 1.0}
    assert ragas.means([]) == {"context_recall": None, "context_precision": None}


def test_an_answer_becomes_a_sample_that_is_written_as_ascii(live, tmp_path):
    with Client(live.url, live.new_key()) as client:
        client.put_collection("ragas")
        client.ingest("ragas", [{"id": "a", "text": "größe 📦"}, {"id": "b", "text": "other"}])
        answer = client.search("ragas", "größe", limit=2)
    made = ragas.sample("größe", answer, relevant=["a"], reference_contexts=["größe 📦"])
    assert set(made) == KEYS
    assert set(made["retrieved_context_ids"]) == {"a", "b"}
    place = made["retrieved_context_ids"].index("a")
    assert made["retrieved_contexts"][place] == "größe 📦"

    assert ragas.write(tmp_path / "ragas.jsonl", [made, made]) == 2
    lines = (tmp_path / "ragas.jsonl").read_text(encoding="ascii").splitlines()
    assert [json.loads(line) for line in lines] == [made, made]
