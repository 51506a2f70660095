"""Bybit v5, linear contracts of a unified account: which requests answer which question, page by page.

Every list is read raw, to its last page. That of a settle coin holds no flat legs, that of a contract does.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from operator import methodcaller
from typing import Any, TypeVar

import orjson

from verification.facts.account import Fill, Position, PositionMode, RestingOrder
from verification.facts.clock import Moment
from verification.facts.errors import SourceError, SourceMalformed, SourceRejected, SymbolRejected
from verification.facts.leg import Leg, LegKey
from verification.facts.order_identity import is_same
from verification.facts.prices import Prices
from verification.venues.bybit.frames import TOPICS, BybitFrames
from verification.venues.bybit.position_rows import position_rows
from verification.venues.bybit.prices import read_prices
from verification.venues.bybit.rows import fill, moved, order_status, resting_order
from verification.venues.ccxt.asker import Asker, OrderUnknown
from verification.venues.ccxt.keys import signature
from verification.venues.dialect import Listed, OrderStatus
from verification.venues.frame import Frame
from verification.venues.parts import could_not_read
from verification.venues.reading.answered import about, each_once, legs_once, orders_once
from verification.venues.reading.exactness import (
    Row,
    instant,
    milliseconds,
    ms_of,
    optional_text,
    record,
    rows,
)
from verification.venues.reading.markets import Markets
from verification.venues.reading.paging import Pages

T = TypeVar("T")
_WINDOW = timedelta(days=7)  # the longest span of one request for executions
_AHEAD = timedelta(hours=1)  # more than clocks differ
_SIGNED_FOR = timedelta(seconds=10)
_COINS = ("USDT", "USDC")  # that are asked for whatever the markets say
_USUAL = "BTC/USDT:USDT"  # asked for the mode where nothing is held


class Bybit:
    """The REST and stream dialect of Bybit v5."""

    def __init__(self, account: str, markets: Markets) -> None:
        self.ping = {"op": "ping"}
        self._account = account
        self._markets = markets
        self._frames = BybitFrames(account, markets)
        self._rows = position_rows(account, markets)

    async def positions(self, asker: Asker) -> Listed:
        """Read the position list of every settle coin, every page of it; a coin that fails fails alone.

        Raises:
            SourceError: None of them could be read, or what they say together cannot be.
            SourceRejected: Some contracts are in hedge mode and others in one-way mode.
        """
        found: list[Position] = []
        failed: dict[str, SourceError] = {}
        for coin in (coins := self._settle_coins()):
            try:
                found += await self._listed(asker, {"settleCoin": coin, "limit": 200})
            except SourceError as error:
                failed[coin] = error
        first = next(iter(failed.values()), None)
        if first is not None and len(failed) == len(coins):
            raise first
        legs_once(found)
        self._must_be_of_one_mode(asker, found)
        unread = {coin: could_not_read(coin, error) for coin, error in failed.items()}
        return Listed(tuple(found), unread, failed)

    def _settle_coins(self) -> list[str]:
        """Return the coins that the contracts are settled in: those known before, and whatever is listed."""
        return [*_COINS, *sorted(set(self._markets.parts.values()) - {"", *_COINS})]

    async def _listed(self, asker: Asker, parameters: Mapping[str, Any]) -> list[Position]:
        listed = await _pages(
            asker,
            "the position list",
            "privateGetV5PositionList",
            parameters,
            self._rows.read,
        )
        legs_once(listed)
        for each in listed:
            self._frames.learn(each.key)
        return listed

    def _must_be_of_one_mode(self, asker: Asker, listed: list[Position]) -> None:
        held = [each.key for each in listed if each.quantity != 0]
        one_way = sorted(key.symbol for key in held if key.leg is Leg.NET)
        hedged = sorted(key.symbol for key in held if key.leg is not Leg.NET)
        if one_way and hedged:
            raise SourceRejected(
                f"{asker.exchange.id}: {hedged[0]} is in hedge mode and {one_way[0]} in one-way mode, and "
                "Trueup needs one mode for the account: set it for the whole coin, or use two sub-accounts"
            )

    async def mode(self, asker: Asker) -> PositionMode:
        """Tell the mode, which each contract has and no request tells, from what is held, else from one."""
        held = (await self.positions(asker)).positions
        if not held:
            held = tuple(await self._listed(asker, {"symbol": self._usual_contract()}))
        hedged = any(each.key.leg is not Leg.NET for each in held)
        self._frames.hedged = hedged
        return PositionMode.HEDGE if hedged else PositionMode.ONE_WAY

    def _usual_contract(self) -> str:
        others = (each.market_id for each in self._markets.by_symbol.values())
        return self._markets.id_of(_USUAL) or min(others)

    async def orders(self, asker: Asker, symbol: str | None) -> tuple[RestingOrder, ...]:
        """Read the resting ordinary orders, of one symbol or of all."""
        return tuple(order for order in await self._open_orders(asker, symbol) if not order.conditional)

    async def conditional_orders(self, asker: Asker, symbol: str | None) -> tuple[RestingOrder, ...]:
        """Read the resting conditional orders; one list holds them and the ordinary ones."""
        return tuple(order for order in await self._open_orders(asker, symbol) if order.conditional)

    async def _open_orders(self, asker: Asker, symbol: str | None) -> tuple[RestingOrder, ...]:
        coins = [{"settleCoin": coin} for coin in self._settle_coins()]
        scopes = coins if symbol is None else [{"symbol": self._id_of(symbol)}]
        found: list[RestingOrder] = []
        for scope in scopes:
            found += await _pages(
                asker,
                "the open orders",
                "privateGetV5OrderRealtime",
                {**scope, "limit": 50},
                lambda row: resting_order(row, self._account, self._markets),
            )
        return orders_once(found, symbol)

    async def order(
        self, asker: Asker, key: LegKey, order_id: str | None, client_order_id: str | None
    ) -> OrderStatus:
        """Ask for an order among those that are open or have just ended, then among all that have ended.

        By an id the newest come first, so one page is enough; the cursor of the history's last page may lead
        back to it.

        Raises:
            OrderUnknown: It is in neither list, as every order is at first: it is acknowledged before that.
        """
        wanted = {"orderId": order_id} if order_id is not None else {"orderLinkId": client_order_id}
        request = {"category": "linear", "symbol": self._id_of(key.symbol), **wanted}
        for call in ("privateGetV5OrderRealtime", "privateGetV5OrderHistory"):
            found, _, _ = await asker.ask(
                "an order",
                methodcaller(call, request),
                lambda answer: _page(
                    answer,
                    "an order",
                    lambda row: order_status(
                        about(row, {"symbol": request["symbol"]}), self._account, self._markets
                    ),
                ),
            )
            if found:
                return _the_one(found, order_id, client_order_id)
        raise OrderUnknown("an order")

    async def conditional_order(self, asker: Asker, symbol: str, order_id: str) -> OrderStatus:
        """Ask for a conditional order, which keeps its id when it triggers."""
        return await self.order(asker, LegKey(self._account, symbol, Leg.NET), order_id, None)

    async def origin(self, _asker: Asker, answer: OrderStatus) -> OrderStatus:
        """Return it as it is: an order says itself what made it."""
        return answer

    async def order_fills(self, asker: Asker, symbol: str, order_id: str) -> tuple[Fill, ...]:
        """Read the executions of one order. Asked for by its id, the venue looks at no times."""
        found = await self._executions(asker, {"symbol": self._id_of(symbol), "orderId": order_id})
        return tuple(each for each in found if each.order_id == order_id)

    async def fills(self, asker: Asker, symbol: str, since: datetime) -> tuple[Fill, ...]:
        """Read the account's executions of a symbol: windows of seven days, each page by page.

        The last window reaches beyond our own present, for the venue's clock may be ahead.
        """
        found: dict[str, Fill] = {}
        start, now = since, asker.clock.now().utc
        while True:
            end = start + _WINDOW - timedelta(milliseconds=1)
            window = {"symbol": self._id_of(symbol), "startTime": ms_of(start), "endTime": ms_of(end)}
            found |= {each.trade_id: each for each in await self._executions(asker, window)}
            start = end + timedelta(milliseconds=1)
            if start > now + _AHEAD:
                return tuple(sorted(found.values(), key=_in_order))

    async def _executions(self, asker: Asker, parameters: Mapping[str, Any]) -> list[Fill]:
        named = {"symbol": parameters["symbol"]}
        found = await _pages(
            asker,
            "the trades",
            "privateGetV5ExecutionList",
            {**parameters, "limit": 100},
            lambda row: fill(about(row, named), self._markets) if moved(row) else None,
        )
        trades = (each for each in found if each is not None)
        return sorted(each_once(trades, lambda each: each.trade_id, "the trades"), key=_in_order)

    async def prices(self, asker: Asker, symbols: frozenset[str]) -> Mapping[str, Prices]:
        """Read mark, index and last price, of one contract or of the list of all."""
        ids = frozenset(self._id_of(symbol) for symbol in symbols)
        return await read_prices(asker, ids, self._markets)

    async def server_time(self, asker: Asker) -> datetime:
        """Read the venue's clock."""
        return await asker.ask(
            "the venue's time",
            methodcaller("publicGetV5MarketTime"),
            lambda answer: instant(milliseconds(record(answer, "the time"), "time")),
        )

    async def open_stream(self, asker: Asker) -> str:
        """Return the address of the private stream."""
        return str(asker.exchange.implode_hostname(asker.exchange.urls["api"]["ws"]["private"]["contract"]))

    async def introduction(self, asker: Asker) -> tuple[Mapping[str, Any], ...]:
        """Return the sign-in, signed by the venue's clock and not by ours, and the subscription."""
        expires = str(ms_of(await self.server_time(asker) + _SIGNED_FOR))
        signed = signature(asker.exchange, f"GET/realtime{expires}")
        return (
            {"op": "auth", "args": [asker.exchange.apiKey, expires, signed]},
            {"op": "subscribe", "args": list(TOPICS)},
        )

    async def refresh_stream(self, asker: Asker) -> None:
        """Do nothing: a stream that has signed in stays so."""

    def read_frame(self, text: str, received: Moment, epoch: int) -> Frame:
        """Read one frame."""
        return self._frames.read(orjson.loads(text), received, epoch)

    def name_now(self, symbol: str) -> str:
        """Return the unified symbol of a contract that was unknown when a frame named it."""
        return self._markets.name_now(symbol)

    def ends_stream(self, _: Frame) -> bool:
        """Return False: the venue ends a stream by closing it."""
        return False

    def _id_of(self, symbol: str) -> str:
        market_id = self._markets.id_of(symbol)
        if market_id is None:
            raise SymbolRejected(f"bybit lists no linear `{symbol}`: check the symbol, e.g. BTC/USDT:USDT")
        return market_id


async def _pages(
    asker: Asker, what: str, call: str, parameters: Mapping[str, Any], read: Callable[[Row], T]
) -> list[T]:
    """Read a list to its last page, which has no cursor to a further one.

    Raises:
        SourceMalformed: The cursors lead nowhere, so the list has no end.
    """
    found: list[T] = []
    request: dict[str, Any] = {"category": "linear", **parameters}
    pages = Pages(f"{asker.exchange.id}: {what}")
    while True:
        page, cursor, shown = await asker.ask(
            what, methodcaller(call, dict(request)), lambda a: _page(a, what, read)
        )
        found += page
        if cursor is None:
            return found
        pages.lead_on(cursor, shown)
        request["cursor"] = cursor


def _page(answer: object, what: str, read: Callable[[Row], T]) -> tuple[list[T], str | None, list[str]]:
    result = record(record(answer, what).get("result"), what)
    listed = rows(result.get("list"), what)
    return [read(row) for row in listed], optional_text(result, "nextPageCursor"), list(map(repr, listed))


def _the_one(found: list[OrderStatus], order_id: str | None, client_order_id: str | None) -> OrderStatus:
    """Return the order that was asked for: the one that changed last, where an id was used again."""
    fitting = [each for each in found if is_same(each, order_id, client_order_id)]
    if not fitting:
        raise SourceMalformed("bybit: asked for one order, it answered with another")
    return max(fitting, key=lambda each: each.updated_at or datetime.min.replace(tzinfo=UTC))


def _in_order(each: Fill) -> tuple[datetime, str]:
    return each.at, each.trade_id
