"""Which file is played when, and by whom: those that wait beside those that compute (a pytest plugin).

By itself xdist begins with the files of the most tests. Those of real processes have few and wait long: they
would all come last, and the processors be idle. Here every other worker begins with them.
"""

from collections.abc import Iterable
from typing import Any

import pytest

WAITS = ("tests/processes/", "tests/browser/", "tests/bench/", "tests/cli/test_up.py")
"""Folders and files whose tests wait for other processes most of the time."""

APART = ("tests/processes/test_an_account_is_taken_out.py", "tests/processes/test_two_reconcilers.py")
"""Files that are long and whose tests share nothing: each test may be played by another worker."""

LONG = (
    "tests/processes/test_an_account_is_taken_out.py",
    "tests/bench/",
    "tests/browser/",
    "tests/processes/test_two_reconcilers.py",
    "tests/processes/test_the_demo_tells_its_story.py",
    "tests/simulation/reconciler/",
    "tests/packaging/",
    "tests/reconciler/notify/",
    "tests/simulation/",
    "tests/wire/",
    "tests/reconciler/account/",
    "tests/reconciler/storage/",
)
"""What takes longest, first: nobody shall be alone with it at the end."""


def waits(unit: str) -> bool:
    """Say whether tests wait for other processes most of the time; of a file or a test."""
    return unit.startswith(WAITS)


def next_of(units: Iterable[str], *, waiting: bool) -> str:
    """Choose what is played next: the longest of the kind that is wanted, or of the other if none is left."""
    in_order = sorted(units, key=_place)
    return next((unit for unit in in_order if waits(unit) is waiting), in_order[0])


def unit_of(test: str) -> str:
    """Return what a test is played together with: its file, or nothing else."""
    file = test.split("::", 1)[0]
    return test if file in APART else file


def _place(unit: str) -> int:
    return next((place for place, start in enumerate(LONG) if unit.startswith(start)), len(LONG))


def pytest_configure(config: pytest.Config) -> None:
    """Take the place of `--dist loadfile`, where xdist is there and is asked for it."""
    if config.pluginmanager.hasplugin("xdist") and config.getoption("dist", "no") == "loadfile":
        config.pluginmanager.register(_Makes(), "lanes")


class _Makes:
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> object:
        from xdist.scheduler.loadfile import LoadFileScheduling

        class Lanes(LoadFileScheduling):  # type: ignore[misc]  # xdist ships no types
            """Gives every other worker what waits, and the others what computes, while there is such."""

            def _split_scope(self, nodeid: str) -> str:
                return unit_of(nodeid)

            def _assign_work_unit(self, node: Any) -> None:
                waiting = self.nodes.index(node) % 2 == 1
                self.workqueue.move_to_end(next_of(self.workqueue, waiting=waiting), last=False)
                super()._assign_work_unit(node)

        return Lanes(config, log)
