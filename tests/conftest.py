"""Plugins of the whole suite, and what no test may inherit from another."""

import sys

import pytest

pytest_plugins = ["tests.ci", "tests.lanes", "tests.logs", "tests.postgres"]


@pytest.fixture(autouse=True)
def _no_request_counts_of_another_test() -> None:
    """Forget what was sent and what is to be waited for: a port of one test may be that of another."""
    outgoing = sys.modules.get(
        "verification.venues.ccxt.outgoing"
    )  # loading it, and ccxt, is for those who need it
    if outgoing is not None:
        outgoing.OF_PROCESS.forget()
