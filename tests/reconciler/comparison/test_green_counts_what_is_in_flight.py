"""Green and exit code 0 mean that every leg agrees or is in flight within its time, and say how many are."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from dashboard.words.verdict import Level, judge
from reconciler.account.watch import AccountWatch, Rules
from reconciler.cli.reconcile import _lines
from reconciler.comparison.patience import ConfirmationSettings
from reconciler.facts.finding import Kind
from reconciler.facts.heartbeat import Heartbeat, WatchView
from reconciler.record.report import AccountReport, ExitCode, Report
from reconciler.service.once import _report, _settled_look
from tests.reconciler.accounts import SYMBOL, fact, utc
from tests.reconciler.house import House, play
from verification.facts.leg import Side

PATIENT = Rules(confirmation=ConfirmationSettings(grace=timedelta(minutes=10)))


async def reported(house: House, rules: Rules) -> Report:
    """Do what `once` does after it has connected, with the house's venue and ledger."""
    watch = AccountWatch(house.venue, [house.ledger], rules, house.clock)
    try:
        report = _report("main", "scripted", await _settled_look(watch, house.clock))
    finally:
        watch.close()
    return Report(house.clock.now().utc, (report,))


def entered(house: House, *, quantity: str = "43") -> int:
    """Let an entry execute of which the bot has not taken note."""
    entry = house.journal.opening(SYMBOL, Side.BUY, Decimal(43), client_order_id="e1")
    house.journal.ordered(entry, "e1")
    house.venue.hold(quantity)
    word = fact("e1", quantity, executed_at=house.clock.now().utc)
    house.venue.facts[word.ref] = word
    return entry


def test_what_is_within_its_time_is_exit_code_0_and_counted(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        entered(house)
        report = await reported(house, PATIENT)
        (account,) = report.accounts
        assert (report.exit_code, account.status, account.problems) == (ExitCode.AGREES, "complete", ())
        assert (account.matched, account.in_flight, account.legs) == (0, 1, 1)
        (told,) = report.document()["accounts"]
        assert (told["matched"], told["in_flight"], told["legs"]) == (0, 1, 1)

    play(tmp_path, story, sweeps=False)


def test_what_is_past_its_time_is_a_discrepancy_and_no_more_in_flight(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        entered(house)
        report = await reported(house, Rules())
        (account,) = report.accounts
        assert report.exit_code is ExitCode.DISCREPANCY
        assert [str(each.kind) for each in account.findings] == ["quantity_mismatch"]
        assert (account.matched, account.in_flight, account.legs) == (0, 0, 1)

    play(tmp_path, story, sweeps=False)


def test_more_than_the_order_executed_is_not_in_flight_however_long_the_grace(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        entered(house)
        house.venue.hold("44")
        report = await reported(house, PATIENT)
        (account,) = report.accounts
        assert (report.exit_code, account.status) == (ExitCode.UNCHECKED, "partial")
        assert (account.matched, account.in_flight) == (0, 0)
        assert "suspected and not settled yet" in account.problems[0]

    play(tmp_path, story, sweeps=False)


def test_an_order_that_could_not_be_asked_for_is_no_agreement(tmp_path: Path) -> None:
    """It may explain the difference: that is not known, however long it may take."""
    rules = Rules(confirmation=ConfirmationSettings(lagging_grace=timedelta(minutes=10)))

    async def story(house: House) -> None:
        entered(house)
        house.venue.facts.clear()
        report = await reported(house, rules)
        (account,) = report.accounts
        assert (report.exit_code, account.status) == (ExitCode.UNCHECKED, "partial")
        assert (account.matched, account.in_flight) == (0, 0)

    play(tmp_path, story, sweeps=False)


def test_the_screen_is_green_while_it_has_time_and_tells_it_a_grace_after_the_trade(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(61)
        entry = entered(house)
        traded = house.clock.now().monotonic
        await house.quiet(3)
        await house.unit.loop.sweep()
        assert (house.cycle().matched, house.cycle().in_flight, house.cycle().legs) == (0, 1, 1)
        shown = house.console.queries.now()
        beat = Heartbeat(shown.read_at, 1, shown.read_at, stopped=False)
        alive = replace(shown, watches=(WatchView("main", "here 1", beat),))
        assert judge(alive).sentence.startswith("0 of 1 position verified, 1 in flight: ")
        assert judge(alive).level is Level.WELL
        await house.until(lambda: Kind.QUANTITY_MISMATCH in house.alerts(), within=30)
        assert house.clock.now().monotonic - traded == pytest.approx(20, abs=2)
        await house.unit.loop.sweep()
        assert (house.cycle().matched, house.cycle().in_flight) == (0, 0)
        house.journal.opened(entry, Decimal(43))
        await house.until(lambda: Kind.QUANTITY_MISMATCH not in house.alerts(), within=60)
        await house.unit.loop.sweep()
        assert (house.cycle().matched, house.cycle().in_flight) == (1, 0)

    play(tmp_path, story, sweeps=False)


def test_what_is_booked_in_time_is_never_told(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(61)
        entry = entered(house)
        await house.quiet(15)
        house.journal.opened(entry, Decimal(43))
        await house.quiet(120)
        assert Kind.QUANTITY_MISMATCH not in house.alerts()

    play(tmp_path, story)


def _said(*accounts: AccountReport) -> list[str]:
    return _lines(Report(utc(0), accounts))


def _account(matched: int, legs: int, in_flight: int, status: str = "complete") -> AccountReport:
    return AccountReport("main", "binanceusdm", status, matched, legs, (), (), in_flight=in_flight)


def test_a_person_is_told_how_many_agree_and_how_many_are_in_flight() -> None:
    assert _said(_account(2, 2, 0)) == [
        "main (binanceusdm): complete, 2 of 2 positions agree",
        "Everything was checked and agrees.",
    ]
    assert _said(_account(0, 1, 1), _account(2, 2, 0)) == [
        "main (binanceusdm): complete, 0 of 1 positions agree, 1 in flight",
        "main (binanceusdm): complete, 2 of 2 positions agree",
        (
            "Everything was checked: 2 agree, 1 in flight (the bot's own orders explain what differs, and it "
            "has time left to take note)."
        ),
    ]


@pytest.mark.parametrize(("matched", "legs", "in_flight"), [(0, 1, 0), (1, 3, 1), (42, 43, 0)])
def test_a_leg_that_neither_agrees_nor_is_in_flight_was_not_checked(
    matched: int, legs: int, in_flight: int
) -> None:
    lines = _said(_account(matched, legs, in_flight))
    assert "agrees" not in lines[-1]
    assert lines[-1].endswith("not all could be checked: this is not agreement.")
