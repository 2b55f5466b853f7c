import pytest


@pytest.fixture(scope="module")
def docs(cli):
    cli.well("tenant", "add", "termed")
    cli.well("collection", "add", "docs", "--tenant", "termed")
    return ("-c", "docs", "--tenant", "termed")


def test_terms_are_added_weighed_anew_and_removed(cli, docs):
    added = cli.json("term", "add", "falcon=0.8", "grey hen", "a=b=1", *docs)
    again = cli.json("term", "add", "Falcon=0.3", *docs)
    left = cli.json("term", "remove", "FALCON", "a=b", *docs)

    assert added == {"falcon": 0.8, "grey hen": 0.5, "a=b": 1}
    assert again == {"grey hen": 0.5, "a=b": 1, "Falcon": 0.3}
    assert left == {"grey hen": 0.5} == cli.json("term", "list", *docs)
    assert "grey hen" in cli.well("term", "list", *docs)


@pytest.mark.parametrize(
    "wrong",
    [("add", "falcon=much"), ("add", "falcon=7"), ("remove", "none")],
)
def test_terms_that_cannot_be_are_a_wrong_call(cli, docs, wrong):
    assert cli("term", *wrong, *docs).exit_code == 2


def test_fields_are_added_changed_listed_and_removed(cli, docs):
    made = cli.json("term", "field", "made", "--half-life", "30", *docs)
    both = cli.json(
        "term", "field", "stars", "--worst", "0", "--best", "5", "--weight", "0.3", *docs
    )
    listed = cli.json("term", "fields", *docs)
    shown = cli.well("term", "fields", *docs)
    left = cli.json("term", "remove-field", "made", *docs)

    assert made == {"made": {"weight": 0.5, "half_life_days": 30}}
    assert both == listed == made | {"stars": {"weight": 0.3, "worst": 0, "best": 5}}
    assert "half-life" in shown
    assert left == {"stars": {"weight": 0.3, "worst": 0, "best": 5}}


@pytest.mark.parametrize(
    "wrong",
    [("field", "x"), ("field", "x", "--worst", "1"), ("remove-field", "none")],
)
def test_fields_that_cannot_be_are_a_wrong_call(cli, docs, wrong):
    assert cli("term", *wrong, *docs).exit_code == 2
