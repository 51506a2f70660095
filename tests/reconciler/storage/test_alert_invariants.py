"""Whatever happens to the alerts, in whatever order, with transactions that die: the promises hold."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.errors import AlertCommandError
from reconciler.alerts.policy import Acknowledge, Action, AlertSettings, Clear, Detected, Observed, Unknown
from reconciler.facts.finding import Finding, Severity
from reconciler.storage import alerts, persons
from reconciler.storage.alerts import Change
from reconciler.storage.database import Database
from reconciler.storage.decisions import ALERT, TRANSITION
from reconciler.storage.mapping import alert_of
from tests.reconciler.alert_life import SEEN_FLAT, after, finding

SYMBOLS = st.sampled_from(["AVL/USDT:USDT", "BTC/USDT:USDT"])
SETTINGS = AlertSettings()


class AlertLives(RuleBasedStateMachine):
    """Sweeps, clears, blindness, people, time and crashes against one real database."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.minutes = 0.0
        self.versions: dict[int, int] = {}
        self.acknowledged: dict[int, Alert] = {}
        self.cleared: dict[Any, int] = {}
        with self.database.write() as connection:
            connection.execute(sa.delete(TRANSITION))
            connection.execute(sa.delete(ALERT))

    def observe(self, observed: Observed, *, dies: bool) -> None:
        now = after(self.minutes)
        changes: tuple[Change, ...] = ()
        try:
            with self.database.write() as connection:
                changes = alerts.observe(connection, observed, SETTINGS, now=now)
                if dies:
                    raise InterruptedError
        except InterruptedError:
            return
        for change in changes:
            self._judge(change)

    def _judge(self, change: Change) -> None:
        alert, decision = change.alert, change.decision
        if decision.action is Action.RESOLVED:
            assert self.cleared.get(alert.key, 0) >= SETTINGS.clears_to_resolve
        if alert.state is AlertState.RESOLVED:
            assert decision.evidence, "resolved without evidence"
        if alert.id in self.acknowledged and alert.state is AlertState.FIRING:
            assert decision.action in {Action.WORSENED, Action.ACKNOWLEDGEMENT_EXPIRED}, (
                "an acknowledgement was lost for no reason"
            )
            del self.acknowledged[alert.id]

    @rule(minutes=st.sampled_from([0.1, 1.0, 14.0, 300.0]))
    def time_passes(self, minutes: float) -> None:
        self.minutes += minutes
        self.observe(Observed(), dies=False)

    @rule(
        symbol=SYMBOLS,
        confirmed=st.booleans(),
        severity=st.sampled_from([Severity.WARNING, Severity.CRITICAL]),
        exposure=st.none() | st.decimals(900, 1300, places=2),
        dies=st.booleans(),
    )
    def it_is_found(self, symbol: str, *, confirmed: bool, severity: Any, exposure: Any, dies: bool) -> None:
        self.minutes += 0.1
        found: Finding = finding(symbol=symbol, severity=severity, exposure=exposure)
        if not dies:
            self.cleared.pop(found.identity, None)
        self.observe(Observed((Detected(found, after(self.minutes), confirmed),)), dies=dies)

    @rule(symbol=SYMBOLS, dies=st.booleans())
    def it_is_clear(self, symbol: str, *, dies: bool) -> None:
        self.minutes += 0.1
        key = finding(symbol=symbol).identity
        if not dies:
            self.cleared[key] = self.cleared.get(key, 0) + 1
        self.observe(Observed(clear={key: Clear(SEEN_FLAT, after(self.minutes))}), dies=dies)

    @rule(symbol=SYMBOLS)
    def it_cannot_be_seen(self, symbol: str) -> None:
        self.minutes += 0.1
        key = finding(symbol=symbol).identity
        before = self.open().get(key)
        self.observe(Observed(unknown={key: Unknown("down", after(self.minutes))}), dies=False)
        now = self.open().get(key)
        # Time may have ended an acknowledgement; blindness itself changes no state.
        if before is not None and before.acknowledgement is None:
            assert now is not None
            assert now.state is before.state

    @rule(symbol=SYMBOLS, note=st.sampled_from(["", "on it"]), dies=st.booleans())
    def a_person_acknowledges(self, symbol: str, note: str, *, dies: bool) -> None:
        self.minutes += 0.1
        alert = self.open().get(finding(symbol=symbol).identity)
        if alert is None:
            return
        now = after(self.minutes)
        person = Acknowledge("ann", note, now, "dashboard")
        try:
            with self.database.write() as connection:
                given = persons.say(connection, alert.id, person, SETTINGS, now=now)
                if dies:
                    raise InterruptedError
        except (AlertCommandError, InterruptedError):
            return
        self.acknowledged[alert.id] = given.alert

    def open(self) -> dict[Any, Alert]:
        with self.database.read() as connection:
            return {each.key: each for each in alerts.open_alerts(connection)}

    @invariant()
    def at_most_one_open_episode_of_a_condition(self) -> None:
        with self.database.read() as connection:
            found = alerts.open_alerts(connection)
        assert len({each.key for each in found}) == len(found)

    @invariant()
    def versions_only_rise_and_the_history_leads_to_the_present(self) -> None:
        with self.database.read() as connection:
            stored = [alert_of(row) for row in connection.execute(sa.select(ALERT))]
            rows = connection.execute(sa.select(TRANSITION).order_by(TRANSITION.c.alert_id, TRANSITION.c.seq))
            history: dict[int, list[Any]] = {}
            for row in rows:
                history.setdefault(row.alert_id, []).append(row)
        for alert in stored:
            assert alert.version >= self.versions.get(alert.id, 1)
            self.versions[alert.id] = alert.version
            steps = history[alert.id]
            assert [each.before for each in steps] == [None, *(each.after for each in steps[:-1])]
            assert steps[-1].after == alert.state.value
            assert steps[-1].seq <= alert.version

    @invariant()
    def an_acknowledgement_is_never_lost(self) -> None:
        for alert in self.open().values():
            if alert.id in self.acknowledged:
                assert alert.acknowledgement is not None
                assert alert.acknowledgement.by == "ann"
                assert alert.state in {AlertState.ACKNOWLEDGED, AlertState.RECOVERING}


@pytest.fixture
def file_database(sqlite_state: str, tmp_path: Path) -> Iterator[Database]:
    with Database.open(sqlite_state, create=False) as opened:
        yield opened


def test_the_promises_hold_whatever_happens(file_database: Database) -> None:
    machine = type("AlertLivesHere", (AlertLives,), {"database": file_database})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )
