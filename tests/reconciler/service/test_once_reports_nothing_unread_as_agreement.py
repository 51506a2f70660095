"""One reconciliation from cold: it waits until what it found has lasted, and calls nothing unread agreed."""

from decimal import Decimal
from pathlib import Path

import pytest
import structlog.testing

from reconciler.account.watch import AccountWatch, Rules
from reconciler.record.report import AccountReport, ExitCode, Report
from reconciler.service import once
from reconciler.service.once import _report, _settled_look
from reconciler.settings import load
from tests.reconciler.accounts import SYMBOL
from tests.reconciler.house import House, play
from tests.reconciler.settings_files import GOOD, written
from tests.reconciler.two_accounts import OtherAccount
from verification.facts.account import Part
from verification.facts.errors import SourceUnreachable

DOWN = SourceUnreachable("timed out")


async def reported(house: House) -> tuple[AccountReport, ExitCode]:
    """Do what `once` does after it has connected, with the house's venue and ledger."""
    watch = AccountWatch(house.venue, [house.ledger], Rules(), house.clock)
    try:
        report = _report("main", "scripted", await _settled_look(watch, house.clock))
    finally:
        watch.close()
    return report, Report(house.clock.now().utc, (report,)).exit_code


def test_agreement_is_told_at_once(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        began = house.clock.now().monotonic
        report, code = await reported(house)
        assert (code, report.status, report.matched) == (ExitCode.AGREES, "complete", 1)
        assert house.clock.now().monotonic - began < 1

    play(tmp_path, story)


def test_a_difference_is_waited_for_and_told(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.venue.hold("10")
        report, code = await reported(house)
        assert code is ExitCode.DISCREPANCY
        assert [str(each.kind) for each in report.findings] == ["orphaned_position"]

    play(tmp_path, story)


def test_what_heals_while_it_waits_is_no_difference(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.venue.hold("10")

        def closed() -> None:
            if len(house.venue.reads) > reads:
                house.venue.hold("0")

        reads = len(house.venue.reads)
        house.venue.during = closed
        _, code = await reported(house)
        assert code is ExitCode.AGREES

    play(tmp_path, story, sweeps=False)


@pytest.mark.parametrize("part", list(Part))
def test_a_part_that_cannot_be_read_is_never_agreement(tmp_path: Path, part: Part) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        house.venue.fail(part, error=DOWN)
        report, code = await reported(house)
        assert code is ExitCode.UNCHECKED
        assert report.status == ("blind" if part is Part.POSITIONS else "partial")
        assert report.problems

    play(tmp_path, story)


def test_rows_that_never_stand_still_are_never_agreement(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        entry, numbers = house.open_trade(), iter(range(10_000))

        def bot_writes() -> None:
            house.journal.stop_placed(entry, f"s{next(numbers)}", Decimal(9))

        house.venue.during = bot_writes
        report, code = await reported(house)
        assert code is ExitCode.UNCHECKED
        assert (report.status, report.findings) == ("partial", ())
        assert any(SYMBOL in problem for problem in report.problems)

    play(tmp_path, story, sweeps=False)


def test_rows_that_changed_while_the_venue_was_read_are_looked_at_again(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        entry = house.open_trade()

        def bot_writes() -> None:
            house.venue.during = lambda: None
            house.journal.stop_placed(entry, "s1", Decimal(9))
            house.journal.closing(entry, "x1", Decimal(1))

        house.venue.during = bot_writes
        report, code = await reported(house)
        assert (code, report.status, report.matched) == (ExitCode.AGREES, "complete", 1)

    play(tmp_path, story, sweeps=False)


def test_an_unreadable_ledger_is_never_agreement(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.journal.close()
        house.bot.unlink()
        report, code = await reported(house)
        assert (code, report.status, report.findings) == (ExitCode.UNCHECKED, "blind", ())

    play(tmp_path, story, sweeps=False)


def test_a_bug_at_one_account_is_its_report_and_takes_no_other_report_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        other = OtherAccount(house.clock)
        other.broken = {"read"}
        venues = {"main": house.venue, "other": other}
        monkeypatch.setattr(once, "open_venue", lambda access, _clock: venues[access.account])
        monkeypatch.setattr(
            once, "open_ledgers", lambda _settings, name, _clock: [house.ledger] if name == "main" else []
        )
        monkeypatch.setenv("BINANCE_KEY", "k")
        monkeypatch.setenv("BINANCE_SECRET", "s")
        another = GOOD.replace("main", "other").replace("mybot", "another").replace("tradesv3", "other")
        two = GOOD + another
        settings = load(written(tmp_path, two))
        with structlog.testing.capture_logs() as lines:
            report = await once.reconcile_once(settings, house.clock)
        main, broken = report.accounts
        assert (main.account, main.status, main.matched) == ("main", "complete", 1)
        assert (broken.account, broken.status) == ("other", "blind")
        assert report.exit_code is ExitCode.UNCHECKED
        (line,) = [line for line in lines if line["event"] == "account.unexpected"]
        assert isinstance(line["exc_info"], TypeError)
        (problem,) = broken.problems
        assert line["trace"] in problem
        assert "signature" not in problem

    play(tmp_path, story, sweeps=False)
