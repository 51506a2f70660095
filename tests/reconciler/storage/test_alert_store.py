"""The alert store: each decision with its transition in one transaction, whoever else writes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
import sqlalchemy as sa

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.errors import AlertNotFound, AlreadyResolved, NoteRequired
from reconciler.alerts.policy import Acknowledge, AlertSettings, Clear, Detected, Observed, Unknown
from reconciler.facts.finding import Severity
from reconciler.storage import alerts, persons
from reconciler.storage.alerts import Change
from reconciler.storage.database import Database
from reconciler.storage.decisions import ALERT, TRANSITION
from tests.reconciler.alert_life import SEEN_FLAT, after, finding

SETTINGS = AlertSettings()


def observe(database: Database, observed: Observed, now: datetime) -> tuple[Change, ...]:
    with database.write() as connection:
        return alerts.observe(connection, observed, SETTINGS, now=now)


def bad(now: datetime, *, confirmed: bool = True, severity: Severity = Severity.WARNING) -> Observed:
    return Observed((Detected(finding(severity=severity), now, confirmed),))


def clear(now: datetime) -> Observed:
    return Observed(clear={finding().identity: Clear(SEEN_FLAT, now)})


def acknowledge(database: Database, alert_id: int, now: datetime, *, note: str = "on it") -> Alert:
    person = Acknowledge("ann", note, now, "cli")
    with database.write() as connection:
        return persons.say(connection, alert_id, person, SETTINGS, now=now).alert


def story(database: Database) -> list[tuple[int, int, str | None, str, str, str | None]]:
    columns = ("alert_id", "seq", "before", "after", "action", "owed")
    with database.read() as connection:
        query = sa.select(*(TRANSITION.c[name] for name in columns)).order_by(TRANSITION.c.id)
        return [tuple(row) for row in connection.execute(query)]


def only(database: Database) -> Alert:
    with database.read() as connection:
        (alert,) = alerts.open_alerts(connection)
    return alert


def test_the_whole_life_is_a_row_for_each_change(database: Database) -> None:
    observe(database, bad(after(0), confirmed=False), after(0))
    observe(database, bad(after(1)), after(1))
    observe(database, bad(after(2)), after(2))
    acknowledge(database, only(database).id, after(3))
    observe(database, clear(after(4)), after(4))
    observe(database, clear(after(5)), after(5))

    assert story(database) == [
        (1, 1, None, "pending", "found", None),
        (1, 2, "pending", "firing", "confirmed", "first"),
        (1, 4, "firing", "acknowledged", "acknowledged", None),
        (1, 5, "acknowledged", "recovering", "clear", None),
        (1, 6, "recovering", "resolved", "resolved", "resolved"),
    ]


def test_a_condition_that_returns_is_a_new_episode_that_says_so(database: Database) -> None:
    observe(database, bad(after(0)), after(0))
    for minute in (1, 2):
        observe(database, clear(after(minute)), after(minute))
    observe(database, bad(after(4), confirmed=False), after(4))
    (change,) = observe(database, bad(after(5)), after(5))

    assert change.alert.id == 2
    assert change.decision.reason.startswith("came back 120 s after")


def test_what_was_not_looked_at_stays_as_it_is(database: Database) -> None:
    (change,) = observe(database, bad(after(0)), after(0))

    assert observe(database, Observed(), after(60)) == ()
    assert only(database) == change.alert


def test_what_cannot_be_seen_is_neither_resolved_nor_counted(database: Database) -> None:
    key = finding().identity
    observe(database, bad(after(0)), after(0))

    for minute in range(1, 9):
        unseen = Observed(unknown={key: Unknown("down", after(minute))}, clear=clear(after(minute)).clear)
        observe(database, unseen, after(minute))

    alert = only(database)
    assert (alert.state, alert.frozen_since, alert.count) == (AlertState.FIRING, after(1), 1)
    assert [row[4] for row in story(database)] == ["confirmed", "frozen"]


def test_finding_it_counts_over_not_seeing_it(database: Database) -> None:
    key = finding().identity
    observe(database, bad(after(0)), after(0))
    both = Observed(bad(after(1)).detected, unknown={key: Unknown("down", after(1))})

    (change,) = observe(database, both, after(1))

    assert change.decision.rule == "SEEN-1"


def test_accounts_symbols_and_kinds_do_not_mix(database: Database) -> None:
    found = [finding(), finding(account="other"), finding(symbol="BTC/USDT:USDT")]
    observe(database, Observed(tuple(Detected(each, after(0), confirmed=True) for each in found)), after(0))

    for minute in (1, 2):
        observe(database, clear(after(minute)), after(minute))

    with database.read() as connection:
        assert [each.key for each in alerts.open_alerts(connection)] == [each.identity for each in found[1:]]
        assert len(alerts.open_alerts(connection, ["other"])) == 1
        assert alerts.open_alerts(connection, []) == ()


def test_an_acknowledgement_runs_out_by_itself(database: Database) -> None:
    observe(database, bad(after(0), severity=Severity.CRITICAL), after(0))
    acknowledge(database, 1, after(1))

    assert observe(database, Observed(), after(15)) == ()
    (change,) = observe(database, Observed(), after(16))

    assert (change.alert.state, change.decision.rule) == (AlertState.FIRING, "EXPIRE-1")
    assert story(database)[-1][-1] == "acknowledgement_expired"


@pytest.mark.parametrize(
    ("alert_id", "note", "refusal"), [(99, "on it", AlertNotFound), (1, "", NoteRequired)]
)
def test_a_refused_acknowledgement_changes_nothing(
    database: Database, alert_id: int, note: str, refusal: type[Exception]
) -> None:
    (change,) = observe(database, bad(after(0), severity=Severity.CRITICAL), after(0))

    with pytest.raises(refusal):
        acknowledge(database, alert_id, after(1), note=note)

    assert only(database) == change.alert
    assert len(story(database)) == 1


def test_what_is_over_cannot_be_acknowledged(database: Database) -> None:
    observe(database, bad(after(0)), after(0))
    for minute in (1, 2):
        observe(database, clear(after(minute)), after(minute))

    with pytest.raises(AlreadyResolved):
        acknowledge(database, 1, after(3))


def test_an_acknowledgement_is_stored_with_its_end(database: Database) -> None:
    observe(database, bad(after(0)), after(0))

    given = acknowledge(database, 1, after(1))

    assert given == only(database)
    assert given.acknowledgement is not None
    assert (given.acknowledgement.by, given.acknowledgement.until) == ("ann", after(241))


def test_a_transaction_that_does_not_end_leaves_no_trace(database: Database) -> None:
    def die() -> None:
        with database.write() as connection:
            alerts.observe(connection, bad(after(0)), SETTINGS, now=after(0))
            raise RuntimeError("the process dies here")

    with pytest.raises(RuntimeError, match="dies here"):
        die()

    with database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(ALERT)).scalar() == 0
    assert story(database) == []


@pytest.mark.postgres
def test_two_reconcilers_that_open_the_same_episode_at_once_make_one(postgres_state: str) -> None:
    with Database.open(postgres_state, create=False) as one, ThreadPoolExecutor(1) as other:
        with one.write() as first:
            alerts.observe(first, bad(after(0)), SETTINGS, now=after(0))
            late = other.submit(observe, one, bad(after(1)), after(1))
            _wait_until_blocked(one)

        changes = late.result(timeout=20)

    assert [(change.alert.id, change.decision.rule) for change in changes] == [(1, "SEEN-1")]


def _wait_until_blocked(database: Database) -> None:
    blocked = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    for _ in range(1000):
        with database.read() as connection:
            if connection.execute(blocked).scalar():
                return
        threading.Event().wait(0.01)
    raise AssertionError("the other writer was never kept waiting")
