"""Plugins of the whole suite."""

pytest_plugins = ["tests.ci", "tests.logs", "tests.postgres"]
