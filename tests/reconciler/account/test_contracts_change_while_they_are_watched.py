"""A contract gets its name, another size, or is not listed: one alert where one is due, else none."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec import structs
from typing_extensions import override

from reconciler.account.look import Look
from reconciler.account.watch import AccountWatch, Rules
from reconciler.facts.expectation import Expectation, LedgerReading
from reconciler.facts.finding import Kind, Severity
from tests.reconciler.accounts import MARKETS, SYMBOL, leg, listed, market, row
from tests.reconciler.house import House, play
from tests.verification.scripted_venue import ScriptedVenue
from tests.virtual_time import ThreadlessLoop, VirtualClock, run
from verification.facts.account import AccountReading, Market, PositionsReading
from verification.facts.clock import Clock
from verification.facts.leg import LegKey, Side

NEW = "NEW/USDT:USDT"
RAW, NAMED = leg("NEWUSDT"), leg(NEW)


def learning(house: House, names: dict[str, str]) -> None:
    """Let every reading tell what is called otherwise by now."""
    read = house.venue.read

    async def told(symbols: frozenset[str] | None = None) -> AccountReading:
        return replace(await read(symbols), renamed=dict(names))

    house.venue.read = told  # type: ignore[method-assign]


def rename(house: House, was: LegKey, now: LegKey) -> None:
    """Let the venue show under one name what it showed under another; nothing else has changed."""
    position = house.venue.held.pop(was)
    house.venue.held[now] = structs.replace(position, key=now)
    del house.venue.newest[was]


def test_a_position_under_an_id_leaves_nothing_behind_when_it_gets_its_name(tmp_path: Path) -> None:
    names: dict[str, str] = {}

    async def story(house: House) -> None:
        entry = house.journal.opening(NEW, Side.BUY, Decimal(43), client_order_id="e9")
        house.journal.ordered(entry, "e9")
        house.venue.hold("43", key=RAW)
        house.journal.opened(entry, Decimal(43))
        await house.quiet(8)
        assert house.alerts(fired=False).keys() == {Kind.UNLISTED_SYMBOL}  # the id may be the symbol
        house.venue.markets = {**MARKETS, NEW: market(NEW)}
        names["NEWUSDT"] = NEW
        rename(house, RAW, NAMED)
        for _ in range(15):
            await house.quiet(20)
            assert house.alerts().keys() <= {Kind.UNPROTECTED_POSITION}
        assert house.alerts(fired=False).keys() <= {Kind.UNPROTECTED_POSITION}
        assert (house.cycle().matched, house.cycle().legs) == (1, 1)

    play(tmp_path, story, prepare=lambda house: learning(house, names))


def test_an_orphan_under_an_id_goes_on_as_the_same_suspicion_under_the_name(tmp_path: Path) -> None:
    names: dict[str, str] = {}

    async def story(house: House) -> None:
        house.venue.hold("43", key=RAW)
        await house.quiet(15)
        house.venue.markets = {**MARKETS, NEW: market(NEW)}
        names["NEWUSDT"] = NEW
        rename(house, RAW, NAMED)
        house.unit.loop.mark((NEW,))
        took = await house.until(lambda: Kind.ORPHANED_POSITION in house.alerts(), within=40)
        assert house.alerts()[Kind.ORPHANED_POSITION].key.symbol == NEW
        assert took < 20  # what was seen under the id counts
        await house.quiet(120)
        assert [each.key.symbol for each in house.alerts(fired=False).values()] == [NEW]

    play(tmp_path, story, prepare=lambda house: learning(house, names))


def test_a_symbol_that_is_not_listed_is_told_and_ends_with_its_row(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        entry = house.journal.opening("OLD/USDT:USDT", Side.BUY, Decimal(5), client_order_id="e9")
        house.journal.ordered(entry, "e9")
        house.journal.opened(entry, Decimal(5))
        await house.until(lambda: Kind.UNLISTED_SYMBOL in house.alerts(), within=60)
        alert = house.alerts()[Kind.UNLISTED_SYMBOL]
        assert (alert.key.symbol, alert.severity) == ("OLD/USDT:USDT", Severity.CRITICAL)
        await house.quiet(120)
        assert house.alerts(fired=False).keys() == {Kind.UNLISTED_SYMBOL}
        assert house.cycle().status == "partial"
        house.journal.closed(entry)
        await house.until(lambda: not house.alerts(fired=False), within=120, what="its end")
        await house.until(lambda: house.cycle().status == "complete", within=60)

    play(tmp_path, story)


def test_a_symbol_that_is_listed_after_all_becomes_what_it_is(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        entry = house.journal.opening(NEW, Side.BUY, Decimal(5), client_order_id="e9")
        house.journal.ordered(entry, "e9")
        house.journal.opened(entry, Decimal(5))
        await house.until(lambda: Kind.UNLISTED_SYMBOL in house.alerts(), within=60)
        house.venue.markets = {**MARKETS, NEW: market(NEW)}
        await house.until(lambda: Kind.PHANTOM_POSITION in house.alerts(), within=120)
        await house.until(lambda: Kind.UNLISTED_SYMBOL not in house.alerts(fired=False), within=120)

    play(tmp_path, story)


class Coins:
    """A ledger that counts coins."""

    name = "bot"

    def __init__(self, clock: Clock, rows: tuple[Expectation, ...]) -> None:
        self._clock, self._rows = clock, rows

    def read(self) -> LedgerReading:
        return LedgerReading("bot", self._rows, self._clock.now(), None)

    def version(self) -> object:
        return 1


class Recounting(ScriptedVenue):
    """A venue whose list shows what it is told to show."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.markets: Mapping[str, Market] = MARKETS
        self.quantity = "43"

    @override
    async def read(self, symbols: frozenset[str] | None = None) -> AccountReading:
        sent = self.clock.now()
        await self.clock.sleep(0.02)
        shown = PositionsReading((listed(self.quantity, version=7),), sent, self.clock.now())
        return AccountReading(
            account="main",
            venue="scripted",
            mode=self.mode,
            symbols=symbols,
            positions=shown,
            orders=(),
            conditional_orders=(),
            failures={},
            sent=sent,
            received=self.clock.now(),
        )


@pytest.mark.parametrize(("size", "shown"), [("10", "4.3"), ("0.1", "430")])
def test_a_contract_of_another_size_is_counted_anew_on_both_sides_and_told(size: str, shown: str) -> None:
    async def story() -> list[Look]:
        clock = VirtualClock()
        venue = Recounting(clock)
        ledger = Coins(clock, (row("43", unit=Decimal(1)),))
        watch = AccountWatch(venue, [ledger], Rules(), clock)
        looks = [await watch.look()]
        venue.markets = {SYMBOL: market(size=size)}
        venue.quantity = shown
        for _ in range(3):
            await clock.sleep(30)
            looks.append(await watch.look())
        watch.close()
        return looks

    before, changed, *after = run(story(), ThreadlessLoop())
    assert (before.status, before.comparison.matched) == ("complete", 1)
    # The venue's version is the same as before, and what was remembered was in other contracts.
    assert [each.comparison.matched for each in (changed, *after)] == [1, 1, 1]
    assert [each.judged for each in (changed, *after)] == [(), (), ()]
    assert changed.status == "partial"
    assert any(f"a contract of {SYMBOL} is {size} now and was 1" in line for line in changed.problems)
    assert [each.status for each in after] == ["complete", "complete"]
