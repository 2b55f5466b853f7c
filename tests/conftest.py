import gc

from hypothesis import settings

pytest_plugins = [
    "tests.fixtures.collections",
    "tests.fixtures.inference",
    "tests.fixtures.models",
    "tests.fixtures.postgres",
    "tests.fixtures.rankings",
    "tests.fixtures.service",
]

# A busy machine is no failure.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_collection_finish() -> None:
    """Keep what was imported out of garbage collections: a full one takes a second over all of it."""
    gc.collect()
    gc.freeze()
