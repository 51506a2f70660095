"""Who else has traded is asked for where a difference wants it: at once after a change, else more rarely."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from reconciler.account.asked_trades import AskedTrades
from reconciler.comparison.traded import TradesWanted
from reconciler.facts.finding import Kind, Severity
from tests.reconciler.accounts import SYMBOL
from tests.reconciler.house import House, ScriptedAccount, play
from tests.virtual_time import VirtualClock, run
from verification.budget.purpose import present_shared_purpose
from verification.facts.account import Fill, FillCause, Part
from verification.facts.clock import Moment
from verification.facts.errors import SourceUnreachable
from verification.facts.order_fact import OrderFact, OrderRef


def fill(venue: ScriptedAccount, order_id: str, quantity: str) -> Fill:
    at = venue.clock.now().utc
    return Fill(order_id, order_id, SYMBOL, Decimal(quantity), Decimal(10), at)


def over(ref: OrderRef, executed: str, at: Moment, **more: Any) -> OrderFact:
    """An order that has ended."""
    return OrderFact(
        ref,
        Decimal(executed),
        terminal=True,
        status=more.get("status", "closed"),
        kind="",
        became=more.get("became"),
        cause=more.get("cause"),
        executed_at=at.utc if Decimal(executed) else None,
        seen=at,
    )


def wish(venue: ScriptedAccount, held: str = "0", *, ago: float = 60) -> TradesWanted:
    return TradesWanted(SYMBOL, venue.clock.now().utc - timedelta(seconds=ago), Decimal(held))


def playing(story: Callable[[ScriptedAccount, AskedTrades], Awaitable[None]]) -> None:
    async def whole() -> None:
        venue = ScriptedAccount(VirtualClock())
        await story(venue, AskedTrades(venue, venue.clock))

    run(whole())


def test_a_lasting_difference_asks_less_and_less_often() -> None:
    async def story(venue: ScriptedAccount, asked: AskedTrades) -> None:
        first = wish(venue)
        for _ in range(3600):
            await asked.ask([first])
            await venue.clock.sleep(1)
        # 0, 5, 15, 35, ... seconds, then every ten minutes
        assert 10 <= len(venue.asked_trades) <= 14
        assert SYMBOL in asked.trades

    playing(story)


def test_a_change_of_what_is_held_asks_at_once() -> None:
    async def story(venue: ScriptedAccount, asked: AskedTrades) -> None:
        first = wish(venue, "43")
        assert await asked.ask([first])
        assert not await asked.ask([first])
        venue.trades.append(fill(venue, "77", "-43"))
        assert await asked.ask([first._replace(held=Decimal(0))])
        assert [each.order_id for each in asked.trades[SYMBOL].fills] == ["77"]

    playing(story)


def test_a_list_that_is_only_renewed_waits_for_no_budget() -> None:
    async def story(venue: ScriptedAccount, asked: AskedTrades) -> None:
        waits: list[float | None] = []
        read = venue.read_fills

        async def noted(symbol: str, since: datetime) -> tuple[Fill, ...]:
            waits.append(present_shared_purpose().patience)
            return await read(symbol, since)

        venue.read_fills = noted  # type: ignore[method-assign]
        await asked.ask([wish(venue, "43")])
        await venue.clock.sleep(30)
        await asked.ask([wish(venue, "43")])
        await asked.ask([wish(venue, "44")])
        assert waits == [None, 0.3, None], "what is not known at all is waited for"

    playing(story)


def test_trades_that_cannot_be_read_are_not_known_and_not_none() -> None:
    async def story(venue: ScriptedAccount, asked: AskedTrades) -> None:
        venue.fail(Part.ORDERS, error=SourceUnreachable("timed out"))
        assert not await asked.ask([wish(venue)])
        assert SYMBOL not in asked.trades
        venue.heal()
        await venue.clock.sleep(5)
        assert await asked.ask([wish(venue)])
        assert asked.trades[SYMBOL].fills == ()

    playing(story)


def test_a_liquidation_while_running_is_told_by_its_name_and_asked_for_a_few_times_only(
    tmp_path: Path,
) -> None:
    """The whole way: the leg vanishes, the stop is taken back by the venue, the bot notes nothing."""

    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(40)
        venue = house.venue
        venue.stops.clear()
        venue.hold("0")
        venue.trades.append(fill(venue, "77", "-43"))
        moment = house.clock.now()
        stop, order = OrderRef(SYMBOL, "s1", conditional=True), OrderRef(SYMBOL, "77", conditional=False)
        venue.facts[stop] = over(stop, "0", moment, status="canceled")
        venue.facts[order] = over(order, "-43", moment, cause=FillCause.LIQUIDATION)
        await house.until(lambda: Kind.PHANTOM_POSITION in house.alerts(), within=120)
        told = house.alerts()[Kind.PHANTOM_POSITION]
        assert told.severity is Severity.CRITICAL
        assert "a liquidation (order 77) sold 43 AVL" in told.reason
        assert "its stop s1 was cancelled without executing" in told.reason
        await house.quiet(300)
        assert venue.asked_facts.count(stop) == 1
        assert venue.asked_facts.count(order) == 1
        assert len(venue.asked_trades) <= 9
        assert house.alerts()[Kind.PHANTOM_POSITION].reason == told.reason

    play(tmp_path, story)


def test_a_stop_that_fired_while_running_is_a_warning_and_resolves_when_the_bot_takes_note(
    tmp_path: Path,
) -> None:
    async def story(house: House) -> None:
        entry = house.open_trade()
        await house.quiet(40)
        venue, moment = house.venue, house.clock.now()
        venue.stops.clear()
        venue.hold("0")
        stop = OrderRef(SYMBOL, "s1", conditional=True)
        venue.facts[stop] = over(stop, "-43", moment, became="80")
        await house.until(lambda: Kind.PHANTOM_POSITION in house.alerts(), within=240)
        told = house.alerts()[Kind.PHANTOM_POSITION]
        assert told.severity is Severity.WARNING
        assert "its stop s1 fired" in told.reason
        assert venue.asked_trades == []
        house.journal.closed(entry)
        await house.until(lambda: not house.alerts(), within=240)

    play(tmp_path, story)
