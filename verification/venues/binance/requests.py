"""Binance USD-M futures: which requests answer which question, and what their answers say.

Every list is read raw. ccxt's own parsers drop rows without an entry price, among them explicit zeros.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from verification.facts.account import Fill, PositionMode, RestingOrder
from verification.facts.clock import Moment
from verification.facts.errors import SourceError, SourceMalformed, SymbolRejected
from verification.facts.leg import LegKey
from verification.facts.prices import Prices
from verification.venues.binance.frames import KEY_EXPIRED, read_text
from verification.venues.binance.lists import BinanceLists
from verification.venues.binance.prices import read_prices
from verification.venues.binance.rows import (
    TARGET_KINDS,
    algo_order_status,
    fill,
    order_status,
)
from verification.venues.ccxt.asker import Asker, OrderUnknown
from verification.venues.dialect import Listed, OrderStatus
from verification.venues.frame import Frame
from verification.venues.reading.answered import about, each_once
from verification.venues.reading.exactness import (
    Row,
    exact_value,
    flag,
    instant,
    milliseconds,
    ms_of,
    optional_text,
    record,
    rows,
    text,
)
from verification.venues.reading.markets import Markets
from verification.venues.reading.paging import Pages

_PAGE = 1000
_WINDOW = timedelta(days=7)  # the longest span of one request for trades


class BinanceFutures:
    """The REST and stream dialect of Binance USD-M."""

    def __init__(self, account: str, markets: Markets) -> None:
        self.ping = None
        self._account = account
        self._markets = markets
        self._lists = BinanceLists(account, markets)

    async def positions(self, asker: Asker) -> Listed:
        """Read the whole position list (v3: legs that hold something or have an order)."""
        return Listed(await self._lists.positions(asker))

    async def orders(self, asker: Asker, symbol: str | None) -> tuple[RestingOrder, ...]:
        """Read the resting ordinary orders. Without a symbol the request weighs 40."""
        return await self._lists.orders(asker, self._scope(symbol), symbol)

    async def conditional_orders(self, asker: Asker, symbol: str | None) -> tuple[RestingOrder, ...]:
        """Read the resting conditional (algo) orders, which the list of open orders does not hold."""
        return await self._lists.conditional_orders(asker, self._scope(symbol), symbol)

    async def order(
        self, asker: Asker, key: LegKey, order_id: str | None, client_order_id: str | None
    ) -> OrderStatus:
        """Ask for an order; one that is only known by the sender's id is also looked for among algo orders.

        Algo ids are numbers of their own, so an order's id is never looked for among them.
        """
        market_id = self._scope(key.symbol)["symbol"]
        wanted = {"orderId": order_id} if order_id is not None else {"origClientOrderId": client_order_id}
        try:
            return await self._ordinary(asker, {"symbol": market_id, **wanted})
        except OrderUnknown:
            if order_id is not None or client_order_id is None:
                raise
        return await self._algo(asker, {"symbol": market_id, "clientAlgoId": client_order_id})

    async def conditional_order(self, asker: Asker, symbol: str, order_id: str) -> OrderStatus:
        """Ask what became of a conditional (algo) order, and of the order that it became."""
        parameters = {"symbol": self._scope(symbol)["symbol"], "algoId": order_id}
        return await self._algo(asker, parameters)

    async def _ordinary(self, asker: Asker, parameters: dict[str, Any]) -> OrderStatus:
        return await asker.ask(
            "an order",
            lambda exchange: exchange.fapiPrivateGetOrder(parameters),
            lambda answer: order_status(
                about(record(answer, "an order"), parameters, origClientOrderId="clientOrderId"),
                self._account,
                self._markets,
            ),
        )

    async def _algo(self, asker: Asker, parameters: dict[str, Any]) -> OrderStatus:
        row = await asker.ask(
            "a conditional order",
            lambda exchange: exchange.fapiPrivateGetAlgoOrder(parameters),
            lambda answer: about(record(answer, "a conditional order"), parameters),
        )
        born = optional_text(row, "actualOrderId")
        if born not in (None, "0"):
            named = {"symbol": parameters["symbol"], "orderId": born}
            became = await self._ordinary(asker, named)
            kind = text(row, "orderType")
            return replace(became, became=born, kind=kind, target=kind in TARGET_KINDS)
        return await asker.ask(
            "a conditional order",
            lambda _: _at_once(row),
            lambda answer: algo_order_status(answer, self._account, self._markets),
        )

    async def origin(self, asker: Asker, answer: OrderStatus) -> OrderStatus:
        """Ask for the algo order of the same client id: an order that one became does not name it.

        Where that cannot be told, nothing is said of what made the order.
        """
        if answer.client_order_id is None or answer.cause is not None or answer.executed == 0:
            return answer
        parameters = {**self._scope(answer.key.symbol), "clientAlgoId": answer.client_order_id}
        try:
            row = await asker.ask(
                "a conditional order",
                lambda exchange: exchange.fapiPrivateGetAlgoOrder(parameters),
                lambda told: record(told, "a conditional order"),
            )
        except (OrderUnknown, SourceError):
            return answer
        if optional_text(row, "actualOrderId") != answer.order_id:
            return answer
        kind = optional_text(row, "orderType") or answer.kind
        return replace(answer, kind=kind, target=kind in TARGET_KINDS)

    async def order_fills(self, asker: Asker, symbol: str, order_id: str) -> tuple[Fill, ...]:
        """Read the trades of one order, page by page."""
        found: list[Fill] = []
        parameters: dict[str, Any] = {**self._scope(symbol), "orderId": order_id, "limit": _PAGE}
        pages = Pages(f"the trades of {symbol}")
        while True:
            page, full = await self._fills(asker, parameters)
            if any(_number(each) < parameters.get("fromId", 0) for each in page):
                raise SourceMalformed(f"the trades of {symbol} come again and again: they have no end")
            found += [each for each in page if each.order_id == order_id]
            if not full:
                return each_once(found, lambda each: each.trade_id, "the trades")
            parameters["fromId"] = _number(page[-1]) + 1
            pages.lead_on(parameters["fromId"], [each.trade_id for each in page])

    async def fills(self, asker: Asker, symbol: str, since: datetime) -> tuple[Fill, ...]:
        """Read the account's trades of a symbol: windows of seven days, each page by page."""
        found: dict[str, Fill] = {}
        start, now = since, asker.clock.now().utc
        while start <= now:
            end = start + _WINDOW - timedelta(milliseconds=1)
            for each in await self._window(asker, symbol, start, end):
                found[each.trade_id] = each
            start = end + timedelta(milliseconds=1)
        return tuple(sorted(found.values(), key=_in_order))

    async def _window(self, asker: Asker, symbol: str, start: datetime, end: datetime) -> list[Fill]:
        """Read the trades of one window, from page to page by the time of the last trade on it."""
        found: list[Fill] = []
        pages = Pages(f"the trades of {symbol}")
        window = {**self._scope(symbol), "startTime": ms_of(start), "endTime": ms_of(end), "limit": _PAGE}
        while True:
            page, full = await self._fills(asker, window)
            if any(not window["startTime"] <= ms_of(each.at) <= window["endTime"] for each in page):
                raise SourceMalformed(f"trades of {symbol} of another time than was asked for")
            found += page
            if not full:
                return found
            if ms_of(page[-1].at) <= window["startTime"]:
                raise SourceMalformed(
                    f"more than {_PAGE} trades of {symbol} in one ms: they cannot be listed"
                )
            window["startTime"] = ms_of(page[-1].at)
            pages.lead_on(window["startTime"], [each.trade_id for each in page])

    async def _fills(self, asker: Asker, parameters: dict[str, Any]) -> tuple[tuple[Fill, ...], bool]:
        """Return the trades of one page, each once, and whether it was full: there may be more of them."""
        return await asker.ask(
            "the trades",
            lambda exchange: exchange.fapiPrivateGetUserTrades(parameters),
            lambda answer: self._page(rows(answer, "the list of trades"), parameters["symbol"]),
        )

    def _page(self, listed: Sequence[Row], market_id: str) -> tuple[tuple[Fill, ...], bool]:
        read = [fill(about(row, {"symbol": market_id}), self._markets) for row in listed]
        trades = each_once(sorted(read, key=_in_order), lambda each: each.trade_id, "the list of trades")
        return trades, len(listed) >= _PAGE

    async def prices(self, asker: Asker, symbols: frozenset[str]) -> Mapping[str, Prices]:
        """Read mark, index and last price."""
        scope = self._scope(next(iter(symbols))) if len(symbols) == 1 else {}
        return await read_prices(asker, scope, symbols, self._markets)

    async def mode(self, asker: Asker) -> PositionMode:
        """Read the position mode."""
        return await asker.ask(
            "the position mode",
            lambda exchange: exchange.fapiPrivateGetPositionSideDual(),
            lambda answer: (
                PositionMode.HEDGE
                if flag(record(answer, "the position mode"), "dualSidePosition")
                else PositionMode.ONE_WAY
            ),
        )

    async def server_time(self, asker: Asker) -> datetime:
        """Read the venue's clock."""
        return await asker.ask(
            "the venue's time",
            lambda exchange: exchange.fapiPublicGetTime(),
            lambda answer: instant(milliseconds(record(answer, "the time"), "serverTime")),
        )

    async def open_stream(self, asker: Asker) -> str:
        """Get a listen key and return the address of the user data stream."""
        key = await asker.ask(
            "a listen key",
            lambda exchange: exchange.fapiPrivatePostListenKey(),
            lambda answer: text(record(answer, "a listen key"), "listenKey"),
        )
        return str(asker.exchange.get_private_ws_url("linear", key))

    async def introduction(self, _asker: Asker) -> tuple[Mapping[str, Any], ...]:
        """Return nothing: the address holds the listen key, and the stream pushes everything."""
        return ()

    async def refresh_stream(self, asker: Asker) -> None:
        """Keep the listen key alive: it dies after 60 minutes."""
        await asker.ask(
            "renewing the listen key", lambda exchange: exchange.fapiPrivatePutListenKey(), lambda _: None
        )

    def read_frame(self, text: str, received: Moment, epoch: int) -> Frame:
        """Read one frame."""
        return read_text(text, self._account, self._markets, received, epoch)

    def name_now(self, symbol: str) -> str:
        """Return the unified symbol of a contract that was unknown when a frame named it."""
        return self._markets.name_now(symbol)

    def ends_stream(self, frame: Frame) -> bool:
        """Return True when the listen key has expired: nothing more will come."""
        return frame.event == KEY_EXPIRED

    def _scope(self, symbol: str | None) -> dict[str, Any]:
        if symbol is None:
            return {}
        market_id = self._markets.id_of(symbol)
        if market_id is None:
            raise SymbolRejected(f"binanceusdm lists no `{symbol}`: check the symbol, e.g. BTC/USDT:USDT")
        return {"symbol": market_id}


def _in_order(each: Fill) -> tuple[datetime, int]:
    return each.at, _number(each)


def _number(each: Fill) -> int:
    return int(exact_value(each.trade_id, "id"))


async def _at_once(value: Row) -> Row:
    return value
