"""A thousand findings of one look are a few statements, and the same as a thousand looks with one each."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from types import FrameType
from typing import Any

import pytest
import sqlalchemy as sa

from reconciler.alerts.alert import AlertState
from reconciler.alerts.errors import AlertChanged
from reconciler.alerts.policy import AlertSettings, Clear, Detected, Earlier, Observed, Unknown, decide
from reconciler.facts.finding import Finding, Kind, Severity
from reconciler.storage import alerts, decisions
from reconciler.storage.alerts import Change
from reconciler.storage.database import Database
from reconciler.storage.decisions import ALERT, TRANSITION
from tests.reconciler.alert_life import SEEN_FLAT, after, finding

SETTINGS = AlertSettings()
MOST_STATEMENTS = 12
MANY = 1000
CALLS_ON_A_FILE, CALLS_ON_A_SERVER = 250, 1000

Look = Sequence[tuple[str, Detected | Clear | Unknown]]


def orphan(symbol: str, severity: Severity = Severity.WARNING) -> Finding:
    return finding(symbol=f"{symbol}/USDT:USDT", severity=severity)


def observed(look: Look) -> Observed:
    keys = {symbol: orphan(symbol).identity for symbol, _ in look}
    return Observed(
        tuple(said for _, said in look if isinstance(said, Detected)),
        {keys[symbol]: said for symbol, said in look if isinstance(said, Clear)},
        {keys[symbol]: said for symbol, said in look if isinstance(said, Unknown)},
    )


def observe(database: Database, learned: Observed, now: datetime) -> tuple[Change, ...]:
    with database.write() as connection:
        return alerts.observe(connection, learned, SETTINGS, now=now)


def looks() -> Iterator[tuple[datetime, Look]]:
    """The lives of twelve conditions side by side: found, confirmed, worse, gone, unseen, back."""
    for minute in range(12):
        now = after(minute)
        look: list[tuple[str, Detected | Clear | Unknown]] = []
        for number in range(12):
            symbol, turn = f"S{number:02}", (minute + number) % 6
            if turn < 3:
                severity = Severity.CRITICAL if turn == 2 else Severity.WARNING
                look.append((symbol, Detected(orphan(symbol, severity), now, confirmed=turn > 0)))
            elif turn < 5:
                look.append((symbol, Clear(SEEN_FLAT, now)))
            elif number % 2:
                look.append((symbol, Unknown("it was not read", now)))
        yield now, look


def stored(database: Database) -> tuple[list[Any], list[Any]]:
    """All alerts and their histories, without the numbers that only say what came first."""
    with database.read() as connection:
        every = [row._asdict() for row in connection.execute(sa.select(ALERT))]
        history = [row._asdict() for row in connection.execute(sa.select(TRANSITION))]
    named = {row["id"]: (row["symbol"], str(row["first_seen"])) for row in every}
    for row in history:
        row["alert_id"] = named[row["alert_id"]]
    for row in (*every, *history):
        del row["id"]
    return sorted(every, key=repr), sorted(history, key=repr)


def test_all_of_a_look_at_once_is_stored_as_one_after_another(database: Database) -> None:
    for now, look in looks():
        for each in look:
            observe(database, observed([each]), now)
    one_by_one = stored(database)
    with database.write() as connection:
        connection.execute(sa.delete(TRANSITION))
        connection.execute(sa.delete(ALERT))
    for now, look in looks():
        observe(database, observed(look), now)

    assert stored(database) == one_by_one
    assert len(one_by_one[1]) > 60, "much has happened"


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        statements.append(statement.split(maxsplit=1)[0])

    sa.event.listen(database._engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(database._engine, "before_cursor_execute", note)


def test_a_thousand_are_found_confirmed_and_gone_in_a_few_statements_each(database: Database) -> None:
    symbols = [f"S{number}" for number in range(MANY)]
    steps: list[Look] = [
        [(each, Detected(orphan(each), after(0), confirmed=False)) for each in symbols],
        [(each, Detected(orphan(each), after(1), confirmed=True)) for each in symbols],
        [(each, Clear(SEEN_FLAT, after(2))) for each in symbols],
        [(each, Clear(SEEN_FLAT, after(3))) for each in symbols],
        [(each, Detected(orphan(each), after(4), confirmed=True)) for each in symbols],
    ]
    for minute, look in enumerate(steps):
        with counted(database) as statements:
            changes = observe(database, observed(look), after(minute))
        assert [change.alert.key for change in changes] == [orphan(each).identity for each in symbols]
        assert len(statements) <= MOST_STATEMENTS, statements

    every, history = stored(database)
    assert len(every) == 2 * MANY, "a second episode of each"
    assert len(history) >= 4 * MANY
    assert {row["version"] for row in every if row["state"] == AlertState.FIRING.value} == {1}


def test_two_findings_of_one_condition_in_a_look_follow_one_another(database: Database) -> None:
    severities = (Severity.WARNING, Severity.CRITICAL)
    twice = tuple(Detected(orphan("A", each), after(0), confirmed=True) for each in severities)
    first, second = observe(database, Observed(twice), after(0))

    assert (first.alert.id, first.alert.severity) == (second.alert.id, Severity.WARNING)
    assert second.alert.severity is Severity.CRITICAL
    assert second.alert.version > first.alert.version


def test_one_that_another_process_has_opened_meanwhile_is_found_by_it_and_the_others_are_new(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    observe(database, observed([("B", Detected(orphan("B"), after(0), confirmed=True))]), after(0))
    # As for one that read the open alerts before the other process had committed its own.
    monkeypatch.setattr(alerts, "_lock_open", lambda *_: {})
    look: Look = [(each, Detected(orphan(each), after(1), confirmed=True)) for each in "ABC"]
    changes = observe(database, observed(look), after(1))

    assert [change.alert.key.symbol[0] for change in changes] == ["A", "B", "C"]
    with database.read() as connection:
        open_ones = alerts.open_alerts(connection)
        history = connection.execute(sa.select(TRANSITION.c.alert_id, TRANSITION.c.seq)).all()
    assert sorted(alert.key.symbol[0] for alert in open_ones) == ["A", "B", "C"]
    assert {alert.key.symbol[0]: alert.count for alert in open_ones} == {"A": 1, "B": 2, "C": 1}
    assert len(history) == len(set(history)) == 3


def test_where_one_was_changed_meanwhile_nothing_of_the_look_is_stored(database: Database) -> None:
    look: Look = [(each, Detected(orphan(each), after(0), confirmed=True)) for each in "ABC"]
    changes = observe(database, observed(look), after(0))
    with database.write() as connection:
        moved = sa.update(ALERT).where(ALERT.c.id == changes[1].alert.id).values(version=9)
        connection.execute(moved)
    before = stored(database)
    worse = [
        decide(
            change.alert,
            Detected(
                finding(symbol=change.alert.key.symbol, exposure=Decimal(9000)), after(1), confirmed=True
            ),
            SETTINGS,
            now=after(1),
        )
        for change in changes
    ]

    with pytest.raises(AlertChanged, match="changed by another process"), database.write() as connection:
        decisions.store_all(
            connection, [(each.alert, one) for each, one in zip(changes, worse, strict=True)], after(1)
        )

    assert stored(database) == before


def test_only_the_condition_that_was_resolved_before_is_told_that_it_is_back(database: Database) -> None:
    first: Look = [("A", Detected(orphan("A"), after(0), confirmed=True))]
    observe(database, observed(first), after(0))
    for minute in (1, 2):
        observe(database, observed([("A", Clear(SEEN_FLAT, after(minute)))]), after(minute))
    with database.read() as connection:
        keys = [orphan("A").identity, orphan("B").identity, finding(kind=Kind.PHANTOM_POSITION).identity]
        before = decisions.earlier(connection, keys, since=after(0))
    assert before == {keys[0]: Earlier(resolved=after(2), fired=1)}


def calls_of(work: Callable[[], object]) -> int:
    """Return how many calls of Python functions a piece of work is."""
    counted = 0

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal counted
        counted += event == "call"

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return counted


def test_each_of_many_new_ones_is_stored_in_few_calls(database: Database) -> None:
    """The evidence of an alert and of its row of history is written once, and so is the time of a look."""

    def stored_new(minute: int) -> int:
        names = [f"{minute}S{number}" for number in range(MANY // 5)]
        found = observed([(each, Detected(orphan(each), after(minute), confirmed=True)) for each in names])
        return calls_of(lambda: observe(database, found, after(minute)))

    stored_new(0)  # puts the statements together, which is done once
    assert stored_new(1) / (MANY // 5) <= (CALLS_ON_A_FILE if database.file else CALLS_ON_A_SERVER)
