"""A database of every earlier revision, with all that it could hold, shows people the same once upgraded."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from msgspec import structs

from reconciler.alerts.alert import AlertState
from reconciler.alerts.event import AlertSettings
from reconciler.alerts.policy import Clear, Detected, Observed
from reconciler.console import Console
from reconciler.facts.finding import Finding, Kind, Severity
from reconciler.facts.token import Role
from reconciler.storage import alerts, migrations
from reconciler.storage.database import Database, migrate
from reconciler.storage.decisions import ALERT
from reconciler.storage.leases import LEASE
from reconciler.storage.messages import CHANNEL, MESSAGE, TELLS
from reconciler.storage.rows import REVISIONS
from reconciler.storage.schema import VERSION_TABLE
from reconciler.storage.store import Store
from reconciler.storage.workers import WORKER
from reconciler.views.account import CycleView, SourceView
from tests.reconciler.alert_life import NOON, SEEN_FLAT, after, finding
from tests.reconciler.storage.test_console import VERIFICATION, StoppedClock, position
from verification.facts.observation import Source
from verification.latency.sample import LatencySample, Measure

EARLIER = REVISIONS[:-1]

SINCE = {
    "journal": "0002",
    "in flight": "0003",
    "leases": "0004",
    "retired": "0005",
    "looked": "0006",
    "persons": "0007",
    "messages": "0008",
    "tokens": "0009",
    "stop at": "0010",
    "replies": "0011",
    "silences": "0012",
    "prices": "0013",
    "accounts": "0014",
    "health": "0015",
    "days without a stop": "0016",
    "changes": "0017",
    "groups": "0018",
    "workers": "0019",
    "limits": "0020",
}
"""Since which revision each thing can be stored."""


def has(revision: str, what: str) -> bool:
    return revision >= SINCE[what]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def older_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The url of a database in which nothing is yet, not even tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/older.db"
    return str(request.getfixturevalue("empty_postgres"))


@pytest.fixture
def today_url(older_url: str, request: pytest.FixtureRequest) -> str:
    """The url of one of today, of the same kind."""
    kind = "sqlite" if older_url.startswith("sqlite") else "postgres"
    return str(request.getfixturevalue(f"{kind}_state"))


@pytest.mark.parametrize("revision", EARLIER)
def test_what_people_are_shown_is_the_same_before_and_after(
    revision: str, older_url: str, today_url: str
) -> None:
    fill(today_url, revision)
    before = shown(today_url)
    make(older_url, revision)
    transplant(today_url, older_url, revision)

    migrate(older_url)

    then = shown(older_url)
    for name, view in before.items():
        assert then[name] == view, name
    assert {each.state for each in before["alerts"]} == states(revision)
    assert before["latency"]


@pytest.mark.parametrize("revision", EARLIER)
def test_and_it_lives_on(revision: str, tmp_path: Path, sqlite_state: str) -> None:
    fill(sqlite_state, revision)
    older = f"sqlite:///{tmp_path}/older.db"
    make(older, revision)
    transplant(sqlite_state, older, revision)
    numbers = {each.id for each in shown(older, upgrade=True)["alerts"]}

    async def live() -> None:
        async with Store.open(older) as store:
            grown = replace(found("FIRING"), severity=Severity.CRITICAL, observed=Decimal(99))
            await store.observe(Observed((bad(grown, 9), bad(found("NEW"), 9))), now=after(9))

    asyncio.run(live())
    with Console.open(older, clock=StoppedClock(after(9))) as console:
        then = {each.key.symbol: each for each in console.queries.alerts()}
    assert then["FIRING/USDT:USDT"].severity is Severity.CRITICAL
    assert then["NEW/USDT:USDT"].id not in numbers


def states(revision: str) -> set[AlertState]:
    """Return every state that an alert of this revision could be in."""
    late = {AlertState.RETIRED: "retired", AlertState.CLOSED: "persons"}
    return {each for each in AlertState if each not in late or has(revision, late[each])}


def found(name: str) -> Finding:
    return finding(symbol=f"{name}/USDT:USDT")


def bad(each: Finding, at: float = 0, *, confirmed: bool = True) -> Detected:
    return Detected(each, after(at), confirmed)


def fill(url: str, revision: str) -> None:
    """Store of everything that a database of this revision could hold."""
    names = ["PENDING", "FIRING", "ACKNOWLEDGED", "RESOLVED", "RECOVERING", "NOTED"]
    if has(revision, "persons"):
        names += ["SNOOZED", "INTENDED", "CLOSED"]
    asyncio.run(_run(url, revision, names))
    with Database.open(url, create=False) as database, database.write() as connection:
        _store_leases(connection, revision)
    with Console.open(url, clock=StoppedClock(after(2))) as console:
        numbers = {each.key.symbol.partition("/")[0]: each.id for each in console.queries.alerts()}
        says: dict[str, Any] = {"by": "ann", "note": "on it", "origin": "dashboard"}
        console.commands.acknowledge(numbers["ACKNOWLEDGED"], **says)
        if has(revision, "persons"):
            console.commands.snooze(numbers["SNOOZED"], **says)
            console.commands.intend(numbers["INTENDED"], **says)
            console.commands.close(numbers["CLOSED"], **says)
            console.commands.begin_maintenance("main", **says)
        if has(revision, "tokens"):
            console.tokens.new(role=Role.OPERATOR, name="the phone of ann")
        if has(revision, "limits"):
            console.tokens.new(role=Role.VIEWER, name="the desk's", groups=["desk"])
            console.accounts.add("Bo", Role.VIEWER, "correct horse battery", groups=["desk"])
        if has(revision, "accounts"):
            console.accounts.add("Ann", Role.OPERATOR, "correct horse battery")
    with Database.open(url, create=False) as database, database.write() as connection:
        if has(revision, "retired"):
            alerts.retire(
                connection,
                "other",
                lambda _: "it was taken out of the settings",
                AlertSettings(),
                now=after(2),
            )
        if not has(revision, "persons"):  # how often an alert fires was not counted
            connection.execute(sa.update(ALERT).values(flaps=0))
        if has(revision, "messages"):
            _store_messages(connection, numbers["FIRING"])


async def _run(url: str, revision: str, names: list[str]) -> None:
    async with Store.open(url) as store:
        await store.observe(
            Observed(tuple(bad(found(name), confirmed=name != "PENDING") for name in names)), now=NOON
        )
        down = replace(finding(kind=Kind.SOURCE_DOWN), symbol="rest")
        other = finding(account="other") if has(revision, "retired") else finding(symbol="LATER/USDT:USDT")
        await store.observe(Observed((bad(down), bad(other))), now=NOON)
        for minute in (1.0, 2.0):
            gone = {found("RESOLVED").identity: Clear(SEEN_FLAT, after(minute))}
            await store.observe(Observed(clear=gone), now=after(minute))
        gone = {found("RECOVERING").identity: Clear(SEEN_FLAT, after(2))}
        await store.observe(Observed(clear=gone), now=after(2))
        flight = 2 if has(revision, "in flight") else 0
        cycle = CycleView(
            "main", "binanceusdm", "complete", 40, 43, Decimal("81.70"), NOON, None, 0.4, ("x",), flight
        )
        await store.save_cycle(cycle)
        await store.save_positions("main", (_position(revision), position("XRP/USDT:USDT", "agree")))
        await store.save_sources((SourceView("main", "rest", "ok", NOON, "well", NOON),))
        await store.save_verification(VERIFICATION, '[{"what": "silence"}]')
        if has(revision, "journal"):
            await store.take_over(
                "main", "mybot", [(replace(VERIFICATION, order_id="9", asked_by="bot"), "[]")], last_id=5
            )
        await store.add_latency(
            [
                LatencySample(account, Source.REST, measure, after(-minute), float(ms))
                for account in ("main", "other")
                for measure in Measure
                for minute, ms in ((1, 8), (2, 3000), (2, 0), (7, 70))
            ]
        )


def _position(revision: str) -> Any:
    seen = position("AVL/USDT:USDT", "differs")
    if has(revision, "retired"):
        seen = structs.replace(seen, ledger_changed_at=after(-5), observed_changed_at=after(-6))
    if has(revision, "prices"):
        seen = structs.replace(seen, entry_price=Decimal("0.91"), liquidation_price=Decimal("0.4"))
    return structs.replace(seen, stop_at=after(-1)) if has(revision, "stop at") else seen


def _store_leases(connection: sa.Connection, revision: str) -> None:
    beat = {"account": "main", "at": NOON, "interval_seconds": 2.0, "started_at": NOON, "stopped": False}
    lease: Mapping[str, Any] = {"token": 0}
    if has(revision, "leases"):
        lease = {"token": 7, "instance": "one", "host": "box", "pid": 42, "expires_at": after(0.5)}
    group = {"account_group": "desk"} if has(revision, "groups") else {}
    connection.execute(sa.insert(LEASE).values({**beat, **lease, **group}))
    if has(revision, "workers"):
        connection.execute(sa.insert(WORKER).values(instance="one", since=NOON, at=NOON, told="{}"))


def _store_messages(connection: sa.Connection, alert: int) -> None:
    channel = {"name": "phone", "since": NOON, "at": NOON, "taken_at": NOON, "failures": 0, "said": "ok"}
    message = {
        "id": 3, "name": "m1", "channel": "phone", "title": "a position", "body": "see", "tried_at": NOON,
        "at": NOON, "attempts": 2, "said": "ok",
    }  # fmt: skip
    tells = {"message_id": 3, "alert_id": alert, "channel": "phone", "seq": 1, "why": "first", "at": NOON}
    for table, values in ((CHANNEL, channel), (MESSAGE, message), (TELLS, tells)):
        connection.execute(sa.insert(table).values(values))


def shown(url: str, *, upgrade: bool = False) -> dict[str, Any]:
    """All that people are shown of a database, some minutes after noon."""
    if upgrade:
        migrate(url)
    with Console.open(url, clock=StoppedClock(after(31))) as console:
        ask = console.queries
        every = ask.alerts()
        return {
            "now": ask.now(),
            "alerts": every,
            "each": [ask.alert(alert.id) for alert in every],
            "positions": ask.positions(),
            "latency": ask.latency(timedelta(hours=2), timedelta(minutes=5)),
            "latency of one": ask.latency(timedelta(hours=2), timedelta(minutes=5), account="other"),
            "verifications": ask.verifications(),
            "windows": ask.windows(),
            "watches": ask.watches(),
            "channels": ask.channels(),
            "replies": ask.replies(),
            "tokens": console.tokens.every(),
            "accounts": console.accounts.every(),
        }


@contextmanager
def connected(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def make(url: str, revision: str) -> None:
    """Set up a database as the Trueup of this revision did."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with connected(url) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def transplant(today: str, older: str, revision: str) -> None:
    """Move all rows of today's database to one of an earlier revision; all must have a place there."""
    with connected(today) as source, connected(older) as target:
        new, old = sa.MetaData(), sa.MetaData()
        new.reflect(source)
        old.reflect(target)
        for table in new.sorted_tables:
            rows = [dict(row._mapping) for row in source.execute(sa.select(table))]
            if table.name == "lease" and not has(revision, "leases"):
                beat = {name: rows[0][name] for name in ("at", "interval_seconds", "started_at", "stopped")}
                target.execute(sa.insert(old.tables["heartbeat"]).values({"name": "reconciler", **beat}))
            elif table.name == "latency_bucket" and not has(revision, "looked"):
                _put(target, old, table.name, [row for row in rows if row["tier"] > 0])
            elif table.name == "source_change" and not has(revision, "health"):
                continue  # since when a source is as it is was not kept
            elif table.name != VERSION_TABLE:
                _put(target, old, table.name, rows)


def _put(target: sa.Connection, old: sa.MetaData, name: str, rows: list[dict[str, Any]]) -> None:
    if name not in old.tables:
        assert rows == [], f"{name} is of a later revision: nothing may be in it"
        return
    columns = old.tables[name].columns.keys()
    for row in rows:
        late = {key: value for key, value in row.items() if key not in columns}
        assert not any(late.values()), f"{name} has what an older one cannot hold: {late}"
        target.execute(sa.insert(old.tables[name]).values({key: row[key] for key in columns}))


def test_every_revision_is_tried() -> None:
    assert set(SINCE.values()) == set(REVISIONS[1:]), "say what is new in the latest, and store it in `fill`"
