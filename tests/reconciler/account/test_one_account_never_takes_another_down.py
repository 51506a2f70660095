"""An error that nobody expected ends one look or piece of work, is told and tried again, in one account."""

import asyncio
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
import structlog.testing

from reconciler.account.unexpected import (
    FOLLOWING,
    LATENCIES,
    LEDGER_WATCH,
    LOOKS,
    PROBE,
    TAKING_OVER,
    TAKING_UP,
    VENUE_CLOCK,
    VERIFICATIONS,
)
from reconciler.alerts.alert import Alert
from reconciler.facts.finding import Kind, Severity
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from tests.reconciler.house import House, play
from tests.reconciler.two_accounts import Both, serve


@pytest.fixture(autouse=True)
def lines() -> Iterator[list[MutableMapping[str, Any]]]:
    with structlog.testing.capture_logs() as captured:
        yield captured


def trace_of(alert: Alert) -> str:
    return alert.evidence[0].data["code"]


async def evidence_of_stops(both: Both, what: str, within: float = 5) -> Alert:
    def alert() -> Alert | None:
        return both.alert(Kind.LOOK_FAILED, "other", what)

    await both.house.until(alert, within=within, what=what)
    told = alert()
    assert told is not None
    return told


async def others_do_not_notice(both: Both) -> None:
    """The house's account finds what is to be found in its time, and the heart beats."""
    house = both.house
    house.venue.hold("60")
    await house.until(lambda: both.alert(Kind.QUANTITY_MISMATCH, "main"), within=40)
    assert both.beats("main")
    assert not both.stalled()
    assert both.alert(Kind.LOOK_FAILED, "main") is None


def test_a_reader_that_stumbles_blinds_its_own_account_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: list[MutableMapping[str, Any]]
) -> None:
    async def story(both: Both) -> None:
        house = both.house
        house.open_trade()
        await house.until(lambda: len(house.console.queries.now().cycles) == 2, within=5)
        assert both.cycle("other").status == "complete"
        both.other.broken = {"read"}
        alert = await evidence_of_stops(both, LOOKS, within=35)
        await others_do_not_notice(both)
        await house.quiet(120)  # longer than the heart's patience
        assert not both.stalled()
        assert both.cycle("main").status == "complete"
        cycle = both.cycle("other")
        assert (cycle.status, cycle.matched) == ("blind", 0)
        met = {line["trace"]: line for line in lines if line["event"] == "account.unexpected"}
        assert isinstance(met[trace_of(alert)]["exc_info"], TypeError)
        assert trace_of(alert) in alert.reason
        assert any(trace in cycle.problems[0] for trace in met)
        assert "signature" not in alert.reason + cycle.problems[0]
        # Two minutes in growing pauses, not a look every half second.
        assert 4 <= len(met) <= 12
        again = both.alert(Kind.LOOK_FAILED, "other")
        assert again is not None
        assert again.severity is Severity.CRITICAL
        both.other.broken = set()
        await house.until(lambda: both.alert(Kind.LOOK_FAILED, "other") is None, within=90)
        assert both.cycle("other").status == "complete"

    serve(tmp_path, monkeypatch, story)


@pytest.mark.parametrize(("where", "what"), [("listen", FOLLOWING), ("connect", LOOKS)])
def test_an_account_that_cannot_even_begin_is_told_and_begins_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, what: str
) -> None:
    async def story(both: Both) -> None:
        both.house.open_trade()
        both.other.broken = {where}
        alert = await evidence_of_stops(both, what)
        assert trace_of(alert) in alert.reason
        await both.house.quiet(5)
        await others_do_not_notice(both)
        both.other.broken = set()
        await both.house.until(lambda: both.alert(Kind.LOOK_FAILED, "other") is None, within=150)
        assert both.cycle("other").status == "complete"

    serve(tmp_path, monkeypatch, story)


def stumbling(times: int, then: Any) -> Any:
    """A coroutine function that meets an unexpected error a few times, and then does what it should."""
    left = [times]

    async def work(*args: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise TypeError("a bug")
        return await then(*args)

    return work


PIECES: list[tuple[str, str, str]] = [
    (TAKING_UP, "_verdicts", "restore"),
    (LEDGER_WATCH, "_ledger_watch", "run"),
    (VERIFICATIONS, "_opens", "run"),
    (LATENCIES, "_measuring", "run"),
    (TAKING_OVER, "_bots", "run"),
    (PROBE, "_probe", "run"),
    (VENUE_CLOCK, "_venue_clock", "measure"),
]


@pytest.mark.parametrize(("what", "part", "name"), PIECES, ids=[what for what, _, _ in PIECES])
def test_each_piece_of_work_is_begun_again_and_is_well_only_when_it_went_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, part: str, name: str
) -> None:
    async def story(both: Both) -> None:
        both.house.open_trade()
        alert = await evidence_of_stops(both, what, within=10)
        assert trace_of(alert) in alert.reason
        await others_do_not_notice(both)
        await both.house.until(lambda: both.alert(Kind.LOOK_FAILED, "other") is None, within=200)

    real = Both.__init__

    def breaks(both: Both, *args: Any) -> None:
        real(both, *args)
        broken = getattr(both.unit, part)
        monkeypatch.setattr(broken, name, stumbling(2, getattr(broken, name)))

    monkeypatch.setattr(Both, "__init__", breaks)
    serve(tmp_path, monkeypatch, story)


def test_a_question_that_meets_a_bug_is_asked_again_and_answered(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.bugs_are_played = True
        verifier = house.unit._verifier
        verifier.verify = stumbling(2, verifier.verify)  # type: ignore[method-assign]
        await house.quiet(1)  # what a first reading shows may be old, and is not raced
        house.open_trade()
        await house.until(lambda: Kind.LOOK_FAILED in house.alerts(), within=5)
        assert house.alerts()[Kind.LOOK_FAILED].key.symbol == VERIFICATIONS
        await house.until(house.console.queries.verifications, within=20, what="the answer")
        (answer,) = house.console.queries.verifications()
        assert answer.verdict == "confirmed"
        await house.until(lambda: Kind.LOOK_FAILED not in house.alerts(), within=90)

    # Both sides settle at once here, which would make the question needless.
    def prepare(house: House) -> None:
        house.unit._opens._settled = lambda _leg, _since: False

    play(tmp_path, story, prepare=prepare)


def test_a_change_that_could_not_be_passed_on_is_passed_on_again(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.bugs_are_played = True
        watch = house.unit._ledger_watch
        real, failures = watch._on_change, [TypeError("a bug"), TypeError("a bug")]

        def on_change(change: Any) -> None:
            if failures:
                raise failures.pop()
            real(change)

        watch._on_change = on_change
        house.open_trade()
        await house.until(house.console.queries.verifications, within=20, what="the answer")
        assert not failures

    play(tmp_path, story)


def test_a_state_database_that_cannot_be_used_still_ends_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(both: Both) -> None:
        await both.house.quiet(5)
        both.house.writer.trouble = StateDatabaseError(StateTrouble.CORRUPT, "state database is damaged")
        await asyncio.sleep(60)

    with pytest.raises(AssertionError, match="the service has ended"):
        serve(tmp_path, monkeypatch, story)
