import pytest

from pgrerank.domain.candidate import PairScore
from pgrerank.inference.local.registry import load_stored_late_interaction
from pgrerank.usecases.evaluation.rerank_run import rerank_run
from tests.fakes import FakeScorer

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


class Undecided(FakeScorer):
    """A reranker that knows the best three documents, and hardly tells the others apart."""

    async def score(self, _, passages, **__):
        values = {"caramel": 3.0, "honey": 3.0, "toffee": 3.0, "calendar": 1.0, "sweet": 0.9}
        by_text = {PASSAGES[name]: value for name, value in values.items()}
        return [PairScore(value=by_text[each.text]) for each in passages]


async def test_agreement_counts_besides_the_scores_of_another_reranker(late):
    run = ["calendar", "sweet", "toffee", "honey", "caramel"]

    [alone] = await reordered(Undecided(), None, run)
    [together] = await reordered(Undecided(), late, run)

    assert alone[3:] == ["calendar", "sweet"]
    assert together[3:] == ["sweet", "calendar"]
