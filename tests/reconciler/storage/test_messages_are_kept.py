"""Messages in the database: stored once, only by who holds the account, kept as long as they are of use."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from reconciler.alerts.event import AlertSettings, Clear, Detected, Observed
from reconciler.facts.lease import Holder, Lease
from reconciler.facts.message import ChannelView
from reconciler.notify.outbox import Why
from reconciler.storage.alerts import observe
from reconciler.storage.database import Database
from reconciler.storage.leases import Given, claim
from reconciler.storage.messages import (
    MESSAGE,
    TELLS,
    Sent,
    messages_about,
    outbox,
    prune_messages,
    settle,
    store_sent,
)
from reconciler.storage.retention import Retention, prune
from tests.reconciler.alert_life import NOON, SEEN_FLAT, finding

PHONE = ChannelView("phone", NOON, NOON, taken_at=NOON)


def given(connection: sa.Connection, name: str = "one") -> dict[str, Lease]:
    answer = claim(connection, "main", Holder(name, "here", 1), locked=True, wall=NOON)
    assert isinstance(answer, Given)
    return {"main": answer.lease}


def fired(connection: sa.Connection) -> None:
    observe(connection, Observed((Detected(finding(), NOON, confirmed=True),)), AlertSettings(), now=NOON)


def over(connection: sa.Connection) -> None:
    for minutes in (1, 2):
        at = NOON + timedelta(minutes=minutes)
        gone = Observed(clear={finding().identity: Clear(SEEN_FLAT, at)})
        observe(connection, gone, AlertSettings(), now=at)


def message(name: str, at: datetime = NOON) -> Sent:
    tells = ((1, "main", 1, Why.FIRST),)
    return Sent(name, "phone", "NEW", "body", at, at, 1, "HTTP 200", tells)


def count(connection: sa.Connection, table: sa.Table) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def test_a_message_whose_answer_was_lost_is_stored_once(database: Database) -> None:
    with database.write() as connection:
        leases = given(connection)
        fired(connection)
        for _ in range(2):
            store_sent(connection, leases, message("a"), PHONE)

        assert [each.why for each in messages_about(connection, 1)] == ["first"]
        (case,) = outbox(connection, list(leases.values()), now=NOON).cases
        assert (case.told["phone"].seq, case.told["phone"].why) == (1, Why.FIRST)


def test_who_has_lost_the_account_marks_nothing_as_told_and_settles_nothing(database: Database) -> None:
    with database.write() as connection:
        lost = given(connection)
        fired(connection)
        (case,) = outbox(connection, list(lost.values()), now=NOON).cases
        now = given(connection, "another")

        store_sent(connection, lost, message("a"), PHONE)
        settle(connection, lost, [case], now=NOON)

        assert outbox(connection, list(lost.values()), now=NOON).cases == ()
        (owed,) = outbox(connection, list(now.values()), now=NOON).cases
        assert owed.unsettled
        assert owed.told == {}


@pytest.mark.parametrize(("ended", "days", "kept"), [(False, 91, True), (True, 89, True), (True, 91, False)])
def test_a_message_is_kept_for_its_time_and_while_its_alert_is_open(
    database: Database, *, ended: bool, days: int, kept: bool
) -> None:
    with database.write() as connection:
        leases = given(connection)
        fired(connection)
        store_sent(connection, leases, message("a"), PHONE)
        if ended:
            over(connection)

        prune_messages(connection, now=NOON + timedelta(days=days))

        assert [count(connection, table) for table in (MESSAGE, TELLS)] == ([1, 1] if kept else [0, 0])


def test_an_alert_is_forgotten_with_what_was_told_of_it(database: Database) -> None:
    with database.write() as connection:
        leases = given(connection)
        fired(connection)
        store_sent(connection, leases, message("a", NOON + timedelta(days=399)), PHONE)
        over(connection)

        prune(connection, Retention(), now=NOON + timedelta(days=400))

        assert count(connection, TELLS) == 0
        assert outbox(connection, list(leases.values()), now=NOON).cases == ()
