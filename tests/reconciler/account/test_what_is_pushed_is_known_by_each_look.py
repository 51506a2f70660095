"""A look at some symbols is handed what was pushed of them, and of others what no look has heard of yet."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from typing_extensions import override

from reconciler.account import watch as watching
from reconciler.account.watch import AccountWatch, Rules
from reconciler.comparison.merge import merge_in_slices
from tests.reconciler.accounts import MARKETS, SYMBOL, leg, listed, pushed, reading
from tests.verification.scripted_venue import ScriptedVenue
from tests.virtual_time import ThreadlessLoop, VirtualClock, run
from verification.facts.account import AccountReading, Fill
from verification.facts.leg import LegKey
from verification.facts.observation import PositionSeen
from verification.facts.prices import Prices

SYMBOLS = (SYMBOL, *(f"X{number}/USDT:USDT" for number in range(20)))
OTHER = SYMBOLS[1]


class Held(ScriptedVenue):
    """A venue that holds ten contracts of each symbol, by its lists."""

    @override
    async def read(self, symbols: frozenset[str] | None = None) -> AccountReading:
        self.markets = MARKETS
        now = self.clock.now()
        rows = [listed("10", version=1, key=leg(each)) for each in SYMBOLS if each in (symbols or SYMBOLS)]
        told = reading(rows, symbols=symbols)
        assert told.positions is not None
        positions = replace(told.positions, sent=now, received=now)
        return replace(told, positions=positions, sent=now, received=now)

    @override
    async def read_fills(self, symbol: str, since: datetime) -> tuple[Fill, ...]:
        return ()

    @override
    async def read_prices(self, symbols: frozenset[str]) -> Mapping[str, Prices]:
        return {}


def test_it_is_known_after_the_next_look_whatever_that_is_of_and_stays_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handed: list[Mapping[LegKey, PositionSeen]] = []

    def noting(*arguments: Any, **more: Any) -> Any:
        handed.append(arguments[2])
        return merge_in_slices(*arguments, **more)

    monkeypatch.setattr(watching, "merge_in_slices", noting)

    async def story() -> None:
        clock = VirtualClock()
        venue = Held(clock)
        watch = AccountWatch(venue, [], Rules(), clock)
        await watch.look()
        for each in SYMBOLS:
            venue.push(pushed("10", version=2, key=leg(each)))
        await watch.look(frozenset({SYMBOL}))
        assert len(handed[-1]) == len(SYMBOLS)
        venue.push(pushed("7", version=3, key=leg(OTHER)))
        for symbols in ({SYMBOL}, {SYMBOL}, {OTHER}):
            view = (await watch.look(frozenset(symbols))).view
            assert view.legs[leg(OTHER)].quantity == Decimal(7)
            assert view.legs[leg(SYMBOLS[2])].version == 2
        assert [len(each) for each in handed[-3:]] == [2, 1, 1]
        await watch.look()
        assert len(handed[-1]) == len(SYMBOLS), "a look at all goes through all"
        watch.close()

    run(story(), ThreadlessLoop())
