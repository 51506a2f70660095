"""Makes APScheduler go by a virtual clock: it asks the datetime module and can be given no other."""

from datetime import UTC, datetime, tzinfo
from types import ModuleType

import apscheduler.executors.base
import apscheduler.schedulers.base
import apscheduler.triggers.interval
import pytest
from typing_extensions import override

from tests.virtual_time import VirtualClock


def go_by(virtual: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let APScheduler take its time from a clock, until the test ends."""

    class Wall(datetime):
        @classmethod
        @override
        def now(cls, tz: tzinfo | None = None) -> "Wall":
            at = virtual.now().utc.astimezone(tz or UTC)
            return cls.fromisoformat(at.isoformat())

    modules: tuple[ModuleType, ...] = (
        apscheduler.schedulers.base,
        apscheduler.triggers.interval,
        apscheduler.executors.base,
    )
    for module in modules:
        monkeypatch.setattr(module, "datetime", Wall)
