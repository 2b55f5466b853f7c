"""pgrerank enrich and pgrerank document related."""

import pytest

TEXTS = {
    "keys": "Rotate an API key every month, or at once when it leaked.",
    "secrets": "An API key that leaked must be rotated at once.",
    "fruit": "Bananas are yellow and sweet; a ripe one smells of esters.",
    "apples": "Apples are red or green, and sweet when they are ripe.",
}
PLACE = ("-t", "acme", "-c", "related")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("texts")
    for name, text in TEXTS.items():
        (made / f"{name}.txt").write_text(text)
    return made


@pytest.fixture(scope="module")
def filled(cli, tenant, folder):
    cli.well("collection", "add", "related", "-t", tenant, "--store-tokens")
    cli.well("ingest", folder, *PLACE)
    return folder


def related(cli, name):
    answer = cli.json("document", "related", f"{name}.txt", *PLACE)
    return [each["id"] for each in answer["items"]], answer["state"]


def test_lists_are_made_read_renewed_and_removed(cli, filled):
    before = cli("document", "related", "keys.txt", *PLACE)
    assert before.exit_code == 0
    assert "keeps no related documents. To make them: pgrerank enrich" in before.stderr
    assert cli("enrich", *PLACE, "--status").exit_code == 1

    made = cli.well("enrich", *PLACE, "--depth", "3")
    shown = cli.well("document", "related", "keys.txt", *PLACE)
    assert made == "4 documents new, 0 changed, 0 deleted: 4 lists stored, 12 pairs scored.\n"
    assert shown.splitlines()[1].split()[::2] == ["1", "secrets.txt"]
    assert related(cli, "apples") == (["fruit.txt", *related(cli, "apples")[0][1:]], "fresh")

    (filled / "apples.txt").write_text("An API key may be rotated by its owner.")
    cli.well("ingest", filled, *PLACE)
    assert related(cli, "apples")[1] == "stale"
    assert cli.json("enrich", *PLACE, "--status")["changed_since_the_last_check"] == 1
    renewed = cli.json("enrich", *PLACE)
    assert renewed == {"new": 0, "changed": 1, "deleted": 0, "lists": 4, "pairs": 6}
    assert related(cli, "apples")[0][-1] == "fruit.txt"
    status = cli.json("enrich", *PLACE, "--status")
    assert (status["lists"], status["stale"], status["depth"]) == (4, 0, 3)

    assert cli.well("enrich", *PLACE, "--remove") == (
        "The related documents of related are removed.\n"
    )
    assert cli("enrich", *PLACE, "--remove").exit_code == 1


def test_collection_without_token_vectors_is_told_what_to_do(cli, tenant):
    refused = cli("enrich", "-t", tenant, "-c", "docs")

    assert refused.exit_code == 1
    assert "pgrerank collection tokens docs" in refused.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--depth", "1001"), "--depth"),
        (("--method", "bm25"), "--method"),
        (("--throttle", "0"), "--throttle"),
        (("--status", "--depth", "3"), "--depth is for making lists"),
        (("--status", "--remove"), "give either --status or --remove"),
    ],
)
def test_wrong_use_is_refused(modelled, options, said):
    refused = modelled("enrich", *PLACE, *options)

    assert refused.exit_code == 2
    assert said in refused.stderr
