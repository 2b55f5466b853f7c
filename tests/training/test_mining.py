import pytest

from pgrerank.training.mining import Labelled, digest, mine
from tests.fakes import FakeEmbedder

CORPUS = {f"d{number}": f"walrus number {number}" for number in range(12)} | {
    "answer": "the walrus eats clams",
    "twin": "the walrus eats clams",
    "refused": "the walrus sings",
}


@pytest.fixture
def data():
    return Labelled(
        name="sea",
        corpus=CORPUS,
        queries={"q": "what does the walrus eat", "unanswered": "who"},
        qrels={"q": {"answer": 2, "refused": 0, "gone": 1}, "unanswered": {"d1": 0}},
    )


async def test_negatives_are_the_refused_and_then_what_is_found(data, tmp_path):
    (lesson,) = await mine(data, FakeEmbedder(), 5, tmp_path / "kept.json", lambda _: None)

    assert (lesson.dataset, lesson.query) == ("sea", "what does the walrus eat")
    assert lesson.positives == ("the walrus eats clams",)
    assert lesson.negatives[0] == "the walrus sings"
    assert len(lesson.negatives) == 5
    assert not {*lesson.negatives} & {*lesson.positives}


async def test_what_was_mined_is_not_mined_again(data, tmp_path):
    embedded = []
    once = await mine(data, FakeEmbedder(), 5, tmp_path / "kept.json", embedded.append)
    again = await mine(data, FakeEmbedder(), 5, tmp_path / "kept.json", embedded.append)

    assert once == again
    assert sum(embedded) == len(CORPUS)


def test_other_data_has_another_digest(data):
    assert digest(data, 5) == digest(data, 5)
    assert digest(data, 5) != digest(data, 6)
