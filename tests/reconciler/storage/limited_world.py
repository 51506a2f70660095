"""A state database in which every account has one of everything, under names that nothing else has."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from msgspec import structs

from reconciler.alerts.event import AlertSettings, Clear, Detected, Observed
from reconciler.console import Console
from reconciler.facts.act import Act
from reconciler.facts.finding import Finding, Severity
from reconciler.record.unprotected import DayPart
from reconciler.storage import acts, alerts, latency, process_states, unprotected
from reconciler.storage.changes import CHANGE, MARK
from reconciler.storage.database import Database
from reconciler.storage.leases import LEASE
from reconciler.storage.messages import MESSAGE, TELLS
from reconciler.storage.records import CYCLE, save_positions, save_sources, save_verification
from reconciler.views.account import SourceView
from reconciler.views.health import BudgetView, ClockView, JobView, ProcessView
from tests.dashboard import drawn
from tests.reconciler.alert_life import NOON, SEEN_FLAT, after, finding
from tests.reconciler.storage.test_console import VERIFICATION, StoppedClock
from verification.facts.observation import Source
from verification.latency.sample import LatencySample, Measure

NOW = after(30)
DAY = NOW.date()


@dataclass(frozen=True)
class Account:
    """One account of the world. Its name and symbol stand in every text about it, and in no other."""

    number: int
    group: str

    @property
    def name(self) -> str:
        return f"acct{self.number}q"

    @property
    def symbol(self) -> str:
        return f"SYM{self.number}Q/USDT:USDT"

    @property
    def worth(self) -> int:
        """A sum of these tells of which accounts it is."""
        return 1 << self.number

    def found(self, what: str) -> Finding:
        symbol = self.symbol if what == "open" else f"OLD{self.symbol}"
        reason = f"{what} of {self.name}"
        found = finding(account=self.name, symbol=symbol, exposure=Decimal(self.worth))
        return replace(found, reason=reason, severity=Severity.CRITICAL)


def fill(database: Database, accounts: Sequence[Account]) -> None:
    """Store one of everything of each of these accounts, and what is of all of them."""
    for account in accounts:
        with database.write() as connection:
            _watched(connection, account)
            _told(connection, account)
            _changed(connection, account)
    with database.write() as connection:
        names = ", ".join(account.name for account in accounts)
        acts.add_act(connection, Act(NOW, "ann", "reconciler", "settings taken", "", f"{names} changed"))
        process_states.save_process(connection, _process(accounts))
        _message(connection, accounts)
    console = Console.on(database, StoppedClock(NOW))
    for alert in console.queries.alerts():
        name = alert.key.account
        console.commands.note(alert.id, by=f"bo of {name}", note=f"seen on {name}", origin="dashboard")
    for account in accounts:
        says: dict[str, Any] = {"by": "cy", "note": f"work on {account.name}", "origin": "cli"}
        console.commands.begin_maintenance(account.name, **says)


def _watched(connection: sa.Connection, account: Account) -> None:
    lease = {
        "account": account.name, "token": 1, "at": NOW, "interval_seconds": 2.0, "started_at": NOON,
        "stopped": False, "account_group": account.group, "instance": "one", "host": "box", "pid": 7,
    }  # fmt: skip
    connection.execute(sa.insert(LEASE).values(lease))
    cycle = {
        "account": account.name, "venue": "x", "status": "partial", "matched": 1, "legs": 2, "seconds": 0.1,
        "problems": [f"{account.name} is not read whole"], "in_flight": 0, "finished_at": NOW,
    }  # fmt: skip
    connection.execute(sa.insert(CYCLE).values(cycle))
    source = SourceView(account.name, "rest", "ok", NOW, f"well on {account.name}", after(-60))
    save_sources(connection, [source, replace(source, source=f"ledger:{account.name}")])
    leg = drawn.leg(account=account.name, symbol=account.symbol, notional=Decimal(account.worth))
    save_positions(connection, account.name, [structs.replace(leg, verdict="differs", stop="none")])
    sample = LatencySample(account.name, Source.REST, Measure.VISIBILITY_LAG, after(20), 10.0 * account.worth)
    latency.add_samples(connection, [sample])
    midnight = NOW.replace(hour=0, minute=0)
    part = DayPart(DAY, midnight, NOW, Decimal(account.worth), 1.0, (NOW - midnight).total_seconds())
    unprotected.add(connection, account.name, [part])


def _told(connection: sa.Connection, account: Account) -> None:
    settings = AlertSettings()
    for what in ("open", "over"):
        told = Observed((Detected(account.found(what), NOON, confirmed=True),))
        alerts.observe(connection, told, settings, now=NOON)
    for minute in (5.0, 10.0):
        gone = {account.found("over").identity: Clear(SEEN_FLAT, after(minute))}
        alerts.observe(connection, Observed(clear=gone), settings, now=after(minute))
    asked = replace(VERIFICATION, account=account.name, symbol=account.symbol, asked_at=after(1))
    save_verification(connection, replace(asked, reason=f"asked on {account.name}"), "[]")


def _changed(connection: sa.Connection, account: Account) -> None:
    names = {"symbol": account.symbol, "leg": "net", "client_order_id": "", "contracts": Decimal(1)}
    rest = {"trades": 1, "name": f"ledger of {account.name}", "row_id": "", "role": "", "by": "ledger"}
    times = {"order_id": "1", "since": NOON, "at": NOON}
    connection.execute(sa.insert(CHANGE).values(account=account.name, **names, **rest, **times))
    mark = {"symbol": "", "since": after(-90), "until": NOW, "held": {}, "counted": []}
    connection.execute(sa.insert(MARK).values(account=account.name, **mark))


def _process(accounts: Sequence[Account]) -> ProcessView:
    names = tuple(account.name for account in accounts)
    budget = BudgetView(
        "X", "", names, 1.0, 1.0, 10.0, 2.0, 5.0, 60.0, None, 0, tuple((name, "/x", NOW) for name in names)
    )
    jobs = tuple(JobView("sweep", name, 30.0, NOW, 0.1, f"fails on {name}", late=False) for name in names)
    clocks = tuple(ClockView(name, 1.0, 1.0, NOW) for name in names)
    return ProcessView("box 7", NOW, NOON, (), (budget,), jobs, clocks, ())


def _message(connection: sa.Connection, accounts: Sequence[Account]) -> None:
    """Store one message that told of the open alerts of all accounts."""
    names = " ".join(account.name for account in accounts)
    message = {
        "id": 3, "name": "m1", "channel": "phone", "title": names, "body": names, "tried_at": NOON,
        "at": NOON, "attempts": 1, "said": "ok",
    }  # fmt: skip
    connection.execute(sa.insert(MESSAGE).values(message))
    for number in range(len(accounts)):
        tells = {"message_id": 3, "alert_id": 2 * number + 1, "channel": "phone", "seq": 1, "why": "first"}
        connection.execute(sa.insert(TELLS).values(**tells, at=NOON + timedelta(seconds=number)))
