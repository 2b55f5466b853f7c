import pytest

from pgrerank.inference.local.registry import load_stored_late_interaction
from pgrerank.usecases.evaluation.rerank_run import rerank_run

QUERY = "what do dates taste of"
PASSAGES = {
    "caramel": "Dates taste of caramel and honey.",
    "honey": "Ripe dates taste of honey.",
    "toffee": "Dried dates taste of toffee and honey.",
    "sweet": "They are sweet like honey and caramel when they are dried.",
    "calendar": "What dates does the calendar mark?",
}


@pytest.fixture(scope="module")
def late(embedder):
    return load_stored_late_interaction(embedder)


async def reordered(scorer, late, run):
    answers = rerank_run(scorer, late, {"q": run}, {"q": QUERY}, PASSAGES, depth=100)
    return [list(answer.document_ids) async for answer in answers]


async def test_what_is_like_the_best_passes_what_is_not(late_scorer, late):
    run = ["calendar", "sweet", "toffee", "honey", "caramel"]

    [alone] = await reordered(late_scorer, None, run)
    [together] = await reordered(late_scorer, late, run)

    assert alone.index("calendar") < alone.index("sweet")
    assert together.index("sweet") < together.index("calendar")
    assert set(together[:3]) == {"caramel", "honey", "toffee"}


async def test_of_a_run_without_known_documents_nothing_is_read(late_scorer, late):
    assert await reordered(late_scorer, late, ["gone", "lost"]) == [["gone", "lost"]]
