"""How Trueup fares, drawn for the tests: one process that is well, and what may be wrong with it."""

from dataclasses import replace
from typing import Any

from reconciler.views.health import (
    BudgetView,
    ChannelTestView,
    ClockView,
    HealthView,
    JobView,
    ProcessView,
    WaitingView,
)
from tests.dashboard import drawn


def budget(**changes: Any) -> BudgetView:
    told = BudgetView(
        venue="Binance",
        address="home",
        accounts=("main",),
        used=412,
        ours=84,
        most=2400,
        part=480,
        slowed_from=1440,
        window=60,
        waits_until=None,
        refusals=0,
    )
    return replace(told, **changes)


def job(name: str = "sweep", **changes: Any) -> JobView:
    told = JobView(name, "main", 15, good_at=drawn.before(6), seconds=1.21, failing="", late=False)
    return replace(told, **changes)


def process(**changes: Any) -> ProcessView:
    told = ProcessView(
        process="vega 1841",
        at=drawn.before(41),
        started_at=drawn.before(6 * 86400),
        versions=(("Trueup", "1.4.0"), ("ccxt", "4.6.2")),
        budgets=(budget(),),
        jobs=(job(), job("clock", every=60), job("housekeeping", account="", every=3600, seconds=6.8)),
        clocks=(ClockView("main", 11.0, 4.0, drawn.before(22)),),
        waiting=(WaitingView("phone", None),),
    )
    return replace(told, **changes)


def health(*processes: ProcessView, **changes: Any) -> HealthView:
    told = HealthView(
        read_at=drawn.NOW,
        processes=processes or (process(),),
        unreadable=(),
        tests=(),
        oldest_owed=None,
        owed=0,
        database="sqlite",
        database_bytes=214 * 2**20,
    )
    return replace(told, **changes)


def tried(**changes: Any) -> ChannelTestView:
    told = ChannelTestView(
        3, "phone", "ann", drawn.before(9), answered_at=drawn.before(7), taken=True, said="HTTP 200"
    )
    return replace(told, **changes)
