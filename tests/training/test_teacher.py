import pytest

from pgrerank.domain.candidate import PairScore
from pgrerank.domain.errors import ScoringError
from pgrerank.training.teacher import score_lessons, spread
from tests.fakes import FakeScorer
from tests.training.conftest import lessons


class Counting(FakeScorer):
    """Scores by length, and counts the pairs that it scored."""

    def __init__(self):
        self.asked = 0

    async def score(self, _query, passages, **_):
        self.asked += len(passages)
        return [PairScore(value=float(len(passage.text))) for passage in passages]


class Broken(FakeScorer):
    async def score(self, _query, passages, **_):
        return [PairScore(value=None) for _ in passages]


@pytest.fixture
def kept(tmp_path):
    return tmp_path / "teacher.jsonl"


async def test_scores_are_asked_once_and_kept(kept):
    steps = []
    teachers = Counting(), Counting()
    first = await score_lessons(lessons(20), teachers[0], kept, lambda: steps.append(1))
    again = await score_lessons(lessons(20), teachers[1], kept, lambda: None)

    assert (len(steps), [each.asked for each in teachers]) == (20, [100, 0])
    assert first == again
    assert first[3].scores == tuple(float(len(text)) for text in first[3].passages)


async def test_file_that_a_kill_tore_is_gone_on_with(kept):
    await score_lessons(lessons(4), Counting(), kept, lambda: None)
    kept.write_text(kept.read_text()[:-20])

    teacher = Counting()
    await score_lessons(lessons(4), teacher, kept, lambda: None)

    assert teacher.asked == 5
    assert len(kept.read_text().splitlines()) == 4


async def test_scores_that_the_data_brought_stay(kept):
    told = [lesson.with_scores([1, 2, 3, 4, 5]) for lesson in lessons(2)]

    teacher = Counting()
    assert await score_lessons(told, teacher, kept, lambda: None) == told
    assert teacher.asked == 0


async def test_teacher_that_fails_is_named(kept):
    with pytest.raises(ScoringError, match="The teacher "):
        await score_lessons(lessons(1), Broken(), kept, lambda: None)


def test_spread_is_mean_and_deviation_of_all_scores():
    told = [lesson.with_scores([1, 1, 1, 3, 3]) for lesson in lessons(2)]

    assert spread(told) == pytest.approx((1.8, 0.96**0.5))
    assert spread(lessons(2)) == (0.0, 1.0)
