"""A position that is pushed and no bot knows is suspected at once, whatever looks wait for; and no more."""

import asyncio
from pathlib import Path
from typing import NoReturn

from reconciler.facts.finding import Kind
from reconciler.ledgers.port import LedgerTrouble, LedgerUnreadable
from tests.reconciler.accounts import SYMBOL
from tests.reconciler.house import House, play
from verification.facts.account import AccountReading
from verification.facts.leg import Side

AT_ONCE = 0.3


def hold_up_looks(house: House) -> asyncio.Event:
    """Let every look wait for the venue until the event is set."""
    go_on, read = asyncio.Event(), house.venue.read

    async def waiting(symbols: frozenset[str] | None = None) -> AccountReading:
        await go_on.wait()
        return await read(symbols)

    house.venue.read = waiting  # type: ignore[method-assign]
    return go_on


async def suspected(house: House, kind: Kind = Kind.ORPHANED_POSITION) -> float:
    """Return the seconds until it is; a look at the database comes every tenth of a second."""
    began = house.clock.now().monotonic
    while kind not in house.alerts(fired=False):
        await house.clock.sleep(0.1)
        assert house.clock.now().monotonic - began < 60, "it is never suspected"
    return house.clock.now().monotonic - began


def test_a_look_under_way_is_not_waited_for(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(5)
        go_on = hold_up_looks(house)
        house.unit.loop.mark_everything()
        await house.quiet(1)
        house.venue.hold("10")
        assert await suspected(house) <= AT_ONCE
        await house.quiet(120)
        assert house.alerts() == {}, "no look has found it yet: nobody is told"
        go_on.set()
        await house.until(lambda: Kind.ORPHANED_POSITION in house.alerts(), within=25)

    play(tmp_path, story, sweeps=False)


def test_what_goes_again_before_a_look_is_told_to_nobody(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(5)
        go_on = hold_up_looks(house)
        house.venue.hold("10")
        await suspected(house)
        house.venue.hold("0")
        go_on.set()
        await house.until(lambda: not house.alerts(fired=False), within=5)
        await house.quiet(60)
        assert house.alerts() == {}

    play(tmp_path, story, sweeps=False)


def test_a_position_that_a_bot_has_written_down_is_not_suspected(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(5)
        hold_up_looks(house)
        house.open_trade()
        house.journal.opening(SYMBOL, Side.BUY, house.venue.held.popitem()[1].quantity, client_order_id="e2")
        house.venue.hold("86")
        await house.quiet(5)
        assert house.alerts(fired=False) == {}

    play(tmp_path, story, sweeps=False)


def test_a_ledger_that_cannot_be_read_may_know_it(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(5)
        hold_up_looks(house)

        def gone() -> NoReturn:
            raise LedgerUnreadable("mine", LedgerTrouble.ABSENT, "the ledger is not there", again=True)

        house.ledger.version = gone  # type: ignore[method-assign]
        house.ledger.read = gone  # type: ignore[method-assign]
        house.venue.hold("10")
        await house.quiet(5)
        assert Kind.ORPHANED_POSITION not in house.alerts(fired=False)

    play(tmp_path, story, sweeps=False)


def test_what_is_suspected_already_is_left_to_looks(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(5)
        house.venue.hold("10")
        await house.until(lambda: Kind.ORPHANED_POSITION in house.alerts(), within=30)
        alert = house.alerts()[Kind.ORPHANED_POSITION]
        hold_up_looks(house)
        house.venue.hold("11")
        await house.quiet(5)
        assert house.alerts()[Kind.ORPHANED_POSITION].version == alert.version

    play(tmp_path, story, sweeps=False)
