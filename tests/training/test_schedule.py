from collections import Counter
from dataclasses import replace

import pytest

from pgrerank.domain.lesson import Lesson
from pgrerank.training.recipe import Recipe
from pgrerank.training.schedule import Schedule
from tests.training.conftest import lessons

RECIPE = Recipe(epochs=3, batch=4, negatives=2)


def queries(schedule):
    return [query for index in range(len(schedule)) for query in schedule[index]["query"]]


def test_order_is_decided_by_the_seed_alone():
    found = queries(Schedule(lessons(30), RECIPE))

    assert found == queries(Schedule(lessons(30), RECIPE))
    assert found != queries(Schedule(lessons(30), replace(RECIPE, seed=1)))


def test_batch_does_not_depend_on_those_before_it():
    read, fresh = (Schedule(lessons(30), RECIPE) for _ in range(2))
    queries(read)

    for index in (20, 3, 11):
        assert read[index]["passages"] == fresh[index]["passages"]


def test_every_epoch_brings_every_query_with_other_negatives():
    schedule = Schedule(lessons(30), RECIPE)
    per_epoch = schedule.batches_per_epoch
    seen = [
        {
            query: passages
            for index in range(epoch * per_epoch, (epoch + 1) * per_epoch)
            for query, passages in zip(
                schedule[index]["query"], schedule[index]["passages"], strict=True
            )
        }
        for epoch in range(2)
    ]

    assert seen[0].keys() == seen[1].keys() == {lesson.query for lesson in lessons(30)}
    assert seen[0] != seen[1]


def test_list_is_a_positive_with_negatives_and_their_labels():
    (lesson,) = lessons(1)
    schedule = Schedule([lesson.with_scores([9, 1, 2, 3, 4])], RECIPE)

    batch = schedule[0]

    ((positive, *negatives),) = batch["passages"]
    scores = dict(zip(lesson.passages, [9.0, 1.0, 2.0, 3.0, 4.0], strict=True))
    assert positive == lesson.positives[0]
    assert len({*negatives} & {*lesson.negatives}) == 2
    assert batch["label"]["grades"].tolist() == [[1, 0, 0]]
    assert batch["label"]["scores"].tolist() == [[scores[text] for text in batch["passages"][0]]]


def test_lists_of_other_lengths_are_padded_by_nothing():
    short = Lesson(dataset="toy", query="q", positives=("a",), negatives=("b",))
    batch = Schedule([short, *lessons(1)], RECIPE)[0]

    grades = batch["label"]["grades"]
    assert sorted(grades.isnan().sum(dim=1).tolist()) == [0, 1]
    assert batch["label"]["scores"].isnan().all()


@pytest.mark.parametrize(("weight", "times"), [(0.5, 10), (2.0, 40), (0.0, 0)])
def test_weight_says_how_often_a_set_comes_round(weight, times):
    other = [
        replace(each, dataset="other", query=f"other {each.query}") for each in lessons(20, seed=3)
    ]
    schedule = Schedule([*lessons(5), *other], replace(RECIPE, epochs=1, weights={"other": weight}))

    found = Counter(query.startswith("other") for query in queries(schedule))

    assert found[True] == times
