import pytest


@pytest.fixture(scope="module")
def docs(cli):
    cli.well("tenant", "add", "termed")
    cli.well("collection", "add", "docs", "--tenant", "termed")
    return ("docs", "--tenant", "termed")


def test_terms_are_added_weighed_anew_and_removed(cli, docs):
    name, *tenant = docs

    added = cli.json("term", "add", name, "falcon=0.8", "grey hen", "a=b=1", *tenant)
    again = cli.json("term", "add", name, "Falcon=0.3", *tenant)
    left = cli.json("term", "remove", name, "FALCON", "a=b", *tenant)

    assert added == {"falcon": 0.8, "grey hen": 0.5, "a=b": 1}
    assert again == {"grey hen": 0.5, "a=b": 1, "Falcon": 0.3}
    assert left == {"grey hen": 0.5} == cli.json("term", "list", *docs)
    assert "grey hen" in cli.well("term", "list", *docs)


@pytest.mark.parametrize(
    "wrong",
    [("add", "docs", "falcon=much"), ("add", "docs", "falcon=7"), ("remove", "docs", "none")],
)
def test_terms_that_cannot_be_are_a_wrong_call(cli, docs, wrong):
    assert cli("term", *wrong, *docs[1:]).exit_code == 2
