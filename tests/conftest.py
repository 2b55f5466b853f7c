pytest_plugins = ["tests.fixtures.inference", "tests.fixtures.postgres"]
