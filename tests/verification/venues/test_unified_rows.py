"""Venues without rules of their own are read through ccxt's unified form, exactly, or refused."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.verification.venues.samples import AVL, moment
from verification.facts.account import Position
from verification.facts.clock import Moment
from verification.facts.errors import SourceMalformed, SourceRejected
from verification.facts.leg import Leg, LegKey
from verification.venues.capabilities import Capabilities
from verification.venues.ccxt.asker import Asker
from verification.venues.ccxt.exchange import build_exchange
from verification.venues.ccxt.failures import Translator
from verification.venues.parts import one_list
from verification.venues.port import Access
from verification.venues.reading.markets import Markets
from verification.venues.registry import capabilities_of
from verification.venues.unified.requests import Unified
from verification.venues.unified.rows import order_status, position, resting_order


def unified_position(**changes: Any) -> dict[str, Any]:
    return {"symbol": AVL, "side": "long", "contracts": Decimal("43.3"), "hedged": False} | changes


def unified_order(**changes: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "symbol": AVL,
        "side": "sell",
        "status": "open",
        "type": "limit",
        "amount": Decimal(43),
        "filled": Decimal(3),
    } | changes


@pytest.mark.parametrize(
    ("changes", "leg", "quantity"),
    [
        ({}, Leg.NET, "43.3"),
        ({"side": "short"}, Leg.NET, "-43.3"),
        ({"hedged": True}, Leg.LONG, "43.3"),
        ({"hedged": True, "side": "short"}, Leg.SHORT, "-43.3"),
        ({"side": None, "contracts": Decimal(0)}, Leg.NET, "0"),
    ],
)
def test_a_position_is_signed_by_its_side(changes: dict[str, Any], leg: Leg, quantity: str) -> None:
    row: Position = position(unified_position(**changes), "main")
    assert row.key.leg is leg
    assert row.quantity == Decimal(quantity)
    assert row.version is None


@pytest.mark.parametrize(
    "changes", [{"contracts": None}, {"contracts": 0.1}, {"side": None}, {"symbol": None}]
)
def test_a_position_that_ccxt_could_not_read_is_malformed(changes: dict[str, Any]) -> None:
    with pytest.raises(SourceMalformed):
        position(unified_position(**changes), "main")


@pytest.mark.parametrize(
    ("changes", "conditional", "stop_loss"),
    [
        ({}, False, False),
        ({"stopLossPrice": Decimal(1)}, False, False),
        ({"stopLossPrice": Decimal(1), "type": "stop"}, True, True),
        ({"takeProfitPrice": Decimal(1), "type": "stop"}, True, False),
        ({"triggerPrice": Decimal(1)}, True, False),
    ],
)
def test_a_stop_is_told_from_a_take_profit(
    changes: dict[str, Any], *, conditional: bool, stop_loss: bool
) -> None:
    order = resting_order(unified_order(**changes))
    assert (order.conditional, order.stop_loss) == (conditional, stop_loss)


@pytest.mark.parametrize("written", ["-1", Decimal(-1)])
def test_minus_one_for_the_limit_of_a_stop_means_at_market_and_no_other_price_is_below_zero(
    written: object,
) -> None:
    stop = unified_order(type="trigger", stopLossPrice=Decimal("0.1"), price=written)
    order = resting_order(stop)
    assert (order.stop_loss, order.price, order.trigger_price) == (True, None, Decimal("0.1"))
    with pytest.raises(SourceMalformed, match="price"):
        resting_order(stop | {"price": "-2"})
    with pytest.raises(SourceMalformed, match="stopLossPrice"):
        resting_order(stop | {"stopLossPrice": "-1"})


@pytest.mark.parametrize("changes", [{"status": None}, {"filled": None}, {"side": None}])
def test_an_acknowledgement_without_facts_is_no_status(changes: dict[str, Any]) -> None:
    with pytest.raises(SourceMalformed):
        order_status(unified_order(**changes), LegKey("main", AVL, Leg.NET))


class StoppedClock:
    def now(self) -> Moment:
        return moment()

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing waits here, least of all {seconds} s")


async def test_ccxts_own_parser_keeps_the_digits_of_the_venue() -> None:
    exchange = build_exchange(Access("main", "bybit", "key", "secret"), capabilities_of("bybit"))
    market = {
        "id": "AVLUSDT",
        "symbol": AVL,
        "base": "AVL",
        "quote": "USDT",
        "settle": "USDT",
        "type": "swap",
        "linear": True,
        "inverse": False,
        "contract": True,
        "contractSize": Decimal(1),
        "precision": {"amount": Decimal(1), "price": Decimal("0.0001")},
        "info": {},
    } | dict.fromkeys(("spot", "future", "option"), False)
    exchange.set_markets([market | {"swap": True, "active": True}])
    raw = {
        "positionIdx": 0,
        "symbol": "AVLUSDT",
        "side": "Sell",
        "size": "43.30",
        "avgPrice": "0.10",
        "stopLoss": "0.2",
    }
    row = position(exchange.parse_position(raw), "main")
    await exchange.close()
    assert str(row.quantity) == "-43.3"
    assert row.attached_stop == Decimal("0.2")


async def test_where_stops_are_listed_is_never_guessed() -> None:
    known = capabilities_of("okx")
    exchange = build_exchange(Access("main", "okx", "key", "secret", "phrase"), known)
    asker = Asker(exchange, Translator("okx", known, ()), StoppedClock())
    with pytest.raises(SourceRejected, match="conditional orders"):
        await Unified("main", Markets(one_list), known).conditional_orders(asker, None)
    await exchange.close()


@pytest.fixture
async def mexc() -> AsyncIterator[tuple[Unified, Asker]]:
    """A venue whose rows do not tell the position mode; what it answers is set in each test."""
    known = Capabilities()
    exchange = build_exchange(Access("main", "mexc", "key", "secret"), known)
    yield (
        Unified("main", Markets(one_list), known),
        Asker(exchange, Translator("mexc", known, ()), StoppedClock()),
    )
    await exchange.close()


def answering(answer: Any) -> Callable[..., Awaitable[Any]]:
    async def method(*_: Any) -> Any:
        return answer

    return method


async def test_a_row_without_its_mode_is_of_the_leg_that_the_accounts_mode_makes_it(
    mexc: tuple[Unified, Asker],
) -> None:
    unified, asker = mexc
    asker.exchange.fetch_positions = answering([unified_position(hedged=None)])
    for hedged, leg in ((True, Leg.LONG), (False, Leg.NET)):
        asker.exchange.fetch_position_mode = answering({"hedged": hedged})
        await unified.mode(asker)
        assert [row.key.leg for row in (await unified.positions(asker)).positions] == [leg]


async def test_a_list_that_names_a_leg_twice_is_not_believed(mexc: tuple[Unified, Asker]) -> None:
    unified, asker = mexc
    asker.exchange.fetch_positions = answering([unified_position(hedged=None)] * 2)
    with pytest.raises(SourceMalformed, match="twice"):
        await unified.positions(asker)


START_MS = 1_700_000_000_000


def trade(number: int) -> dict[str, Any]:
    row = {"id": str(number), "order": "7", "symbol": AVL, "side": "buy", "timestamp": START_MS + number}
    return row | {"amount": Decimal(1), "price": Decimal(1)}


@pytest.mark.parametrize("count", [0, 99, 250])
async def test_trades_are_read_to_the_last(mexc: tuple[Unified, Asker], count: int) -> None:
    unified, asker = mexc

    async def from_the_first(_: str, since: int, most: int) -> list[dict[str, Any]]:
        return [trade(number) for number in range(1, count + 1) if START_MS + number >= since][:most]

    asker.exchange.fetch_my_trades = from_the_first
    found = await unified.fills(asker, AVL, datetime.fromtimestamp(START_MS / 1000, UTC))
    assert [each.trade_id for each in found] == [str(number) for number in range(1, count + 1)]


async def test_the_newest_trades_are_never_taken_for_all(mexc: tuple[Unified, Asker]) -> None:
    unified, asker = mexc

    async def from_the_last(_: str, since: int, most: int) -> list[dict[str, Any]]:
        return [trade(number) for number in range(1, 251) if START_MS + number >= since][-most:]

    asker.exchange.fetch_my_trades = from_the_last
    with pytest.raises(SourceMalformed, match="all of them"):
        await unified.fills(asker, AVL, datetime.fromtimestamp(START_MS / 1000, UTC))
