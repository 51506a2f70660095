"""What a person says of an alert, on real databases: durable, ended in time, and read back as it was said."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from reconciler.alerts.alert import Alert, AlertState, Hold, HoldKind
from reconciler.alerts.errors import AlertNotFound, TakenMeanwhile
from reconciler.alerts.policy import (
    Acknowledge,
    Action,
    AlertSettings,
    Clear,
    Close,
    Detected,
    Intend,
    Note,
    Observed,
    Owed,
    Snooze,
)
from reconciler.alerts.said import Said
from reconciler.alerts.seen import Seen, seen_of
from reconciler.console import Console
from reconciler.facts.finding import Severity
from reconciler.storage import alerts, migrations, persons
from reconciler.storage.database import Database, migrate
from reconciler.storage.decisions import TRANSITION
from tests.reconciler.alert_life import NOON, SEEN_FLAT, after, finding

SETTINGS = AlertSettings()
BAD = finding(severity=Severity.CRITICAL)


def see(database: Database, minute: float, *detected: Detected) -> tuple[alerts.Change, ...]:
    with database.write() as connection:
        return alerts.observe(connection, Observed(detected), SETTINGS, now=after(minute))


def fire(database: Database, minute: float = 0) -> int:
    (change,) = see(database, minute, Detected(BAD, after(minute), confirmed=True))
    return change.alert.id


def say(database: Database, number: int, said: Said, minute: float = 1) -> None:
    with database.write() as connection:
        persons.say(connection, number, said, SETTINGS, now=after(minute))


def only(database: Database) -> Alert:
    with database.read() as connection:
        (alert,) = alerts.open_alerts(connection)
    return alert


def owed(database: Database) -> list[str | None]:
    with database.read() as connection:
        return list(connection.execute(sa.select(TRANSITION.c.owed).order_by(TRANSITION.c.id)).scalars())


@pytest.mark.parametrize(
    ("said", "hold"),
    [
        (
            Snooze("ann", "later", after(1), "cli", until=after(31)),
            Hold(HoldKind.SNOOZED, "ann", after(1), "later", after(31), Severity.CRITICAL, Decimal(1000)),
        ),
        (
            Intend("ann", "mine", after(1), "cli", until=after(61)),
            Hold(
                HoldKind.INTENDED,
                "ann",
                after(1),
                "mine",
                after(61),
                Severity.CRITICAL,
                Decimal(1000),
                Decimal(43),
            ),
        ),
    ],
)
def test_a_hold_is_read_back_as_it_was_said(database: Database, said: Said, hold: Hold) -> None:
    say(database, fire(database), said)

    assert (only(database).state, only(database).hold) == (AlertState.FIRING, hold)


@pytest.mark.parametrize(
    ("said", "note"),
    [
        (Snooze("ann", "later", after(1), "cli", until=after(31)), Owed.SNOOZE_ENDED),
        (Intend("ann", "mine", after(1), "cli", until=after(31)), Owed.INTENT_ENDED),
        (Acknowledge("ann", "on it", after(1), "cli", until=after(31)), Owed.ACKNOWLEDGEMENT_EXPIRED),
    ],
)
def test_it_ends_in_time_though_nothing_is_found_and_whoever_looks(
    database: Database, said: Said, note: Owed
) -> None:
    say(database, fire(database), said)

    assert see(database, 30.9) == ()
    (change,) = see(database, 31)

    assert change.decision.owed is note
    assert (only(database).state, only(database).hold, only(database).acknowledgement) == (
        AlertState.FIRING,
        None,
        None,
    )
    assert see(database, 32) == ()
    assert owed(database) == ["first", None, note.value]


def test_a_snooze_that_was_given_in_the_future_is_over(database: Database) -> None:
    say(database, fire(database, 60), Snooze("ann", "x", after(61), "cli"), 61)

    (change,) = see(database, 5)

    assert change.decision.action is Action.SNOOZE_ENDED


def test_what_is_found_again_after_it_was_closed_is_another_alert_that_says_so(database: Database) -> None:
    first = fire(database)
    say(database, first, Close("ann", "a test", after(1), "cli"))

    second = fire(database, 2)

    assert second != first
    with database.read() as connection:
        (told,) = alerts.recorded_after(connection, 2, most=9)
    assert told.change.reason.startswith("closed by ann at 12:01:00 UTC (a test), and it is still so: ")
    assert owed(database) == ["first", "closed", "first"]


def test_what_is_closed_is_cleared_by_nothing(database: Database) -> None:
    say(database, fire(database), Close("ann", "a test", after(1), "cli"))

    with database.write() as connection:
        clear = Observed(clear={BAD.identity: Clear(SEEN_FLAT, after(2))})
        assert alerts.observe(connection, clear, SETTINGS, now=after(2)) == ()


def test_a_note_can_be_added_to_what_is_over(database: Database) -> None:
    number = fire(database)
    say(database, number, Close("ann", "a test", after(1), "cli"))

    say(database, number, Note("bob", "it was one", after(2), "cli"), 2)

    with database.read() as connection:
        rows = connection.execute(sa.select(TRANSITION).order_by(TRANSITION.c.seq)).all()
    assert [(row.seq, row.before, row.after, row.action) for row in rows] == [
        (1, None, "firing", "confirmed"),
        (2, "firing", "closed", "closed"),
        (3, "closed", "closed", "noted"),
    ]


def test_a_word_of_who_could_not_know_of_another_one_is_refused(database: Database) -> None:
    number = fire(database)
    seen = seen_of(only(database))
    say(database, number, Acknowledge("ann", "on it", after(1), "cli", seen))

    with pytest.raises(TakenMeanwhile, match=r"acknowledged by ann until .*, note: on it"):
        say(database, number, Snooze("bob", "later", after(2), "cli", seen), 2)
    say(database, number, Snooze("bob", "later", after(3), "cli", seen_of(only(database))), 3)

    assert only(database).acknowledgement is None


def test_a_snooze_of_less_than_there_is_fires_again_in_the_same_moment(database: Database) -> None:
    number = fire(database)

    with database.write() as connection:
        said = Snooze("bob", "x", after(1), "cli", Seen(1, Severity.WARNING, Decimal(1000)))
        answer = persons.say(connection, number, said, SETTINGS, now=after(1))

    assert answer.told.startswith("It has grown since you saw it: it was warning and is critical. Your word ")
    assert (only(database).hold, owed(database)) == (None, ["first", None, "worse"])


def test_of_an_alert_that_is_not_there_nothing_can_be_said(database: Database) -> None:
    with pytest.raises(AlertNotFound, match="there is no alert 9"):
        say(database, 9, Note("ann", "x", after(1), "cli"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def older(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The url of a database that Trueup set up before a person could say more than that they saw."""
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/older.db" if sqlite else str(request.getfixturevalue("empty_postgres"))
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        at = f"{NOON:%Y-%m-%dT%H:%M:%S.%f}Z" if sqlite else NOON
        until = NOON + timedelta(hours=4)
        late = f"{until:%Y-%m-%dT%H:%M:%S.%f}Z" if sqlite else until
        for number, state in enumerate(("acknowledged", "resolved", "retired", "firing"), 1):
            values = {"id": number, "state": state, "symbol": f"S{number % 4}", "at": at, "until": late}
            connection.execute(sa.text(_ALERT), values)
            connection.execute(sa.text(_CHANGE), values)
    engine.dispose()
    return url


_ALERT = """
INSERT INTO alert (id, kind, account, symbol, leg, state, severity, reason, observed, evidence, first_seen,
    fired_at, last_seen, acknowledged_by, acknowledged_at, acknowledged_note, acknowledged_until,
    acknowledged_severity, count, version, clears)
VALUES (:id, 'orphaned_position', 'main', :symbol, 'net', :state, 'critical', 'It is held.', '43', '[]', :at,
    :at, :at, 'ann', :at, 'on it', :until, 'critical', 3, 1, 0)
"""
_CHANGE = """
INSERT INTO alert_transition (alert_id, seq, at, "before", "after", action, rule, actor, origin, reason,
    severity, evidence, owed)
VALUES (:id, 1, :at, NULL, 'firing', 'confirmed', 'FIND-1', 'trueup', 'reconciler', 'It is held.', 'critical',
    '[]', 'first')
"""


def test_what_an_older_trueup_stored_is_read_and_said_of_as_if_it_were_new(older: str) -> None:
    migrate(older)

    with Database.open(older, create=False) as database, database.read() as connection:
        owed_then = list(connection.execute(sa.select(TRANSITION.c.owed)).scalars())
    with Console.open(older) as console:
        found = {alert.id: alert for alert in console.queries.alerts()}
        assert [found[number].state.value for number in (1, 2, 3, 4)] == [
            "acknowledged",
            "resolved",
            "retired",
            "firing",
        ]
        assert {(each.hold, each.closed_by, each.flaps) for each in found.values()} == {(None, "", 0)}
        given = found[1].acknowledgement
        assert given is not None
        assert (given.by, given.note, given.until) == ("ann", "on it", NOON + timedelta(hours=4))
        console.commands.close(4, by="ann", note="a test", origin="cli")
        assert console.queries.alert(4).alert.state is AlertState.CLOSED
        assert len(console.queries.alert(4).transitions) == 2
    assert owed_then == ["first"] * 4
