"""Maintenance windows on real databases: one an account, ended in time, and seen by whoever shows alerts."""

import pytest
import sqlalchemy as sa

from reconciler.alerts.errors import (
    AlertCommandError,
    NameRequired,
    NoSuchAccount,
    NoteRequired,
    NoWindow,
    WrongEnd,
)
from reconciler.alerts.limits import LIMITS
from reconciler.alerts.policy import AlertSettings, Detected, Observed
from reconciler.alerts.quiet import QuietBy, Window
from reconciler.facts.finding import Kind
from reconciler.storage import alerts, maintenance
from reconciler.storage.database import Database
from reconciler.storage.queries import StoredQueries
from tests.reconciler.alert_life import NOON, after, finding
from tests.reconciler.storage.test_console import StoppedClock


@pytest.fixture
def house(database: Database) -> Database:
    """A database that knows the account `main`."""
    with database.write() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO lease (account, token, interval_seconds, stopped) VALUES ('main', 1, 2.0, false)"
            )
        )
    return database


def begin(
    database: Database, minute: float = 0, *, by: str = "ann", note: str = "an upgrade", until: float = 60
) -> Window:
    with database.write() as connection:
        return maintenance.begin(
            connection,
            "main",
            by=by,
            note=note,
            origin="cli",
            until=after(until),
            limits=LIMITS,
            now=after(minute),
        )


def end(database: Database, minute: float, by: str = "bob") -> Window:
    with database.write() as connection:
        return maintenance.end(connection, "main", by=by, now=after(minute))


def standing(database: Database, minute: float) -> list[tuple[str, str]]:
    with database.read() as connection:
        return [(each.account, each.by) for each in maintenance.windows(connection, now=after(minute))]


def test_a_window_is_open_until_its_end(house: Database) -> None:
    opened = begin(house)

    assert (opened.id, opened.account, opened.until) == (1, "main", after(60))
    assert standing(house, 59.9) == [("main", "ann")]
    assert standing(house, 60) == []


def test_a_window_can_be_ended_before_its_time(house: Database) -> None:
    begin(house)

    ended = end(house, 5)

    assert (ended.ended_at, ended.ended_by) == (after(5), "bob")
    assert standing(house, 6) == []
    with pytest.raises(NoWindow, match="no maintenance window of main is open"):
        end(house, 7)


def test_a_second_window_takes_the_place_of_the_first_and_both_are_kept(house: Database) -> None:
    begin(house)
    begin(house, 5, by="bob", until=30)

    assert standing(house, 6) == [("main", "bob")]
    assert standing(house, 31) == [], "the first one does not come back"
    with house.read() as connection:
        rows = connection.execute(sa.select(maintenance.WINDOW).order_by(maintenance.WINDOW.c.id)).all()
    assert [(row.by, row.ended_by, row.ended_at) for row in rows] == [
        ("ann", "bob", after(5)),
        ("bob", None, None),
    ]


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"by": " "}, NameRequired),
        ({"note": ""}, NoteRequired),
        ({"until": 0}, WrongEnd),
        ({"until": 8 * 60 + 1}, WrongEnd),
    ],
)
def test_a_window_that_says_too_little_or_is_too_long_is_refused(
    house: Database, wrong: dict[str, object], refusal: type[AlertCommandError]
) -> None:
    with pytest.raises(refusal, match="maintenance of main: "):
        begin(house, **wrong)  # type: ignore[arg-type] # one of its own arguments
    assert standing(house, 0) == []


def test_a_name_that_no_account_has_is_refused(database: Database) -> None:
    with pytest.raises(NoSuchAccount, match="no account is called main"):
        begin(database)


def test_what_a_window_quiets_is_shown_as_that_and_what_it_may_not_quiet_is_not(house: Database) -> None:
    detected = (
        Detected(finding(kind=Kind.PHANTOM_POSITION), NOON, confirmed=True),
        Detected(finding(kind=Kind.UNPROTECTED_POSITION), NOON, confirmed=True),
    )
    with house.write() as connection:
        changes = alerts.observe(connection, Observed(detected), AlertSettings(), now=NOON)
    numbers = {change.alert.key.kind: change.alert.id for change in changes}
    clock = StoppedClock(NOON)
    queries = StoredQueries(house, clock)
    before = queries.version()
    begin(house)
    during = queries.version()

    view = queries.now()

    assert [each.account for each in view.windows] == ["main"]
    assert queries.windows() == view.windows
    assert {number: each.by for number, each in view.quiet.items()} == {
        numbers[Kind.PHANTOM_POSITION]: QuietBy.MAINTENANCE
    }
    assert queries.alert(numbers[Kind.PHANTOM_POSITION]).quiet == view.quiet[numbers[Kind.PHANTOM_POSITION]]
    assert queries.alert(numbers[Kind.UNPROTECTED_POSITION]).quiet is None
    end(house, 1)
    assert len({before, during, queries.version()}) == 3
    clock.utc = after(2)
    assert (queries.now().windows, dict(queries.now().quiet)) == ((), {})
