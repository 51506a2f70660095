"""Every fault of requests and readings, as unmodified ccxt meets it."""

import asyncio
from typing import Any

import pytest

from simulator.faults.faults import Garbage, Lag, Phase, RequestAction, RequestFault, Source
from simulator.server import SimulatedVenue

pytestmark = pytest.mark.wire
AVL = "AVL/USDT:USDT"


@pytest.fixture(autouse=True)
async def _ready(bot: Any) -> None:
    await bot.fetch_positions()  # Loads markets and brackets, so that a fault meets the request it is for.


@pytest.mark.parametrize(("phase", "held"), [(Phase.BEFORE, 0), (Phase.AFTER, 43)])
async def test_an_answer_is_lost_before_or_after_the_effect(
    venue: SimulatedVenue, bot: Any, phase: Phase, held: int
) -> None:
    import ccxt

    venue.faults.add(
        RequestFault(action=RequestAction.LOSE, phase=phase, method="POST", path="order", times=1)
    )
    with pytest.raises(ccxt.ExchangeNotAvailable):
        await bot.create_order(AVL, "market", "buy", 43)
    assert venue.exchange.position(AVL).amount == held
    [entry] = venue.journal.calls("POST", "/order")
    assert (entry.effect, entry.status, entry.faults) == (held > 0, None, [f"lose {phase}"])
    assert (await bot.create_order(AVL, "market", "buy", 43))["status"] == "closed"


@pytest.mark.parametrize(("phase", "held"), [(Phase.BEFORE, 0), (Phase.AFTER, 43)])
async def test_an_error_is_answered_before_or_after_the_effect(
    venue: SimulatedVenue, bot: Any, phase: Phase, held: int
) -> None:
    import ccxt

    fault = RequestFault(
        action=RequestAction.ERROR,
        phase=phase,
        path="order",
        times=1,
        status=503,
        code=-1007,
        message="Timeout",
    )
    venue.faults.add(fault)
    with pytest.raises(ccxt.RequestTimeout, match="-1007"):
        await bot.create_order(AVL, "market", "buy", 43)
    assert venue.exchange.position(AVL).amount == held


async def test_an_error_without_a_code_is_a_page(venue: SimulatedVenue, bot: Any) -> None:
    import ccxt

    venue.faults.add(RequestFault(action=RequestAction.ERROR, path="positionRisk", status=502))
    with pytest.raises(ccxt.ExchangeNotAvailable, match="We will be back soon"):
        await bot.fetch_positions()
    venue.faults.clear()
    assert await bot.fetch_positions() == []


@pytest.mark.parametrize("garbage", [Garbage.HTML, Garbage.EMPTY, Garbage.TRUNCATED])
async def test_a_garbage_body_with_200_makes_plain_ccxt_see_no_positions(
    venue: SimulatedVenue, bot: Any, garbage: Garbage
) -> None:
    await bot.create_order(AVL, "market", "buy", 43)
    fault = RequestFault(
        action=RequestAction.GARBAGE, phase=Phase.AFTER, path="positionRisk", garbage=garbage, times=1
    )
    venue.faults.add(fault)
    assert await bot.fetch_positions() == []
    assert len(await bot.fetch_positions()) == 1


async def test_a_delay_holds_the_answer_back_and_the_effect_with_it(venue: SimulatedVenue, bot: Any) -> None:
    fault = RequestFault(action=RequestAction.DELAY, phase=Phase.AFTER, path="order", seconds=30, times=1)
    venue.faults.add(fault)
    filled = asyncio.Event()
    venue.exchange.listen(lambda _effect: filled.set())
    asking = asyncio.create_task(bot.create_order(AVL, "market", "buy", 43))
    await filled.wait()
    await asyncio.sleep(0)
    assert venue.exchange.position(AVL).amount == 43
    assert not asking.done()
    asking.cancel()


async def test_a_fault_of_one_symbol_leaves_the_others_alone(venue: SimulatedVenue, bot: Any) -> None:
    import ccxt

    venue.faults.add(RequestFault(action=RequestAction.LOSE, method="POST", path="order", symbol=AVL))
    assert (await bot.create_order("SOL/USDT:USDT", "market", "buy", 1))["status"] == "closed"
    with pytest.raises(ccxt.ExchangeNotAvailable):
        await bot.create_order(AVL, "market", "buy", 43)


async def test_each_source_lags_by_itself_and_by_symbol(venue: SimulatedVenue, bot: Any) -> None:
    import ccxt

    for source in (Source.POSITIONS, Source.ORDER, Source.TRADES):
        number = venue.faults.add(Lag(source=source, seconds=3600, symbol=AVL))
        order = await bot.create_order(AVL, "market", "buy", 43)
        await bot.create_order("SOL/USDT:USDT", "market", "buy", 1)
        listed = {row["symbol"] for row in await bot.fetch_positions()}
        trades = await bot.fetch_my_trades(AVL)
        assert (AVL in listed) == (source is not Source.POSITIONS)
        assert (order["id"] in {row["order"] for row in trades}) == (source is not Source.TRADES)
        if source is Source.ORDER:
            with pytest.raises(ccxt.OrderNotFound):
                await bot.fetch_order(order["id"], AVL)
        else:
            assert (await bot.fetch_order(order["id"], AVL))["filled"] == 43
        assert "SOL/USDT:USDT" in listed
        venue.faults.clear(number)
    assert AVL in {row["symbol"] for row in await bot.fetch_positions()}


async def test_a_fault_ends_after_its_time(venue: SimulatedVenue) -> None:
    venue.faults.add(Lag(source=Source.POSITIONS, seconds=3, for_seconds=0))
    assert venue.faults.in_force() == {}
