"""Alerts are retired in the state database: in their history, in lists and screens, and in the log."""

from decimal import Decimal

import sqlalchemy as sa

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.policy import AlertSettings, Detected, Observed
from reconciler.console import Console
from reconciler.storage import alerts
from reconciler.storage.alerts import Change
from reconciler.storage.database import Database
from reconciler.storage.decisions import TRANSITION
from reconciler.storage.retention import Retention, prune
from tests.reconciler.alert_life import after, finding

SETTINGS = AlertSettings()
GONE = "account other is no longer in the settings"


def find(database: Database, minute: float, *, account: str = "other", confirmed: bool = True) -> Change:
    found = Detected(finding(account=account, exposure=Decimal(5)), after(minute), confirmed)
    with database.write() as connection:
        (change,) = alerts.observe(connection, Observed((found,)), SETTINGS, now=after(minute))
    return change


def retire(database: Database, minute: float, account: str = "other") -> tuple[Change, ...]:
    def why(alert: Alert) -> str:
        assert alert.key.account == account
        return GONE

    with database.write() as connection:
        return alerts.retire(connection, account, why, SETTINGS, now=after(minute))


def test_only_the_account_that_is_gone_is_retired_with_a_last_word(
    state_url: str, database: Database
) -> None:
    find(database, 0)
    kept = find(database, 0, account="main").alert

    retire(database, 1)

    with Console.open(state_url) as console:
        view = console.queries.alert(1)
        now = console.queries.now()
    assert (view.alert.state, view.alert.retired, view.alert.resolved_at) == (
        AlertState.RETIRED,
        GONE,
        after(1),
    )
    assert [(each.action, each.reason) for each in view.transitions[1:]] == [("retired", f"retired: {GONE}")]
    assert now.alerts == (kept,)
    assert [each.state for each in now.resolved] == [AlertState.RETIRED]
    with database.read() as connection:
        owed = connection.execute(sa.select(TRANSITION.c.owed).order_by(TRANSITION.c.id)).scalars().all()
    assert owed == ["first", "first", "retired"]


def test_what_is_retired_is_retired_once(database: Database) -> None:
    find(database, 0)

    assert len(retire(database, 1)) == 1
    assert retire(database, 2) == ()


def test_what_comes_back_is_a_new_episode_that_was_never_resolved(database: Database) -> None:
    find(database, 0)
    retire(database, 1)

    returned = find(database, 2)

    assert (returned.alert.id, returned.alert.state) == (2, AlertState.FIRING)
    assert "came back" not in returned.decision.reason


def test_what_was_only_suspected_is_retired_in_silence(state_url: str, database: Database) -> None:
    find(database, 0, confirmed=False)

    (change,) = retire(database, 1)

    assert change.decision.owed is None
    with Console.open(state_url) as console:
        assert console.queries.now().resolved == ()


def test_what_is_retired_is_forgotten_in_its_time(state_url: str, database: Database) -> None:
    find(database, 0)
    retire(database, 1)

    with database.write() as connection:
        prune(connection, Retention(), now=after(60 * 24 * 366))

    with Console.open(state_url) as console:
        assert console.queries.alerts() == ()
