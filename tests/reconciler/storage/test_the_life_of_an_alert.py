"""Whatever happens, in whatever order, with crashes, restarts and a second process: what alerts promise."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.errors import AlertCommandError
from reconciler.alerts.policy import (
    Acknowledge,
    AlertSettings,
    Clear,
    Close,
    Detected,
    Intend,
    Note,
    Observed,
    Snooze,
    Unknown,
)
from reconciler.alerts.quiet import QuietBy, Window, quiet
from reconciler.alerts.said import Said
from reconciler.alerts.seen import Seen, seen_of
from reconciler.facts.finding import FindingKey, Severity
from reconciler.facts.lease import Holder, Lease
from reconciler.storage import alerts, leases, persons
from reconciler.storage.database import Database
from reconciler.storage.decisions import ALERT, TRANSITION
from reconciler.storage.errors import LeaseLost
from reconciler.storage.leases import LEASE, Given
from reconciler.storage.mapping import alert_of
from tests.reconciler.alert_life import NOON, SEEN_FLAT, after
from tests.reconciler.storage import alert_model as model
from tests.reconciler.storage.alert_conditions import (
    CONDITIONS,
    ENDS,
    NEVER_BY_OTHERS,
    ORPHAN,
    SAID,
    conditions,
    drawn,
    founds,
)
from tests.reconciler.storage.alert_model import Found, Life, Word

SETTINGS = AlertSettings()
people = st.sampled_from(["ann", "bob"])


@dataclass(frozen=True)
class Shown:
    """An alert as somebody saw it on a screen, and when."""

    number: int
    seen: Seen
    found: Found
    at: float


class Crash(Exception):
    """The process dies before its transaction is committed."""


class AlertLives(RuleBasedStateMachine):
    """Looks, healthy reads, blindness, people, time, crashes, restarts, a second process; on one database."""

    url: str
    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.minutes = 0.0
        self.lives = {key: Life() for key in CONDITIONS}
        self.screens: dict[tuple[str, FindingKey], Shown] = {}
        self.rows = 0
        with self.database.write() as connection:
            for table in (TRANSITION, ALERT, LEASE):
                connection.execute(sa.delete(table))
        self.token = 0
        self.lease = self.claim()

    # what the processes do

    def claim(self) -> Lease:
        """Let another process be given the account."""
        self.token += 1
        with self.database.write() as connection:
            by = Holder(f"i{self.token}", "here", self.token)
            given = leases.claim(connection, "main", by, locked=True, wall=after(self.minutes))
        assert isinstance(given, Given)
        return given.lease

    def write(self, work: Callable[[sa.Connection], Any], *, dies: bool, lease: Lease | None = None) -> bool:
        """Do it in one transaction of a lease's holder; say whether it was committed."""
        try:
            with self.database.write() as connection:
                leases.fence(connection, lease or self.lease)
                work(connection)
                if dies:
                    raise Crash
        except (Crash, LeaseLost):
            return False
        return True

    def observe(self, observed: Observed, *, dies: bool = False, lease: Lease | None = None) -> bool:
        self.minutes += 0.1
        now = after(self.minutes)
        stored = self.write(
            lambda connection: alerts.observe(connection, observed, SETTINGS, now=now), dies=dies, lease=lease
        )
        if stored:
            for life in self.lives.values():
                model.time_is(life, self.minutes)
        return stored

    @initialize(found=founds)
    def it_begins_with_a_position_that_no_bot_knows(self, found: Found) -> None:
        self.it_is_found(ORPHAN, found, sure=True, dies=False)

    @rule(minutes=st.sampled_from([0.1, 1.0, 9.0, 14.0, 50.0, 300.0, 1500.0]))
    def time_passes(self, minutes: float) -> None:
        self.minutes += minutes

    @rule(dies=st.booleans())
    def nothing_is_found(self, *, dies: bool) -> None:
        self.observe(Observed(), dies=dies)

    @rule(key=conditions, found=founds, sure=st.booleans(), dies=st.sampled_from([False, False, True]))
    def it_is_found(self, key: FindingKey, found: Found, *, sure: bool, dies: bool) -> None:
        at = after(self.minutes + 0.1)
        if self.observe(Observed((Detected(drawn(key, found), at, confirmed=sure),)), dies=dies):
            model.is_found(self.lives[key], found, self.minutes, sure=sure)

    @rule(key=conditions, found=founds)
    def it_comes_and_goes(self, key: FindingKey, found: Found) -> None:
        for _ in range(4):
            self.it_is_found(key, found, sure=True, dies=False)
            self.it_is_clear(key, dies=False)
            self.it_is_clear(key, dies=False)

    @rule(key=conditions, heals=st.booleans(), minutes=st.sampled_from([0.1, 14.0, 50.0, 300.0]))
    def it_is_still_so(self, key: FindingKey, minutes: float, *, heals: bool) -> None:
        """As it was last found, after a while in which it may have looked healed."""
        if heals:
            self.it_is_clear(key, dies=False)
        self.minutes += minutes
        self.it_is_found(key, self.lives[key].last, sure=True, dies=False)

    @rule(key=conditions, dies=st.sampled_from([False, False, True]))
    def it_is_clear(self, key: FindingKey, *, dies: bool) -> None:
        clear = Clear(SEEN_FLAT, after(self.minutes + 0.1))
        if self.observe(Observed(clear={key: clear}), dies=dies):
            model.is_clear(self.lives[key])

    @rule(key=conditions)
    def it_cannot_be_seen(self, key: FindingKey) -> None:
        self.observe(Observed(unknown={key: Unknown("down", after(self.minutes + 0.1))}))

    @rule(key=conditions)
    def it_is_watched_no_more(self, key: FindingKey) -> None:
        self.minutes += 0.1
        now = after(self.minutes)

        def work(connection: sa.Connection) -> None:
            why = lambda alert: "it was taken out" if alert.key == key else ""  # noqa: E731 - one use
            alerts.retire(connection, "main", why, SETTINGS, now=now)

        if self.write(work, dies=False):
            model.is_gone(self.lives[key])

    @rule()
    def the_process_starts_again(self) -> None:
        self.database.close()
        type(self).database = Database.open(self.url, create=False)
        self.lease = self.claim()

    @rule(key=conditions, found=founds)
    def a_process_that_has_lost_its_lease_writes(self, key: FindingKey, found: Found) -> None:
        old, self.lease = self.lease, self.claim()
        at = after(self.minutes + 0.1)
        stored = self.observe(Observed((Detected(drawn(key, found), at, confirmed=True),)), lease=old)
        assert not stored

    # what people do

    @rule(key=conditions, by=people)
    def a_person_looks(self, key: FindingKey, by: str) -> None:
        alert = self.open().get(key)
        if alert is not None:
            shown = Shown(alert.id, seen_of(alert), self.lives[key].last, self.minutes)
            self.screens[by, key] = shown

    @rule(
        key=conditions,
        by=people,
        what=st.sampled_from(["acknowledge", "snooze", "intend", "close"]),
        note=st.sampled_from(["on it"] * 4 + [""]),
        lasts=st.sampled_from([10.0, 45.0, 100.0, 1000.0]),
        looks=st.booleans(),
        dies=st.sampled_from([False] * 5 + [True]),
    )
    def a_person_says(
        self, key: FindingKey, by: str, what: str, note: str, lasts: float, *, looks: bool, dies: bool
    ) -> None:
        if looks:
            self.a_person_looks(key, by)
        shown, life = self.screens.get((by, key)), self.lives[key]
        if shown is None:
            return
        self.minutes += 0.1
        same = key in self.open() and self.open()[key].id == shown.number
        word = Word(what, by, shown.found, self.minutes, self.minutes + lasts)
        refused = not same or model.refuses(life, word, note, by_hand=key == ORPHAN, looked=shown.at)
        try:
            with self.database.write() as connection:
                said = self.said(word, note, shown)
                persons.say(connection, shown.number, said, SETTINGS, now=after(self.minutes))
                if dies:
                    raise Crash
        except Crash:
            assert not refused
            return
        except AlertCommandError:
            assert refused
            return
        assert not refused, f"{what} of {key.kind} was taken"
        model.is_said(life, word, looked=shown.at)

    @rule(key=conditions, by=people, what=st.sampled_from(["acknowledge", "snooze", "intend"]))
    def a_word_runs_out_while_it_looks_healed(self, key: FindingKey, by: str, what: str) -> None:
        self.a_person_says(key, by, what, "on it", 10.0, looks=True, dies=False)
        self.it_is_still_so(key, 14.0, heals=True)

    @rule(key=conditions, what=st.sampled_from(["acknowledge", "snooze", "intend", "close"]), found=founds)
    def two_people_speak_of_what_they_saw(self, key: FindingKey, what: str, found: Found) -> None:
        for by in ("ann", "bob"):
            self.a_person_looks(key, by)
        self.it_is_found(key, found, sure=True, dies=False)
        for by in ("ann", "bob"):
            self.a_person_says(key, by, what, "on it", 45.0, looks=False, dies=False)

    def said(self, word: Word, note: str, shown: Shown) -> Said:
        now, until, beyond = after(self.minutes), after(word.ends), Decimal(word.saw.beyond)
        match word.what:
            case "acknowledge":
                return Acknowledge(word.by, note, now, "cli", shown.seen, until=until)
            case "snooze":
                return Snooze(word.by, note, now, "cli", shown.seen, until=until)
            case "intend":
                return Intend(word.by, note, now, "cli", shown.seen, until=until, surplus=beyond)
            case _:
                return Close(word.by, note, now, "cli", shown.seen)

    @rule(by=people)
    @precondition(lambda self: self.screens)
    def a_person_notes(self, by: str) -> None:
        self.minutes += 0.1
        number = next(iter(self.screens.values())).number
        with self.database.write() as connection:
            said = Note(by, "asked the venue", after(self.minutes), "cli")
            persons.say(connection, number, said, SETTINGS, now=after(self.minutes))

    def open(self) -> dict[FindingKey, Alert]:
        with self.database.read() as connection:
            found = alerts.open_alerts(connection)
        return {each.key: each for each in found}

    @invariant()
    def the_promises_hold(self) -> None:
        """Read all that is stored once, and hold each promise against it."""
        with self.database.read() as connection:
            stored = [alert_of(row) for row in connection.execute(sa.select(ALERT))]
            query = sa.select(TRANSITION).order_by(TRANSITION.c.alert_id, TRANSITION.c.seq)
            rows = list(connection.execute(query))
        found = [each for each in stored if each.state.open]
        self.every_condition_that_lasts_has_its_one_alert_and_nothing_told_is_forgotten(found)
        self.a_word_is_in_force_as_it_was_said_or_has_ended_and_been_told(found)
        self.a_snooze_ends(found)
        self.only_a_word_about_itself_quiets_an_unprotected_or_orphaned_position(found)
        self.what_is_owed_is_what_people_have_to_be_told_and_none_of_it_is_lost(stored, rows)
        self.the_history_has_no_holes_and_says_how_every_word_ended(stored, rows)

    def every_condition_that_lasts_has_its_one_alert_and_nothing_told_is_forgotten(
        self, found: list[Alert]
    ) -> None:
        assert sorted(each.key for each in found) == sorted(
            key for key, life in self.lives.items() if life.open
        )
        for alert in found:
            life = self.lives[alert.key]
            assert (alert.fired_at is not None) == life.told
            assert (alert.state is AlertState.RECOVERING) == bool(life.healing)

    def a_word_is_in_force_as_it_was_said_or_has_ended_and_been_told(self, found: list[Alert]) -> None:
        for alert in found:
            word, given, hold = self.lives[alert.key].word, alert.acknowledgement, alert.hold
            assert (given is not None) == (word is not None and word.what == "acknowledge")
            assert (hold is not None) == (word is not None and word.what != "acknowledge")
            in_force = given or hold
            if in_force is not None and word is not None:
                assert (in_force.by, in_force.until) == (word.by, after(word.ends))
                assert (in_force.severity is Severity.CRITICAL) == word.saw.critical
            if not self.lives[alert.key].healing:
                assert (alert.state is AlertState.ACKNOWLEDGED) == (given is not None)

    def a_snooze_ends(self, found: list[Alert]) -> None:
        now = after(self.minutes)
        for alert in found:
            if alert.hold is not None:
                longest = model.MOST["snooze" if alert.hold.surplus is None else "intend"][1]
                assert alert.hold.until <= alert.hold.at + (after(longest) - NOON)
                assert (alert.held(now) is None) == (alert.hold.until <= now)

    def only_a_word_about_itself_quiets_an_unprotected_or_orphaned_position(self, found: list[Alert]) -> None:
        now = after(self.minutes)
        window = Window(1, "main", "ann", "an upgrade", now, after(self.minutes + 60))
        by_number = {alert.id: alert for alert in found}
        for number, each in quiet(found, [window], now=now).items():
            alert = by_number[number]
            if alert.key.kind in NEVER_BY_OTHERS:
                word = self.lives[alert.key].word
                assert word is not None
                assert each.by in {QuietBy.SNOOZED, QuietBy.INTENDED}
                assert word.ends > self.minutes

    def what_is_owed_is_what_people_have_to_be_told_and_none_of_it_is_lost(
        self, stored: list[Alert], rows: list[Any]
    ) -> None:
        key_of = {alert.id: alert.key for alert in stored}
        owed: dict[FindingKey, list[str]] = {key: [] for key in CONDITIONS}
        for row in sorted(rows, key=lambda each: int(each.id)):
            if row.owed is not None:
                assert row.notified_at is None
                owed[key_of[row.alert_id]].append(row.owed)
        assert owed == {key: life.owed for key, life in self.lives.items()}

    def the_history_has_no_holes_and_says_how_every_word_ended(
        self, stored: list[Alert], rows: list[Any]
    ) -> None:
        assert len(rows) >= self.rows, "a row of the history is gone"
        self.rows = len(rows)
        history: dict[int, list[Any]] = {}
        for row in rows:
            history.setdefault(row.alert_id, []).append(row)
        for alert in stored:
            steps = history[alert.id]
            assert [each.before for each in steps] == [None, *(each.after for each in steps[:-1])]
            assert len({each.seq for each in steps}) == len(steps)
            assert steps[-1].after == alert.state.value
            assert steps[-1].seq <= alert.version
            in_force = None
            for each in steps:
                if each.action in SAID:
                    replaced = in_force not in {None, each.action}
                    assert not replaced or "(in place of: " in each.reason
                    in_force = each.action
                elif each.action in ENDS:
                    in_force = None
            word = alert.acknowledgement or alert.hold
            if alert.state.open:
                assert (in_force is None) == (word is None), "a word went without a word"


@pytest.mark.timeout(300)
def test_the_promises_about_alerts_hold_whatever_happens(state_url: str) -> None:
    database = Database.open(state_url, create=False)

    class AlertLivesHere(AlertLives):
        url = state_url

    AlertLivesHere.database = database

    try:
        run_state_machine_as_test(
            AlertLivesHere,
            settings=settings(
                max_examples=20,
                stateful_step_count=30,
                deadline=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
            ),
        )
    finally:
        AlertLivesHere.database.close()
