from hypothesis import settings

pytest_plugins = [
    "tests.fixtures.collections",
    "tests.fixtures.inference",
    "tests.fixtures.postgres",
    "tests.fixtures.rankings",
    "tests.fixtures.service",
]

# A busy machine is no failure.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
