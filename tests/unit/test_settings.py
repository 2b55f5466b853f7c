import dataclasses
from pathlib import Path

import pytest

from pgrerank.domain.engine_settings import EngineSettings
from pgrerank.domain.errors import SettingsError
from pgrerank.settings import Settings, descriptions


def test_empty_environment_gives_a_working_default():
    settings = Settings.from_environ({})

    assert settings.database_url is None
    assert settings.limits.documents == settings.max_documents


def test_variables_are_read_in_their_types():
    settings = Settings.from_environ(
        {"PGRERANK_PORT": "9000", "PGRERANK_DATA_DIR": "~/there", "PGRERANK_EMBEDDER": ""}
    )

    assert settings.port == 9000
    assert settings.data_dir == Path.home() / "there"
    assert settings.embedder == "all-MiniLM-L6-v2"


@pytest.mark.parametrize(
    ("variable", "value"),
    [("PGRERANK_PORT", "http"), ("PGRERANK_PORT", "70000"), ("PGRERANK_PRECISION", "fp4"),
     ("PGRERANK_OPERATOR_TOKEN", "short"), ("PGRERANK_POOL_SIZE", "0"),
     ("PGRERANK_QUEUE_SIZE", "0"), ("PGRERANK_MAX_WAIT_SECONDS", "long")],
)  # fmt: skip
def test_unusable_value_is_refused_by_the_name_of_its_variable(variable, value):
    with pytest.raises(SettingsError, match=variable) as refusal:
        Settings.from_environ({variable: value})

    assert refusal.value.variable == variable


def test_every_setting_is_described():
    of_groups = {"engine": EngineSettings}
    fields = {*Settings.__struct_fields__} - {*of_groups}
    fields |= {field.name for group in of_groups.values() for field in dataclasses.fields(group)}

    assert {name for name, _, meaning in descriptions() if meaning} == {
        f"PGRERANK_{name.upper()}" for name in fields
    }


def test_a_setting_of_a_group_has_a_variable_like_any_other():
    settings = Settings.from_environ({"PGRERANK_QUEUE_SIZE": "7"})

    assert settings.engine == EngineSettings(queue_size=7)
    assert Settings.from_environ({}).engine == EngineSettings()
