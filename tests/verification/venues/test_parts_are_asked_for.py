"""Every part of an account that is known how to ask for is asked; others, and those that fail, are named."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import ccxt
import pytest

from tests.verification.venues.samples import moment
from verification.facts.account import PositionMode
from verification.facts.clock import Moment
from verification.facts.errors import SourceError, SourceMalformed, SourceRejected, SourceUnreachable
from verification.facts.leg import Leg
from verification.venues.ccxt.asker import Asker
from verification.venues.ccxt.exchange import build_exchange
from verification.venues.ccxt.failures import Translator
from verification.venues.port import Access
from verification.venues.reading.markets import Markets
from verification.venues.registry import capabilities_of
from verification.venues.unified.requests import Unified

Asked = list[dict[str, Any]]


class StoppedClock:
    def now(self) -> Moment:
        return moment()

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing waits here, least of all {seconds} s")


def market(symbol: str, **more: Any) -> dict[str, Any]:
    """A market as ccxt has it, made of its unified symbol."""
    base, rest = symbol.split("/")
    quote, settle = rest.split(":")
    settle, _, date = settle.partition("-")
    return {
        "id": f"{base}{quote}{date}",
        "symbol": symbol,
        "base": base,
        "quote": quote,
        "settle": settle,
        "type": "future" if date else "swap",
        "swap": not date,
        "future": bool(date),
        "spot": False,
        "option": False,
        "contract": True,
        "linear": settle == quote,
        "inverse": settle != quote,
        "active": True,
        "contractSize": Decimal(1),
        "precision": {"amount": Decimal(1), "price": Decimal("0.1")},
        "limits": {},
        "info": {},
    } | more


class Scene:
    """One venue whose lists answer what a test says, by what they are asked."""

    def __init__(self, venue: str, *markets: dict[str, Any]) -> None:
        known = capabilities_of(venue)
        self.exchange = build_exchange(Access("main", venue, "key", "secret", "phrase"), known)
        self.exchange.set_markets(list(markets))
        filled = Markets(known.part_of, known.rows)
        filled.fill(self.exchange)
        self.unified = Unified("main", filled, known)
        self.asker = Asker(self.exchange, Translator(venue, known, ()), StoppedClock())
        self.markets = filled
        self.asked: Asked = []
        self.rows: list[dict[str, Any]] = []
        self.failing: dict[str, Exception] = {}
        self.exchange.fetch_positions = self._positions
        self.exchange.fetch_open_orders = self._orders

    async def _positions(self, _symbols: object, params: dict[str, Any]) -> list[dict[str, Any]]:
        self.asked.append(params)
        for value in params.values():
            if value in self.failing:
                raise self.failing[value]
        return self.rows if len(self.asked) == 1 else []

    async def _orders(
        self, _symbol: str | None, _since: None, _limit: None, params: dict[str, Any]
    ) -> list[dict[str, Any]]:
        self.asked.append(params)
        return self.rows if len(self.asked) == 1 else []


@pytest.fixture
async def scenes() -> AsyncIterator[list[Scene]]:
    opened: list[Scene] = []
    yield opened
    for scene in opened:
        await scene.exchange.close()


LINEAR, USDC, COIN = market("BTC/USDT:USDT"), market("BTC/USDC:USDC"), market("BTC/USD:BTC")
DATED = market("BTC/USDT:USDT-261225")
COIN_DATED = market("BTC/USD:BTC-261225")
OWN = market("BTC/USDC:USDC", baseName="BTC")
BUILT = market("XYZ-TSLA/USDC:USDC", baseName="xyz:TSLA")


@pytest.mark.parametrize(
    ("venue", "markets", "asked", "unread"),
    [
        ("okx", [LINEAR, COIN, DATED], [{}], []),
        ("kucoinfutures", [LINEAR, COIN], [{}], []),
        ("mexc", [LINEAR, COIN], [{}], []),
        ("krakenfutures", [LINEAR, COIN], [{}], []),
        ("deribit", [LINEAR, COIN], [{}], []),
        (
            "gate",
            [LINEAR, COIN, DATED],
            [
                {"type": "future", "settle": "usdt"},
                {"type": "swap", "settle": "btc"},
                {"type": "swap", "settle": "usdt"},
            ],
            [],
        ),
        (
            "bitget",
            [LINEAR, USDC, COIN],
            [
                {"productType": "COIN-FUTURES", "marginCoin": "BTC"},
                {"productType": "USDC-FUTURES", "marginCoin": "USDC"},
                {"productType": "USDT-FUTURES", "marginCoin": "USDT"},
            ],
            [],
        ),
        ("hyperliquid", [OWN, BUILT], [{}, {"dex": "xyz"}], []),
        (
            "htx",
            [LINEAR, COIN, COIN_DATED],
            [
                {"subType": "inverse", "type": "future"},
                {"subType": "inverse", "type": "swap"},
                {"subType": "linear", "type": "swap"},
            ],
            [],
        ),
        ("bingx", [LINEAR, USDC, COIN], [{"subType": "inverse"}, {"subType": "linear"}], []),
        (
            "phemex",
            [LINEAR, USDC, COIN],
            [{"currency": "BTC"}, {"currency": "USDT"}],
            ["positions settled in USDC were not asked for"],
        ),
        (
            "dydx",
            [market("BTC/USDC:USDC"), market("ODD/USDC:USDC", info={"marketType": "ISOLATED"})],
            [{}],
            ["positions in isolated markets were not asked for"],
        ),
    ],
)
async def test_each_part_is_asked_for_or_named(
    scenes: list[Scene], venue: str, markets: list[dict[str, Any]], asked: Asked, unread: list[str]
) -> None:
    scene = Scene(venue, *markets)
    scenes.append(scene)
    listed = await scene.unified.positions(scene.asker)
    assert sorted(sorted(each.items()) for each in scene.asked) == sorted(
        sorted(each.items()) for each in asked
    )
    assert sorted(listed.unread.values()) == unread
    assert listed.failed == {}


@pytest.mark.parametrize("venue", ["woo", "blofin", "xt"])
async def test_what_nobody_documented_leaves_out_is_unread(scenes: list[Scene], venue: str) -> None:
    scene = Scene(venue, LINEAR, COIN)
    scenes.append(scene)
    listed = await scene.unified.positions(scene.asker)
    assert set(listed.unread) == {"USDT", "BTC"}
    assert all("leave out" in why for why in listed.unread.values())


async def test_a_part_that_fails_is_named_and_the_others_are_read(scenes: list[Scene]) -> None:
    scene = Scene("gate", LINEAR, COIN)
    scenes.append(scene)
    scene.failing = {"btc": ccxt.RequestTimeout("slow")}
    listed = await scene.unified.positions(scene.asker)
    assert list(listed.unread) == ["settled in BTC"]
    assert listed.unread["settled in BTC"].startswith("positions settled in BTC could not be read: ")
    assert isinstance(listed.failed["settled in BTC"], SourceUnreachable)


async def test_where_every_part_fails_the_read_has_failed(scenes: list[Scene]) -> None:
    scene = Scene("gate", LINEAR, COIN)
    scenes.append(scene)
    scene.failing = {"btc": ccxt.RequestTimeout("slow"), "usdt": ccxt.RequestTimeout("slow")}
    with pytest.raises(SourceError):
        await scene.unified.positions(scene.asker)


async def test_open_orders_are_asked_of_every_contract_market(scenes: list[Scene]) -> None:
    scene = Scene("gate", LINEAR, COIN)
    scenes.append(scene)
    await scene.unified.orders(scene.asker, None)
    assert {(each["type"], each["settle"]) for each in scene.asked} == {("swap", "usdt"), ("swap", "btc")}


@pytest.mark.parametrize(("venue", "markets"), [("htx", [LINEAR, COIN]), ("phemex", [LINEAR])])
async def test_orders_of_a_part_that_cannot_be_listed_are_no_orders_at_all(
    scenes: list[Scene], venue: str, markets: list[dict[str, Any]]
) -> None:
    scene = Scene(venue, *markets)
    scenes.append(scene)
    with pytest.raises(SourceRejected, match="not asked for"):
        await scene.unified.orders(scene.asker, None)


def row(**more: Any) -> dict[str, Any]:
    return {
        "symbol": "BTC/USDT:USDT",
        "side": "long",
        "contracts": Decimal(2),
        "entryPrice": Decimal(100),
        "markPrice": Decimal(120),
        "notional": Decimal(240),
        "marginMode": "cross",
        "info": {"instType": "SWAP", "posSide": "net", "instId": "BTC-USDT-SWAP"},
    } | more


async def test_cross_and_isolated_rows_of_a_contract_are_one_leg(scenes: list[Scene]) -> None:
    scene = Scene("okx", LINEAR)
    scenes.append(scene)
    isolated = {
        "marginMode": "isolated",
        "contracts": Decimal(1),
        "entryPrice": Decimal(130),
        "notional": Decimal(120),
    }
    scene.rows = [row(liquidationPrice=Decimal(50)), row(**isolated, liquidationPrice=Decimal(90))]
    (one,) = (await scene.unified.positions(scene.asker)).positions
    assert one.quantity == 3
    assert one.entry_price == 110
    assert one.notional == 360
    assert one.liquidation_price == 90


async def test_the_same_row_twice_is_not_believed(scenes: list[Scene]) -> None:
    scene = Scene("okx", LINEAR)
    scenes.append(scene)
    scene.rows = [row(), row()]
    with pytest.raises(SourceMalformed, match="twice"):
        await scene.unified.positions(scene.asker)


async def test_a_contract_held_both_ways_at_once_is_unknown_and_nothing_else_is(scenes: list[Scene]) -> None:
    scene = Scene("okx", LINEAR, COIN)
    scenes.append(scene)
    other = row(symbol="BTC/USD:BTC")
    scene.rows = [row(), row(side="short", marginMode="isolated"), other]
    listed = await scene.unified.positions(scene.asker)
    assert [each.key.symbol for each in listed.positions] == ["BTC/USD:BTC"]
    assert list(listed.unread) == ["BTC/USDT:USDT"]


@pytest.mark.parametrize(
    ("venue", "infos"),
    [
        (
            "gate",
            [
                {"contract": "BTC_USDT", "mode": "dual_long"},
                {"contract": "BTC_USDT", "mode": "dual_short"},
            ],
        ),
        (
            "htx",
            [
                {"contract_code": "BTC-USDT", "position_side": "long"},
                {"contract_code": "BTC-USDT", "position_side": "short"},
            ],
        ),
        ("htx", [{"contract_code": "BTC-USD"}, {"contract_code": "BTC-USD"}]),
        (
            "phemex",
            [{"symbol": "BTCUSDT", "posSide": "Long"}, {"symbol": "BTCUSDT", "posSide": "Short"}],
        ),
    ],
)
async def test_a_hedged_account_connects_and_has_both_legs(
    scenes: list[Scene], venue: str, infos: list[dict[str, Any]]
) -> None:
    scene = Scene(venue, LINEAR)
    scenes.append(scene)
    long, short = infos
    scene.rows = [row(info=long, hedged=None), row(info=short, hedged=None, side="short")]
    assert await scene.unified.mode(scene.asker) is PositionMode.HEDGE
    scene.asked.clear()
    listed = await scene.unified.positions(scene.asker)
    assert {each.key.leg: each.quantity for each in listed.positions} == {Leg.LONG: 2, Leg.SHORT: -2}


async def test_rows_of_nothing_on_both_legs_are_two_legs(scenes: list[Scene]) -> None:
    scene = Scene("gate", LINEAR)
    scenes.append(scene)
    empty = {"contracts": Decimal(0), "side": None, "hedged": None}
    scene.rows = [
        row(**empty, info={"contract": "BTC_USDT", "mode": "dual_long"}),
        row(**empty, info={"contract": "BTC_USDT", "mode": "dual_short"}),
    ]
    listed = await scene.unified.positions(scene.asker)
    assert {each.key.leg for each in listed.positions} == {Leg.LONG, Leg.SHORT}


async def test_a_leg_that_contradicts_its_side_is_not_believed(scenes: list[Scene]) -> None:
    scene = Scene("gate", LINEAR)
    scenes.append(scene)
    scene.rows = [row(side="short", info={"contract": "BTC_USDT", "mode": "dual_long"})]
    with pytest.raises(SourceMalformed, match="leg"):
        await scene.unified.positions(scene.asker)


@pytest.mark.parametrize("kind", ["MARGIN", "OPTION"])
async def test_what_is_no_futures_contract_is_left_out(scenes: list[Scene], kind: str) -> None:
    scene = Scene("okx", LINEAR)
    scenes.append(scene)
    scene.rows = [row(symbol="LTC/USDT", info={"instType": kind, "posSide": "net", "instId": "LTC-USDT"})]
    assert (await scene.unified.positions(scene.asker)).positions == ()


async def test_a_contract_younger_than_the_markets_stands_under_its_own_id(scenes: list[Scene]) -> None:
    scene = Scene("gate", LINEAR)
    scenes.append(scene)
    scene.rows = [row(symbol="NEW/USDT", info={"contract": "NEW_USDT", "mode": "single"})]
    (one,) = (await scene.unified.positions(scene.asker)).positions
    assert one.key.symbol == "NEW_USDT"
    assert scene.markets.unknown == {"NEW_USDT"}


async def test_orders_that_fill_a_page_are_not_taken_for_all(scenes: list[Scene]) -> None:
    scene = Scene("okx", LINEAR)
    scenes.append(scene)
    order = {"symbol": "BTC/USDT:USDT", "side": "buy", "amount": Decimal(1), "filled": Decimal(0)}
    scene.rows = [{**order, "id": str(number)} for number in range(100)]
    with pytest.raises(SourceMalformed, match="there may be more"):
        await scene.unified.orders(scene.asker, None)


async def test_a_closing_order_that_names_no_leg_acts_on_the_leg_that_it_reduces(
    scenes: list[Scene],
) -> None:
    scene = Scene("gate", LINEAR)
    scenes.append(scene)
    order = {"symbol": "BTC/USDT:USDT", "amount": Decimal(1), "filled": Decimal(0)}
    both = [row(hedged=None, info={"contract": "BTC_USDT", "mode": "dual_long"})]
    scene.rows = both
    await scene.unified.mode(scene.asker)
    scene.asked.clear()
    scene.rows = [
        {**order, "id": "1", "side": "buy", "reduceOnly": False},
        {**order, "id": "2", "side": "sell", "reduceOnly": True},
        {**order, "id": "3", "side": "sell", "reduceOnly": False},
        {**order, "id": "4", "side": "buy", "reduceOnly": True},
    ]
    orders = await scene.unified.orders(scene.asker, None)
    assert [each.leg for each in orders] == [Leg.LONG, Leg.LONG, Leg.SHORT, Leg.SHORT]


async def test_mexc_tells_sides_by_numbers_that_ccxt_reads_for_spot(scenes: list[Scene]) -> None:
    scene = Scene("mexc", LINEAR)
    scenes.append(scene)
    order = {"symbol": "BTC/USDT:USDT", "amount": Decimal(1), "filled": Decimal(0)}
    scene.rows = [
        {**order, "id": str(way), "side": "x", "info": {"side": way, "vol": 1, "dealVol": 0}}
        for way in (1, 2, 3, 4)
    ]
    orders = await scene.unified.orders(scene.asker, None)
    assert [each.side.value for each in orders] == ["buy", "buy", "sell", "sell"]
