"""From the one heartbeat to one of each account: what was stored stays, and an open alert keeps its sense."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from reconciler.alerts.alert import AlertState
from reconciler.console import Console
from reconciler.facts.finding import Kind
from reconciler.facts.heartbeat import Heartbeat
from reconciler.storage import migrations
from reconciler.storage.database import migrate
from tests.reconciler.alert_life import NOON

BEATEN = NOON - timedelta(minutes=10)


def time(at: datetime, engine: sa.Engine) -> datetime | str:
    """A time as the older Trueup stored it."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z" if engine.dialect.name == "sqlite" else at


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def older(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The url of a database that Trueup set up before there were leases, without content."""
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/older.db" if sqlite else str(request.getfixturevalue("empty_postgres"))
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
    engine.dispose()
    return url


CYCLE = """
INSERT INTO cycle (account, venue, status, matched, legs, finished_at, seconds, problems)
VALUES (:account, 'binanceusdm', 'complete', 1, 1, :at, 0.5, '[]')
"""
BEAT = "INSERT INTO heartbeat VALUES ('reconciler', :at, 2.0, :at, :stopped)"
ALERT = """
INSERT INTO alert (id, kind, account, symbol, leg, state, severity, reason, evidence, first_seen, fired_at,
    last_seen, count, version, clears)
VALUES (7, 'reconciler_stalled', '*', 'reconciler', 'net', 'firing', 'critical', 'It has not been heard of.',
    '[]', :at, :at, :at, 3, 2, 0)
"""
CHANGE = """
INSERT INTO alert_transition (alert_id, seq, at, "before", "after", action, rule, actor, origin, reason,
    severity, evidence)
VALUES (7, :seq, :at, :before, :after, 'found', 'found', 'trueup', 'reconciler', 'It is silent.', 'critical',
    '[]')
"""


def fill(url: str, accounts: tuple[str, ...], *, stalled: bool = True) -> None:
    """Let a reconciler have run, and have been missed when it came back."""
    engine = sa.create_engine(url)
    at = time(BEATEN, engine)
    with engine.begin() as connection:
        for account in accounts:
            connection.execute(sa.text(CYCLE), {"account": account, "at": at})
        connection.execute(sa.text(BEAT), {"at": at, "stopped": False})
        if stalled:
            connection.execute(sa.text(ALERT), {"at": at})
            for seq, before, after in ((1, None, "pending"), (2, "pending", "firing")):
                told = {"seq": seq, "at": at, "before": before, "after": after}
                connection.execute(sa.text(CHANGE), told)
    engine.dispose()


def test_each_account_has_the_heartbeat_that_all_had(older: str) -> None:
    fill(older, ("main", "other"), stalled=False)

    migrate(older)

    with Console.open(older) as console:
        watches = console.queries.watches()
    beat = Heartbeat(BEATEN, 2.0, BEATEN, stopped=False)
    assert [(each.account, each.holder, each.heartbeat) for each in watches] == [
        ("main", None, beat),
        ("other", None, beat),
    ]


def test_an_open_alert_of_all_becomes_one_of_each_with_its_history_and_keeps_its_number(older: str) -> None:
    fill(older, ("main", "other"))

    migrate(older)

    with Console.open(older) as console:
        alerts = console.queries.alerts(kinds=[Kind.RECONCILER_STALLED])
        histories = {alert.key.account: console.queries.alert(alert.id).transitions for alert in alerts}
    assert {alert.key.account for alert in alerts} == {"main", "other"}
    assert {alert.state for alert in alerts} == {AlertState.FIRING}
    assert {alert.id for alert in alerts if alert.key.account == "main"} == {7}
    assert [[each.after for each in history] for history in histories.values()] == [
        [AlertState.PENDING, AlertState.FIRING]
    ] * 2


def test_one_that_is_of_no_account_is_over_and_says_why(older: str) -> None:
    fill(older, ())

    migrate(older)

    with Console.open(older) as console:
        view = console.queries.alert(7)
    assert view.alert.state is AlertState.RESOLVED
    assert "none is known" in view.transitions[-1].reason
    assert [each.after for each in view.transitions][-1] is AlertState.RESOLVED


def test_a_database_on_which_nothing_ever_ran_has_nobody(older: str) -> None:
    migrate(older)

    with Console.open(older) as console:
        assert console.queries.watches() == ()
