"""One row that cannot be read is told, on every screen that would show it, and the others are read."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
import sqlalchemy as sa
from msgspec import structs

from dashboard.words.verdict import Level, judge
from reconciler.alerts.policy import AlertSettings, Detected, Observed
from reconciler.console import Console, StateDatabaseError, StateTrouble
from reconciler.storage import alerts, records
from reconciler.storage.database import Database
from reconciler.storage.leases import LEASE
from reconciler.views.verification import VerificationView
from tests.dashboard import drawn
from tests.reconciler.alert_life import after, finding
from verification.facts.leg import Leg

ETH = "ETH/USDT:USDT"

# Words of a newer version, and what somebody or a disk can do; the last ones no PostgreSQL lets in.
ALERT_DAMAGE = [
    "kind = 'a_kind_of_the_future'",
    "state = 'a_state_of_the_future'",
    "severity = 'worse'",
    "evidence = '[{'",
    "evidence = '[1]'",
    "exposure = 'much'",
]
SQLITE_DAMAGE = ["reason = CAST(x'ff41' AS TEXT)", "first_seen = 'at noon'"]


def verification(account: str) -> VerificationView:
    return VerificationView(
        id=0,
        account=account,
        symbol=ETH,
        leg=Leg.NET,
        question="open",
        asked_by="sidecar",
        verdict="confirmed",
        grade="proof",
        mismatch="",
        decided_by=None,
        asked_at=after(0),
        milliseconds=1.0,
        reason="it executed",
        order_id="1",
    )


@pytest.fixture
def console(state_url: str, database: Database) -> Iterator[Console]:
    with database.write() as connection:
        found = (finding(), finding(symbol=ETH))
        observed = Observed(tuple(Detected(each, after(0), confirmed=True) for each in found))
        alerts.observe(connection, observed, AlertSettings(), now=after(0))
        for account in ("main", "other"):
            records.save_positions(connection, account, [structs.replace(drawn.leg(), account=account)])
            records.save_cycle(connection, replace(drawn.cycle(), account=account))
            records.save_sources(connection, [replace(drawn.source(), account=account)])
            records.save_verification(connection, verification(account), "[]")
    with closing(Console.open(state_url)) as opened:
        yield opened


def damage(database: Database, table: str, what: str, which: str) -> None:
    with database.write() as connection:
        connection.execute(sa.text(f"UPDATE {table} SET {what} WHERE {which}"))


@pytest.mark.parametrize("what", [*ALERT_DAMAGE, *SQLITE_DAMAGE])
def test_one_alert_hides_no_other_and_is_told_by_its_number(
    state_url: str, database: Database, console: Console, what: str
) -> None:
    if what in SQLITE_DAMAGE and not state_url.startswith("sqlite"):
        return
    damage(database, "alert", what, "id = 1")
    view = console.queries.now()

    assert [alert.key.symbol for alert in view.alerts] == [ETH]
    (line,) = view.unreadable
    assert line.startswith("alert 1 in the state database cannot be read")
    assert [alert.id for alert in console.queries.alerts()] == [2]
    assert console.queries.alert(2).alert.key.symbol == ETH
    with pytest.raises(StateDatabaseError, match=r"alert 1 .* cannot be read") as told:
        console.queries.alert(1)
    assert told.value.trouble is StateTrouble.CORRUPT


def test_a_row_that_cannot_be_read_is_never_green(database: Database, console: Console) -> None:
    view = drawn.view(alerts=(), resolved=())
    assert judge(view).level is Level.WELL
    damage(database, "alert", "kind = 'a_kind_of_the_future'", "id = 1")
    told = judge(replace(view, unreadable=console.queries.now().unreadable))

    assert told.level is Level.WARNING
    assert "alert 1 in the state database cannot be read" in told.sentence
    both = judge(replace(drawn.view(), unreadable=console.queries.now().unreadable))
    assert "alert 1 in the state database cannot be read" in both.sentence


@pytest.mark.parametrize("table", ["cycle", "source_state"])
def test_a_sweep_or_a_source_hides_no_other(database: Database, console: Console, table: str) -> None:
    time = "finished_at" if table == "cycle" else "at"
    what = "problems = '{'" if table == "cycle" else f"{time} = 'at noon'"
    if table == "source_state" and database.file is None:
        return  # PostgreSQL lets no such time in
    damage(database, table, what, "account = 'main'")
    view = console.queries.now()

    assert len(view.unreadable) == 1
    left = view.cycles if table == "cycle" else view.sources
    assert [each.account for each in left] == ["other"]


@pytest.mark.parametrize("what", ["leg = 'sideways'", "observed = 'some'", "ledgers = '['"])
def test_a_position_hides_no_other_and_something_stands_in_its_place(
    database: Database, console: Console, what: str
) -> None:
    damage(database, "position_state", what, "account = 'main'")
    first, second = console.queries.positions()

    assert {first.account, second.account} == {"", "other"}
    unread = first if not first.account else second
    assert unread.verdict == "unknown"
    assert "cannot be read" in unread.symbol


def test_a_name_in_the_key_may_be_damaged_too(database: Database, console: Console) -> None:
    if database.file is None:
        return  # PostgreSQL lets no such text in
    damage(database, "position_state", "symbol = CAST(x'ff' AS TEXT)", "account = 'main'")

    assert {each.account for each in console.queries.positions()} == {"", "other"}


def test_a_verification_hides_no_other(database: Database, console: Console) -> None:
    damage(database, "verification", "leg = 'sideways'", "account = 'main'")

    assert [each.account for each in console.queries.verifications()] == ["other"]


def test_without_the_row_of_the_watch_nothing_is_said_but_that(database: Database, console: Console) -> None:
    if database.file is None:
        return  # PostgreSQL lets no such time in
    with database.write() as connection:
        values = {"account": "main", "token": 1, "interval_seconds": 1.0, "stopped": False, "at": after(0)}
        connection.execute(sa.insert(LEASE).values(**values))
    damage(database, "lease", "at = 'at noon'", "account = 'main'")

    for ask in (console.queries.now, console.queries.watches):
        with pytest.raises(StateDatabaseError, match="holds a row that cannot be read"):
            ask()


def test_a_table_that_is_gone_is_no_damaged_row(database: Database, console: Console) -> None:
    with database.write() as connection:
        connection.execute(sa.text("ALTER TABLE position_state RENAME TO gone"))
    try:
        with pytest.raises(StateDatabaseError, match="position_state"):
            console.queries.positions()
    finally:
        with database.write() as connection:
            connection.execute(sa.text("ALTER TABLE gone RENAME TO position_state"))
