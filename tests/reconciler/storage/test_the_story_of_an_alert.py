"""What led to an alert is read with it: the verifications of its leg, whole, and its earlier episodes."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from reconciler.alerts.alert import Alert, AlertState
from reconciler.console import Console
from reconciler.facts.finding import FindingKey, Kind
from reconciler.record.stored_verification import record_of
from reconciler.storage.database import Database
from reconciler.storage.decisions import ALERT
from reconciler.storage.mapping import alert_values
from reconciler.storage.records import VERIFICATION, save_verification
from tests.dashboard import drawn as screens
from tests.verification import drawn
from verification.facts.clock import SystemClock
from verification.facts.verification import Verification
from verification.rules.judgement import decide

ASKED = drawn.opening().asked.utc
KEY = FindingKey(Kind.ORPHANED_POSITION, drawn.KEY.account, drawn.KEY.symbol, drawn.KEY.leg)
ALERT_NOW = replace(
    screens.alert(9),
    key=KEY,
    first_seen=ASKED + timedelta(seconds=3),
    fired_at=ASKED + timedelta(seconds=5),
    evidence=(),
)


def verified() -> Verification:
    question, seen = drawn.opening(), (drawn.silent(at=1), drawn.order(43, ended=True, agree=True, at=2))
    return Verification(question, decide(question, seen), seen, decided=question.asked)


@pytest.fixture
def console(database: Database) -> Console:
    return Console.on(database, SystemClock())


def store(database: Database, *alerts: Alert) -> None:
    with database.write() as connection:
        connection.execute(sa.insert(ALERT), [alert_values(each) | {"id": each.id} for each in alerts])


def test_the_verifications_of_its_leg_around_it_are_read_whole(database: Database, console: Console) -> None:
    view, evidence = record_of(verified(), asked_by="bot")
    with database.write() as connection:
        for asked_at in (ASKED, ASKED - timedelta(hours=1), ASKED + timedelta(hours=1)):
            save_verification(connection, replace(view, asked_at=asked_at), evidence)
        save_verification(connection, replace(view, symbol="OTHER/USDT:USDT"), evidence)

    (only,) = console.queries.story(ALERT_NOW).verifications

    assert only.view.asked_at == ASKED
    assert only.verification is not None
    assert only.verification.observations == verified().observations


def test_a_verification_that_its_evidence_names_is_read_however_old(
    database: Database, console: Console
) -> None:
    view, evidence = record_of(verified(), asked_by="bot")
    with database.write() as connection:
        save_verification(connection, replace(view, asked_at=ASKED - timedelta(days=3)), evidence)
    named = replace(screens.alert().evidence[0], data={"verification": "1"})

    (only,) = console.queries.story(replace(ALERT_NOW, evidence=(named,))).verifications

    assert only.view.id == 1


def test_one_whose_evidence_cannot_be_read_says_so_and_hides_nothing_else(
    database: Database, console: Console
) -> None:
    view, evidence = record_of(verified(), asked_by="bot")
    with database.write() as connection:
        save_verification(connection, view, evidence)
        save_verification(connection, replace(view, order_id="8"), evidence)
        connection.execute(sa.update(VERIFICATION).where(VERIFICATION.c.id == 1).values(evidence="[]"))

    damaged, well = console.queries.story(ALERT_NOW).verifications

    assert damaged.verification is None
    assert "no evidence is stored" in damaged.problem
    assert well.verification is not None


def test_its_earlier_episodes_are_those_of_the_same_condition_that_people_were_told_of(
    database: Database, console: Console
) -> None:
    def over(number: int, days: int, **changes: object) -> Alert:
        begun = ASKED - timedelta(days=days)
        ended = {"state": AlertState.RESOLVED, "resolved_at": begun + timedelta(minutes=1)}
        return replace(ALERT_NOW, id=number, first_seen=begun, **ended | {"fired_at": begun} | changes)  # type: ignore[arg-type] # values of several types

    other = replace(KEY, symbol="OTHER/USDT:USDT")
    store(database, over(1, 9), over(2, 3), over(3, 4, fired_at=None), over(4, 5, key=other), ALERT_NOW)

    story = console.queries.story(ALERT_NOW)

    assert [each.id for each in story.earlier] == [2, 1]
    assert story.episodes == 2
