"""All that can happen, in any order: the rules of what is found and said, and what must hold after each."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from typing_extensions import override

from reconciler.alerts.alert import Alert
from reconciler.alerts.errors import AlertCommandError
from reconciler.alerts.policy import Acknowledge, Clear, Close, Detected, Note, Observed, Snooze, Unknown
from reconciler.alerts.said import Said
from reconciler.alerts.seen import Seen, seen_of
from reconciler.facts.finding import FindingKey, Severity
from reconciler.notify.reply import Outcome, Reply
from reconciler.storage import alerts, leases, persons
from reconciler.storage.leases import Given
from tests.model.process import Act, Process
from tests.model.process_rules import ProcessRules, accounts, names
from tests.model.promises import hold
from tests.model.world import ACCOUNTS, CHANNELS, CONDITIONS, SETTINGS, drawn
from tests.reconciler.alert_life import SEEN_FLAT
from tests.reconciler.storage import alert_model
from tests.reconciler.storage.alert_model import Found, Word

conditions = st.sampled_from([*CONDITIONS[:2], *CONDITIONS])
founds = st.builds(
    Found, critical=st.booleans(), exposure=st.sampled_from([1000, 1090, 1200]), beyond=st.just(43)
)
people = st.sampled_from(["ann", "bob"])


class Lives(ProcessRules):
    """Three machines, two accounts, two channels, two people, one database."""

    def __init__(self) -> None:
        super().__init__()
        self.screens: dict[tuple[str, FindingKey], tuple[Alert, Found, float]] = {}
        self.taps = 0
        self.last_tap: tuple[str, Reply] | None = None
        self.heard: set[str] = set()

    @initialize(found=founds)
    def it_begins(self, found: Found) -> None:
        for name in "ab":
            self.world.start(name)
        for account in ACCOUNTS:
            self.claims("a", account)
        self.it_is_found(CONDITIONS[0], found, sure=True)

    @rule(account=accounts, joint=st.sampled_from([0, 0, 1]), found=founds)
    def a_holder_stands_still_and_is_followed(self, account: str, joint: int, found: Found) -> None:
        """It was about to write, or had written; it goes on once another one has the account."""
        key = next(each for each in CONDITIONS if each.account == account)
        for old in self.holders(account)[:1]:
            old.freezes_in = joint
            self.it_is_found(key, found, sure=True)
            self.somebody_removes_the_lock(account)
            self.time_passes(31.7, beating=True)
            follower = next(name for name in "abc" if name != old.name)
            self.starts(follower)
            self.claims(follower, account)
            if old.frozen and self.world.processes.get(old.name) is old:
                self.world.thaw(old)

    @rule(account=accounts, name=names)
    def another_one_asks_for_what_is_held(self, account: str, name: str) -> None:
        for holder in self.holders(account)[:1]:
            self.beat(holder, account)
        self.starts(name)
        self.claims(name, account)

    @rule(account=accounts, name=names)
    @precondition(lambda self: not self.world.file)
    def a_write_stands_still_and_another_one_claims(self, account: str, name: str) -> None:
        other = self.alive(name)
        if other is None or not self.holders(account) or other is self.holders(account)[0]:
            return
        world = self.world

        def within() -> None:
            world.loop.virtual.now += 31.7
            world.tell_time()
            with self.database.write() as connection:
                connection.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")
                wall = other.clock.now().utc
                given = leases.claim(connection, account, other.holder, locked=False, wall=wall)
            if isinstance(given, Given):
                world.wrong.append(f"{account} was given away in the middle of a write of its holder")

        process = self.holders(account)[0]
        store, then = process.held[account].store, world.learned({account}, lambda: None)
        silence = lambda: store.report_silence(Observed(), now=world.now)  # noqa: E731
        world.does(process, silence, Act(store.lease, then, within))

    # what is found

    def writes(self, key: FindingKey, observed: Observed, change: Callable[[], None] = lambda: None) -> None:
        """Have it written by who takes the account for its own, if anybody goes on who does."""
        for process in self.holders(key.account)[:1]:
            store = process.held[key.account].store
            writing = partial(store.observe, observed, now=self.world.now)
            self.world.does(process, writing, Act(store.lease, self.world.learned({key.account}, change)))
            self.wake()

    def wake(self) -> None:
        for process in list(self.world.processes.values()):
            process.notifying.changed(recorded=True)
        self.world.passes(0.3)

    @rule(key=conditions, found=founds, sure=st.sampled_from([True, True, True, False]))
    def it_is_found(self, key: FindingKey, found: Found, *, sure: bool) -> None:
        self.world.passes(0.6)
        life = self.world.lives[key]
        observed = Observed((Detected(drawn(key, found), self.world.now, confirmed=sure),))

        def change() -> None:
            alert_model.is_found(life, found, self.world.minutes, sure=sure)

        self.writes(key, observed, change)

    @rule(key=conditions, twice=st.booleans())
    def it_is_clear(self, key: FindingKey, *, twice: bool) -> None:
        for _ in range(1 + twice):
            self.world.passes(0.6)
            life = self.world.lives[key]
            observed = Observed(clear={key: Clear(SEEN_FLAT, self.world.now)})
            self.writes(key, observed, lambda life=life: alert_model.is_clear(life))  # type: ignore[misc]

    @rule(key=conditions)
    def it_cannot_be_seen(self, key: FindingKey) -> None:
        self.world.passes(0.6)
        self.writes(key, Observed(unknown={key: Unknown("down", self.world.now)}))

    @rule(key=conditions, found=founds)
    def it_comes_and_goes(self, key: FindingKey, found: Found) -> None:
        for _ in range(4):
            self.it_is_found(key, found, sure=True)
            self.it_is_clear(key, twice=True)

    @rule(box=st.sampled_from(CHANNELS), seconds=st.sampled_from([3.1, 9.7]))
    def a_channel_takes_nothing(self, box: str, seconds: float) -> None:
        served = [
            each
            for process in self.world.processes.values()
            for each in process.notifying._channels.served
            if each.state is not None and each.state.failing_since is not None
        ]
        if served:
            return  # one that fails for half a minute is an alert of its own, with tests of its own
        self.world.mailboxes[box].works = False
        self.wake()
        self.world.passes(seconds)
        self.world.mailboxes[box].works = True

    # what people do

    @rule(key=conditions, by=people)
    def a_person_looks(self, key: FindingKey, by: str) -> None:
        for alert in self.open():
            if alert.key == key:
                self.screens[by, key] = (alert, self.world.lives[key].last, self.world.minutes)

    def open(self) -> tuple[Alert, ...]:
        with self.database.read() as connection:
            return alerts.open_alerts(connection)

    @rule(
        key=conditions,
        by=people,
        what=st.sampled_from(["acknowledge", "acknowledge", "snooze", "close"]),
        lasts=st.sampled_from([10.0, 45.0]),
        looks=st.booleans(),
        dies=st.sampled_from([False] * 5 + [True]),
    )
    def a_person_says(
        self, key: FindingKey, by: str, what: str, lasts: float, *, looks: bool, dies: bool
    ) -> None:
        if looks:
            self.a_person_looks(key, by)
        if (by, key) not in self.screens:
            return
        self.world.passes(0.6)
        shown, saw, looked = self.screens[by, key]
        life, minutes = self.world.lives[key], self.world.minutes
        word = Word(what, by, saw, minutes, minutes + lasts)
        same = shown.id in {alert.id for alert in self.open()}
        refused = not same or alert_model.refuses(life, word, "on it", by_hand=False, looked=looked)
        said = self.said(word, shown)
        try:
            with self.database.write() as connection:
                persons.say(connection, shown.id, said, SETTINGS, now=self.world.now)
                if dies:
                    raise InterruptedError
        except InterruptedError:
            assert not refused
            return
        except AlertCommandError:
            assert refused, f"{by}'s {what} was refused"
            return
        assert not refused, f"{by}'s {what} was taken"
        alert_model.is_said(life, word, looked=looked)
        self.world.take_over()
        self.wake()

    def said(self, word: Word, shown: Alert) -> Said:
        now, seen = self.world.now, seen_of(shown)
        until = now + timedelta(minutes=word.ends - word.said)
        match word.what:
            case "acknowledge":
                return Acknowledge(word.by, "on it", now, "cli", seen, until=until)
            case "snooze":
                return Snooze(word.by, "on it", now, "cli", seen, until=until)
            case _:
                return Close(word.by, "on it", now, "cli", seen)

    @rule(by=people)
    @precondition(lambda self: self.screens)
    def a_person_notes(self, by: str) -> None:
        alert = next(iter(self.screens.values()))[0]
        with self.database.write() as connection:
            said = Note(by, "asked the venue", self.world.now, "cli")
            persons.say(connection, alert.id, said, SETTINGS, now=self.world.now)

    @rule(key=conditions, found=founds, what=st.sampled_from(["acknowledge", "snooze"]))
    def it_grows_between_look_and_word(self, key: FindingKey, found: Found, what: str) -> None:
        self.a_person_looks(key, "ann")
        self.it_is_found(key, found, sure=True)
        self.a_person_says(key, "ann", what, 45.0, looks=False, dies=False)

    @rule(which=st.integers(-3, -1), by=people, name=names)
    def somebody_taps(self, which: int, by: str, name: str) -> None:
        tokens = self.world.mailboxes["phone"].tokens
        process = self.alive(name)
        if not tokens or process is None or process.pending:
            return
        self.taps += 1
        token = tokens[max(which, -len(tokens))]
        reply = Reply(f"tap {self.taps}", f"{self.taps}", by, f"telegram:{by}", token, "looking")
        self.last_tap = (by, reply)
        self.hears(process, by, reply)

    @rule(name=names)
    def a_tap_is_heard_again(self, name: str) -> None:
        process = self.alive(name)
        if self.last_tap is not None and process is not None and not process.pending:
            self.hears(process, *self.last_tap)

    def hears(self, process: Process, by: str, reply: Reply) -> None:
        self.world.passes(0.6)
        world = self.world

        def then(outcome: Any) -> None:
            assert isinstance(outcome, Outcome)
            if reply.number in self.heard:
                return
            self.heard.add(reply.number)
            taken = self.tapped(by, reply.token)
            if outcome.taken != taken:
                world.wrong.append(f"{reply.number} of {by}: {outcome}")

        hearing = lambda: process.store.hear("phone", reply, now=world.now)  # noqa: E731
        world.does(process, hearing, Act(None, then))
        self.wake()

    def tapped(self, by: str, token: str) -> bool:
        """Have the spec take an answer; return whether any of it was taken."""
        offer, looked = self.world.offers[token]
        if token in self.world.used:
            return False
        done = [self.answers(by, number, seen, looked / 60) for number, seen in offer.alerts]
        if any(done):
            self.world.used.add(token)
        self.world.take_over()
        return any(done)

    def answers(self, by: str, number: int, seen: Seen, looked: float) -> bool:
        key, episode = self.world.episode_of(number)
        life, minutes = self.world.lives[key], self.world.minutes
        saw = Found(seen.severity is Severity.CRITICAL, int(seen.exposure or 0), 43)
        word = Word("acknowledge", by, saw, minutes, minutes + (15 if saw.critical else 240))
        if episode != self.world.episodes[key].number or life.last.outdoes(saw):
            return False
        if alert_model.refuses(life, word, "looking", by_hand=False, looked=looked):
            return False
        alert_model.is_said(life, word, looked=looked)
        return True

    # what must hold

    @invariant()
    def nothing_is_wrong(self) -> None:
        assert not self.world.wrong, self.world.wrong
        hold(self.world)

    @override
    def teardown(self) -> None:
        """Let all be well again, and see that everything owed has come."""
        try:
            if not self.world.wrong:
                self.calm()
                self.nothing_is_wrong()
        finally:
            self.world.close()

    def calm(self) -> None:
        world = self.world
        for process in list(world.processes.values()):
            process.dies_in = process.freezes_in = None
            process.cut = process.loses_answer = False
            if process.frozen:
                world.thaw(process)
        world.passes(30.3)
        for process in list(world.processes.values()):
            world.bury(process)
        world.passes(31.7)
        world.start("a")
        for account in ACCOUNTS:
            self.claims("a", account)
            assert account in world.processes["a"].held, f"nobody can have {account}"
        world.passes(400.0)
        self.beats("a")
        for key in CONDITIONS:
            self.it_cannot_be_seen(key)
        self.wake()
        world.passes(400.0)
        for number in world.alerts():
            key, episode = world.episode_of(number)
            words, life = world.episodes[key].words[episode], world.lives[key]
            last = episode == world.episodes[key].number
            snoozed = last and life.open and life.word is not None and life.word.what == "snooze"
            for channel in () if snoozed else CHANNELS:
                came = world.letters.came[channel, number]
                assert came == len(words), f"of alert {number} only {came} of {words} came on {channel}"
