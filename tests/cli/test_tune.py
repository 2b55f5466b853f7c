import pytest

QUICK = ("--strategy", "keyword", "--no-rerank")


def place(tenant):
    return "-t", tenant, "-c", "animals-english"


def settings_of(cli, tenant):
    return cli.json("collection", "show", "animals-english", "-t", tenant)["retrieval"]


def test_tuning_measures_on_stored_judgments_and_writes_nothing(cli, zoo):
    before = settings_of(cli, zoo)

    found = cli.json("tune", *place(zoo), *QUICK)

    assert (found["queries"], found["folds"], found["applied"]) == (12, 5, False)
    assert found["gain"]["before"] == 1
    assert found["gain"]["is_gain"] is False
    assert found["before"] == {**before, "candidates": 100, "depth": None}
    assert found["after"]["candidates"] == 50
    assert settings_of(cli, zoo) == before


def test_tuning_leaves_no_searches_in_the_log(cli, zoo, database):
    count = "select count(*) from pgrerank.rerank_log"
    with database.admin() as connection:
        before = connection.execute(count).fetchone()
        connection.commit()
        cli.well("tune", *place(zoo), *QUICK, "--max-queries", 10)

        assert connection.execute(count).fetchone() == before


def test_tuning_says_in_words_that_nothing_is_worth_changing(cli, zoo):
    shown = cli.well("tune", *place(zoo), *QUICK, "--candidates", 50, "--apply")

    assert "not beyond chance" in shown
    assert "The present settings are the best of those that were tried." in shown


def test_tuning_takes_a_labelled_folder(cli, zoo, animals):
    found = cli.json("tune", *place(zoo), *QUICK, "--data", animals, "--max-queries", 11)

    assert found["queries"] == 11


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--max-queries", "9"], "at least 10"),
        (["--qrels", __file__], "--qrels needs --data"),
    ],
)
def test_tuning_that_could_say_nothing_is_refused(cli, zoo, options, said):
    result = cli("tune", *place(zoo), *QUICK, *options)

    assert result.exit_code != 0
    assert said in result.stderr


def test_tuning_without_judgments_says_how_to_get_some(cli, tenant):
    result = cli("tune", "-t", tenant, "-c", "docs", *QUICK)

    assert result.exit_code == 1
    assert "pgrerank judgment import" in result.stderr
