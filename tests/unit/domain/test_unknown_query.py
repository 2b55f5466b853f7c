from pgrerank.domain.unknown_query import warnings


def test_model_that_does_not_know_most_of_a_query_is_named_with_the_share():
    said = warnings({"embedder": 0.83, "reranker": 0.5, "another": 0.0})

    assert said == ("83% of the query is unknown to `embedder`, so its scores say little about it",)
