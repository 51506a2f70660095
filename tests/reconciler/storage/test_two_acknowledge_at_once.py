"""Several people acknowledge one alert at once, on real databases: one is in force, the others are told."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest

from reconciler.alerts.alert import AlertState
from reconciler.alerts.answer import Answer
from reconciler.alerts.policy import AlertSettings, Detected, Observed
from reconciler.console import Console, Seen, seen_of
from reconciler.facts.finding import Severity
from reconciler.storage import alerts
from reconciler.storage.database import Database
from tests.reconciler.alert_life import finding
from verification.facts.clock import SystemClock

PEOPLE = [f"person {number}" for number in range(8)]


def find(url: str, exposure: int, severity: Severity = Severity.WARNING) -> None:
    """Find the one condition, as a reconciler's process does."""
    now = SystemClock().now().utc
    found = finding(severity=severity, exposure=Decimal(exposure))
    with Database.open(url, create=False) as database, database.write() as connection:
        observed = Observed((Detected(found, now, confirmed=True),))
        alerts.observe(connection, observed, AlertSettings(), now=now)


def shown(url: str) -> Seen:
    with Console.open(url) as console:
        return seen_of(console.queries.alert(1).alert)


def all_at_once(url: str, seen: Seen) -> list[Answer]:
    """Have each person acknowledge what all of them saw, through a console of their own."""
    together = Barrier(len(PEOPLE), timeout=30)

    def acknowledge(name: str) -> Answer:
        with Console.open(url) as console:
            together.wait()
            return console.commands.acknowledge(1, by=name, note=f"of {name}", origin="cli", seen=seen)

    with ThreadPoolExecutor(len(PEOPLE)) as pool:
        return list(pool.map(acknowledge, PEOPLE))


def history(url: str) -> list[tuple[str, str]]:
    with Console.open(url) as console:
        return [(each.action, each.actor) for each in console.queries.alert(1).transitions]


@pytest.mark.timeout(120)
def test_of_eight_at_once_one_is_in_force_and_seven_are_told_of_it(state_url: str) -> None:
    find(state_url, 1000)

    answers = all_at_once(state_url, shown(state_url))

    (first,) = [name for name, answer in zip(PEOPLE, answers, strict=True) if not answer.told]
    others = [answer.told for answer in answers if answer.told]
    assert all(f"Acknowledged by {first} before you" in told for told in others)
    assert all(f"note: of {first}" in told for told in others)
    with Console.open(state_url) as console:
        given = console.queries.alert(1).alert.acknowledgement
    assert given is not None
    assert given.by == first
    rest = sorted(history(state_url)[2:])
    assert history(state_url)[1] == ("acknowledged", first)
    assert rest == sorted(("also_acknowledged", name) for name in PEOPLE if name != first)


@pytest.mark.timeout(120)
def test_eight_who_saw_less_than_there_is_are_all_told_and_silence_nothing(state_url: str) -> None:
    find(state_url, 1000)
    seen = shown(state_url)
    find(state_url, 5000, Severity.CRITICAL)

    answers = all_at_once(state_url, seen)

    for answer in answers:
        assert answer.told.startswith("It has grown since you saw it: it was warning and is critical, ")
        assert "1000 USDT exposed then, 5000 USDT now" in answer.told
        assert answer.alert.state is AlertState.FIRING
    given = [actor for action, actor in history(state_url) if action == "acknowledged"]
    assert sorted(given) == PEOPLE


@pytest.mark.timeout(120)
def test_what_grows_while_they_acknowledge_is_never_silenced(state_url: str) -> None:
    """Whichever comes first, growth or click: in the end it fires, and every click is in the history."""
    find(state_url, 1000)
    seen = shown(state_url)

    with ThreadPoolExecutor(1) as growing:
        grown = growing.submit(find, state_url, 5000, Severity.CRITICAL)
        answers = all_at_once(state_url, seen)
        grown.result(timeout=60)

    with Console.open(state_url) as console:
        alert = console.queries.alert(1).alert
    assert (alert.state, alert.acknowledgement) == (AlertState.FIRING, None)
    assert len([action for action, _ in history(state_url) if action.endswith("acknowledged")]) == 8
    assert len(answers) == len(PEOPLE)
