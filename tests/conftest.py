pytest_plugins = [
    "tests.fixtures.collections",
    "tests.fixtures.inference",
    "tests.fixtures.postgres",
    "tests.fixtures.rankings",
]
