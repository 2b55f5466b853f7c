"""A result names the legs that found it, each with its rank and score."""

from uuid import UUID

import pytest

from pgrerank.cli import hits
from pgrerank.client.answers import Ranks, Result, ResultChunk, ResultDocument, ResultScores

ID = UUID(int=1)


@pytest.mark.parametrize(
    ("sparse", "legs"),
    [
        (None, "(dense #3 0.250)"),
        (4.5, "(dense #3 0.250, sparse #1 4.500)"),
    ],
)
def test_each_leg_that_found_a_result_is_named(sparse, legs):
    result = Result(
        document=ResultDocument(id="a", title="", uri=None, metadata={}),
        chunk=ResultChunk(id=ID, ordinal=0, content=None),
        scores=ResultScores(dense=0.25, sparse=sparse, fused=0.5),
        ranks=Ranks(dense=3, sparse=sparse and 1, fused=2, final=1),
    )

    assert hits.reasons(result) == f"fused 0.500, first stage #2 {legs}"
