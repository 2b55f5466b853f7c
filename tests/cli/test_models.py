"""`pgrerank models` lists what comes packaged, and what the hub has."""

from dataclasses import replace

from pgrerank.inference.catalogue import HUB_MODELS, PACKAGED_MODELS
from pgrerank.inference.local import registry


def test_packaged_models_are_listed_with_the_fingerprint_of_this_machine(cli):
    packaged = cli.json("models")["packaged"]

    assert [row["name"] for row in packaged] == [model.name for model in PACKAGED_MODELS]
    assert [row["fingerprint"] for row in packaged] == [
        registry.packaged_card(model.name).fingerprint for model in PACKAGED_MODELS
    ]
    assert [row["problem"] for row in packaged] == [None] * len(packaged)


def test_hub_models_are_listed_with_the_command_that_uses_them(cli):
    text = cli.well("models")

    for model in HUB_MODELS:
        assert f"PGRERANK_{model.role.upper()}={model.name} pgrerank serve" in text
    assert "English" in text


def test_a_model_that_cannot_be_used_is_listed_with_the_reason(cli, tmp_path):
    file = tmp_path / "file"
    file.touch()
    elsewhere = replace(cli, environment={**cli.environment, "XDG_CACHE_HOME": str(file)})

    result = elsewhere.json("models")["packaged"]

    problems = {row["name"]: row["problem"] for row in result}
    assert problems["all-MiniLM-L6-v2"] is None
    assert "cannot be written" in problems["ms-marco-minilm-l12"]
