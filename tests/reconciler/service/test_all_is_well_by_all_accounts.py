"""Where processes share the accounts, well is said outside only of all of them, whoever watches each."""

from dataclasses import replace
from datetime import timedelta

from reconciler.facts.heartbeat import Heartbeat, WatchView
from reconciler.service.joint_sight import against
from reconciler.views.account import CycleView
from reconciler.views.health import HealthView, ProcessView, WaitingView
from reconciler.views.now import NowView
from tests.reconciler.alert_life import NOON
from verification.facts.clock import Moment

ACCOUNTS = ["main", "other"]
WELL = Moment.at(NOON - timedelta(seconds=60), 0.0)


def watch(account: str, holder: str | None = "there 2", *, silent: float = 1.0) -> WatchView:
    beat = Heartbeat(NOON - timedelta(seconds=silent), 2.0, NOON - timedelta(hours=1), stopped=False)
    return WatchView(account, holder, beat)


def cycle(account: str, status: str = "complete", *, ago: float = 5.0) -> CycleView:
    at = NOON - timedelta(seconds=ago)
    return CycleView(account, "binanceusdm", status, 1, 1, None, at, at, 0.4, ())


def view(*watches: WatchView, cycles: tuple[CycleView, ...] | None = None) -> NowView:
    seen = tuple(cycle(name) for name in ACCOUNTS) if cycles is None else cycles
    return replace(NOTHING, watches=watches, cycles=seen)


def health(*processes: ProcessView) -> HealthView:
    return HealthView(NOON, processes, (), (), None, 0, "postgresql", None)


def process(name: str, waits: float | None) -> ProcessView:
    since = None if waits is None else NOON - timedelta(seconds=waits)
    return ProcessView(name, NOON, NOON, (), (), (), (), (WaitingView("phone", since),))


NOTHING = NowView(NOON, (), (), (), (), (), {})


def said(now: NowView, fares: HealthView | None = None) -> list[str]:
    return list(against(now, fares or health(), ACCOUNTS, WELL))


def test_nothing_speaks_against_it_when_each_is_seen_by_whoever_has_it() -> None:
    assert said(view(watch("main", "here 1"), watch("other"))) == []


def test_an_account_that_nobody_watches_or_ever_watched_does() -> None:
    never = WatchView("other", None, Heartbeat(None, 2.0, None, stopped=False))
    assert said(view(watch("main"), never)) == ["other is not watched"]
    assert said(view(watch("main"))) == ["other is not watched"]
    assert said(view(watch("main"), watch("other", silent=40))) == ["other is stalled"]


def test_an_account_that_is_seen_in_part_does_and_one_not_seen_since_the_last_word() -> None:
    both = watch("main"), watch("other")
    assert said(view(*both, cycles=(cycle("main"), cycle("other", "partial")))) == ["other is partial"]
    old = view(*both, cycles=(cycle("main"), cycle("other", ago=61)))
    assert said(old) == ["other has not been seen whole since the last word"]


def test_a_message_that_waits_at_another_process_does_and_what_a_dead_one_said_does_not() -> None:
    both = view(watch("main", "here 1"), watch("other", "there 2"))
    assert said(both, health(process("there 2", 130))) == ["a message to people has waited for 2 min"]
    assert said(both, health(process("there 2", 100), process("here 1", None))) == []
    assert said(both, health(process("gone 3", 9000))) == []
