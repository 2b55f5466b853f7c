from dataclasses import replace

from pgrerank.domain.lesson import Lesson, digest, merge, sample, split


def lesson(query="q", positives=("a",), negatives=("b", "c"), **columns):
    return Lesson(dataset="set", query=query, positives=positives, negatives=negatives, **columns)


MANY = [lesson(f"q{number}") for number in range(50)]


def test_rows_of_one_query_are_one_lesson_without_contradictions():
    found = merge([lesson(), lesson("other"), lesson(positives=("b",), negatives=("a", "d"))])

    assert found == [lesson(positives=("a", "b"), negatives=("c", "d")), lesson("other")]


def test_scores_survive_merging_where_all_are_there():
    scored = lesson(scores=(3, 2, 1))
    other = lesson(positives=("b",), negatives=("d",))

    assert merge([scored, other])[0].scores == ()
    assert merge([scored, other.with_scores((5, 4))])[0] == lesson(
        positives=("a", "b"), negatives=("c", "d"), scores=(3, 2, 1, 4)
    )


def test_held_out_queries_are_on_one_side_whatever_the_order():
    twice = [*MANY, *(replace(each, dataset="other") for each in MANY)]

    train, dev = split(twice, 8, seed=3)
    _, reversed_dev = split(twice[::-1], 8, seed=3)

    assert len({each.query for each in dev}) == 8
    assert not {each.query for each in train} & {each.query for each in dev}
    assert {each.query for each in reversed_dev} == {each.query for each in dev}
    assert split(MANY, 8, seed=4)[1] != split(MANY, 8, seed=3)[1]


def test_no_more_than_a_fifth_is_held_out():
    assert len(split(MANY, 1000, seed=0)[1]) == 10


def test_query_without_both_kinds_of_passages_measures_nothing():
    _, dev = split([*MANY, *(lesson(f"p{i}", negatives=()) for i in range(50))], 100, seed=0)

    assert all(each.negatives for each in dev)


def test_negatives_above_every_positive_are_dropped():
    found = lesson(positives=("a", "x"), scores=(1, 5, 6, 5)).without_false_negatives()

    assert found == lesson(positives=("a", "x"), negatives=("c",), scores=(1, 5, 5))
    assert lesson().without_false_negatives() == lesson()


def test_digest_is_of_everything():
    changed = [
        lesson("p"),
        lesson(positives=("x",)),
        lesson(negatives=()),
        lesson(scores=(1, 2, 3)),
    ]

    assert len({digest([each]) for each in [lesson(), *changed]}) == 5


def test_sample_is_the_same_for_a_seed():
    assert sample(MANY, 5, seed=1) == sample(MANY, 5, seed=1)
    assert len(sample(MANY, 5, seed=1)) == 5
    assert sample(MANY, 500, seed=1) == MANY
