import gc

import pytest
from hypothesis import settings

pytest_plugins = [
    "tests.fixtures.collections",
    "tests.fixtures.inference",
    "tests.fixtures.models",
    "tests.fixtures.postgres",
    "tests.fixtures.rankings",
    "tests.fixtures.related",
    "tests.fixtures.service",
]

# A test must not fail because the machine is busy.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


#: the modules that take 20 seconds and more: begun first, so that no worker is left alone with one
#: at the end
LONGEST = (
    "tests/api/test_fuzz.py",
    "tests/api/test_schemathesis.py",
    "tests/cli/test_calibration.py",
    "tests/cli/test_models_fetch.py",
    "tests/cli/test_processes.py",
    "tests/cli/test_reembed.py",
    "tests/cli/test_remedies.py",
    "tests/installs/test_installs.py",
    "tests/resilience/test_kill.py",
    "tests/sql/test_reference_bm25.py",
    "tests/training/test_run.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the longest modules first, the others in the order that they have."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


def pytest_collection() -> None:
    """Do not collect garbage during imports, which make hardly any: that took a fifth of the time."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Keep what was imported out of garbage collections: a full one takes a second over all of it."""
    gc.collect()
    gc.freeze()
    gc.enable()
