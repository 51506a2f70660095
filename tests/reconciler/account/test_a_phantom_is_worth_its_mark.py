"""What only a bot books is worth its mark, which is asked for by itself, and rarely; or it is not known."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import cast

from reconciler.account.asked_marks import AskedMarks
from reconciler.comparison.condition_check import ConditionCheck
from reconciler.comparison.outcome import Comparison
from reconciler.facts.finding import Finding, Kind, Severity
from tests.reconciler.accounts import SYMBOL
from tests.reconciler.house import House, ScriptedAccount, play
from tests.virtual_time import VirtualClock, run
from verification.facts.errors import SourceUnreachable
from verification.facts.leg import Leg, Side
from verification.facts.prices import Prices

PHANTOM = Kind.PHANTOM_POSITION


class Quotes:
    """Answers questions for prices, or fails, and counts them."""

    def __init__(self) -> None:
        self.asked: list[frozenset[str]] = []
        self.mark: Decimal | None = Decimal("2.5")
        self.away = False

    async def read(self, symbols: frozenset[str]) -> Mapping[str, Prices]:
        self.asked.append(symbols)
        if self.away:
            raise SourceUnreachable("no answer")
        return {symbol: Prices(mark=self.mark) for symbol in symbols}


def test_it_is_told_with_its_value(tmp_path: Path) -> None:
    quotes = Quotes()

    async def story(house: House) -> None:
        house.venue.read_prices = quotes.read  # type: ignore[method-assign]
        await house.quiet(5)
        assert quotes.asked == []  # where all is well nobody is asked
        entry = house.journal.opening(SYMBOL, Side.BUY, Decimal(43), client_order_id="e1")
        house.journal.opened(entry, Decimal(43))
        await house.until(lambda: PHANTOM in house.alerts(), within=30)
        assert house.alerts()[PHANTOM].exposure == Decimal("107.5")  # 43 at 2.5
        assert quotes.asked == [frozenset({SYMBOL})]

    play(tmp_path, story, sweeps=False)


def found(symbol: str = SYMBOL, kind: Kind = PHANTOM, exposure: Decimal | None = None) -> Finding:
    return Finding(
        kind=kind,
        account="main",
        symbol=symbol,
        leg=Leg.NET,
        severity=Severity.CRITICAL,
        reason="the exchange holds nothing",
        expected=Decimal(43),
        observed=Decimal(0),
        exposure=exposure,
    )


def compared(*findings: Finding) -> Comparison:
    nothing = cast("ConditionCheck", None)
    return Comparison("main", findings, {}, (), 0, None, (), (), nothing)


def test_the_mark_is_asked_for_once_a_minute_and_the_last_one_stands_for_ten() -> None:
    async def story() -> None:
        quotes, venue = Quotes(), ScriptedAccount(VirtualClock())
        venue.read_prices = quotes.read  # type: ignore[method-assign]
        marks = AskedMarks(venue, venue.clock)

        async def worth(seconds: int) -> Decimal | None:
            for _ in range(seconds):
                await marks.valued(compared(found()))
                await venue.clock.sleep(1)
            (finding,) = (await marks.valued(compared(found()))).findings
            return finding.exposure

        assert await worth(30) == Decimal("107.5")
        assert len(quotes.asked) == 1
        quotes.mark = Decimal(3)
        assert await worth(60) == Decimal(129)
        assert len(quotes.asked) == 2
        quotes.away = True
        assert await worth(500) == Decimal(129)  # the last mark that was told
        assert await worth(200) is None  # which is too old by now
        assert len(quotes.asked) <= 15
        quotes.away, quotes.mark = False, None
        assert await worth(100) is None

    run(story())


def test_only_what_lacks_a_price_alone_is_asked_for() -> None:
    async def story() -> None:
        quotes, venue = Quotes(), ScriptedAccount(VirtualClock())
        venue.read_prices = quotes.read  # type: ignore[method-assign]
        priced, other = found(exposure=Decimal(7)), found(kind=Kind.ORPHANED_POSITION)
        unlisted = found("NOBODY/USDT:USDT")
        told = compared(priced, other, unlisted)

        assert await AskedMarks(venue, venue.clock).valued(told) == told
        assert quotes.asked == []

    run(story())
