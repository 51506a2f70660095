"""Any venue through ccxt's unified calls. Where an answer may be incomplete it refuses to guess."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from operator import methodcaller
from typing import Any

from verification.facts.account import Fill, PositionMode, RestingOrder
from verification.facts.errors import SourceError, SourceMalformed, SourceRejected
from verification.facts.leg import Leg, LegKey
from verification.facts.prices import Prices
from verification.venues.capabilities import Capabilities, Conditionals
from verification.venues.ccxt.asker import Asker
from verification.venues.dialect import Listed, OrderStatus
from verification.venues.reading.exactness import Row, flag, instant, milliseconds, ms_of, record, rows, text
from verification.venues.reading.markets import Markets
from verification.venues.reading.paging import Pages
from verification.venues.unified.rows import (
    contract_of,
    fill,
    info_of,
    order_status,
    position,
    resting_order,
    whole_list,
)
from verification.venues.unified.stops import prices
from verification.venues.unified.summed import Row as HeldRow
from verification.venues.unified.summed import Summed, kept_apart, summed

_PAGE = 100


class Unified:
    """The dialect of venues without rules of their own."""

    def __init__(self, account: str, markets: Markets, capabilities: Capabilities) -> None:
        self._account = account
        self._markets = markets
        self._capabilities = capabilities
        self._hedged = False
        self._told_by_rows = True  # until a request for the mode has told it

    async def positions(self, asker: Asker) -> Listed:
        """Read every part of the position list that is known how to ask for.

        Raises:
            SourceError: None of them could be read.
        """
        _must_have(asker, "fetchPositions", "list positions")
        unread: dict[str, str] = {}
        failed: dict[str, SourceError] = {}
        found: list[Row] = []
        served = False
        for asked, parts in self._requests().items():
            try:
                send = methodcaller("fetch_positions", None, dict(asked))
                found += await asker.ask("the position list", send, self._read_positions)
                served = True
            except SourceError as error:
                failed |= dict.fromkeys(parts, error)
                unread |= {part: f"positions {_named(part)} could not be read: {error}" for part in parts}
        if failed and not served:
            raise next(iter(failed.values()))
        unread |= {part: f"positions {_named(part)} were not asked for" for part in self._never_asked()}
        if not self._capabilities.documented:
            why = f"what the lists of {asker.exchange.id} leave out is not known: their form is not on file"
            unread = dict.fromkeys(self._parts(), why) | unread
        try:
            whole = self._read(found)
        except SourceMalformed as error:
            raise SourceMalformed(f"{asker.exchange.id}: the position list: {error}") from None
        for key in whole.both_ways:
            unread[key.symbol] = f"{key.symbol}: held long and short at once, cross and isolated"
        return Listed(whole.positions, unread, failed)

    def _parts(self) -> list[str]:
        return sorted(set(self._markets.parts.values())) or [""]

    def _requests(self) -> dict[tuple[tuple[str, Any], ...], list[str]]:
        """Return the requests that list positions, each with the parts that it covers."""
        requests: dict[tuple[tuple[str, Any], ...], list[str]] = {}
        for part in self._parts():
            lists = self._capabilities.lists_of(part)
            if lists is not None:
                requests.setdefault(tuple(sorted(lists.positions.items())), []).append(part)
        return requests

    def _never_asked(self) -> list[str]:
        return [part for part in self._parts() if self._capabilities.lists_of(part) is None]

    def _read(self, listed: list[Row]) -> Summed:
        kinds = self._capabilities.rows.kinds
        if kinds is not None:
            name, others = kinds
            listed = [row for row in listed if text(info_of(row), name) not in others]
        whole = summed(self._rows(listed, hedged=self._hedged))
        if whole.both_ways and self._told_by_rows and not self._hedged:
            # Nothing tells the mode but that one contract is held both ways.
            legs = summed(self._rows(listed, hedged=True))
            if not legs.both_ways:
                self._hedged, whole = True, legs
        return whole

    def _rows(self, listed: list[Row], *, hedged: bool) -> list[HeldRow]:
        return [
            HeldRow(
                position(
                    row,
                    self._account,
                    hedged=hedged,
                    rules=self._capabilities.rows,
                    symbol=self._symbol_of(row),
                ),
                kept_apart(row),
            )
            for row in listed
        ]

    def _symbol_of(self, row: Row) -> str:
        """Return the symbol of a row; of a contract younger than our markets, the venue's own id."""
        symbol = text(row, "symbol")
        if symbol in self._markets.parts or not self._capabilities.rows.contract:
            return symbol
        return self._markets.symbol_of(contract_of(row, self._capabilities.rows))

    async def orders(self, asker: Asker, symbol: str | None) -> tuple[RestingOrder, ...]:
        """Read the resting ordinary orders."""
        return tuple(order for order in await self._open_orders(asker, symbol) if not order.conditional)

    async def conditional_orders(self, asker: Asker, symbol: str | None) -> tuple[RestingOrder, ...]:
        """Read the resting conditional orders.

        Raises:
            SourceRejected: It is not known where this venue lists them, so none could be told from not seen.
        """
        if self._capabilities.conditionals is not Conditionals.AMONG_ORDERS:
            raise SourceRejected(
                f"{asker.exchange.id}: it is not known how this venue lists conditional orders: "
                "check stop losses at the venue"
            )
        return tuple(order for order in await self._open_orders(asker, symbol) if order.conditional)

    async def _open_orders(self, asker: Asker, symbol: str | None) -> list[RestingOrder]:
        requests: list[Mapping[str, Any]] = [{}]
        if symbol is None:
            requests = self._order_requests(asker)
        found: dict[str, RestingOrder] = {}
        for asked in requests:
            send = methodcaller("fetch_open_orders", symbol, None, None, dict(asked))
            for each in await asker.ask("the open orders", send, self._read_orders):
                found[each.order_id] = each
        return list(found.values())

    def _order_requests(self, asker: Asker) -> list[Mapping[str, Any]]:
        """Return the requests that together list the open orders of every part.

        Raises:
            SourceRejected: Those of a part cannot be listed.
        """
        requests: list[Mapping[str, Any]] = []
        for part in self._parts():
            lists = self._capabilities.lists_of(part)
            if lists is None or lists.orders is None:
                raise SourceRejected(
                    f"{asker.exchange.id}: open orders {_named(part)} are not asked for: "
                    "check them at the venue"
                )
            if lists.orders not in requests:
                requests.append(lists.orders)
        return requests

    def _read_positions(self, answer: object) -> list[Row]:
        return whole_list(rows(answer, "the position list"), self._capabilities.position_page, "positions")

    def _read_orders(self, answer: object) -> list[RestingOrder]:
        listed = whole_list(rows(answer, "the list of open orders"), self._capabilities.order_page, "orders")
        return [resting_order(row, hedged=self._hedged, rules=self._capabilities.rows) for row in listed]

    async def order(
        self, asker: Asker, key: LegKey, order_id: str | None, client_order_id: str | None
    ) -> OrderStatus:
        """Ask for an order by the venue's id, or by the sender's where that is known to work."""
        parameters: dict[str, Any] = dict(self._capabilities.order_parameters)
        if order_id is None:
            if not self._capabilities.asks_by_client_id:
                raise SourceRejected(
                    f"{asker.exchange.id}: orders cannot be asked for by client order id: give the order id"
                )
            parameters["clientOrderId"] = client_order_id
        return await asker.ask(
            "an order",
            lambda exchange: exchange.fetch_order(order_id, key.symbol, parameters),
            lambda answer: _of(
                order_id, order_status(record(answer, "an order"), key, self._capabilities.rows)
            ),
        )

    async def conditional_order(self, asker: Asker, symbol: str, order_id: str) -> OrderStatus:
        """Ask for a conditional order by its own id.

        Raises:
            SourceRejected: It is not known whether this venue finds one under its id.
        """
        if self._capabilities.conditionals is not Conditionals.AMONG_ORDERS:
            raise SourceRejected(f"{asker.exchange.id}: it is not known how to ask for a conditional order")
        return await self.order(asker, LegKey(self._account, symbol, Leg.NET), order_id, None)

    async def origin(self, _asker: Asker, answer: OrderStatus) -> OrderStatus:
        """Return it as it is: nothing more is known of what made an order."""
        return answer

    async def order_fills(self, asker: Asker, symbol: str, order_id: str) -> tuple[Fill, ...]:
        """Read the trades of one order, from those of the last week."""
        since = asker.clock.now().utc - timedelta(days=6)
        return tuple(each for each in await self.fills(asker, symbol, since) if each.order_id == order_id)

    async def fills(self, asker: Asker, symbol: str, since: datetime) -> tuple[Fill, ...]:
        """Read the account's trades of a symbol, page after page until one brings nothing new.

        A full page with nothing after it may be the newest trades of more: some venues count from the end.
        """
        found: dict[str, Fill] = {}
        full = False
        pages = Pages(f"{asker.exchange.id}: the trades of {symbol}")
        start = ms_of(since)
        while True:
            page = await asker.ask(
                "the trades",
                methodcaller("fetch_my_trades", symbol, start, _PAGE),
                lambda answer: [
                    fill(row, self._capabilities.rows) for row in rows(answer, "the list of trades")
                ],
            )
            fresh = {each.trade_id: each for each in page if each.trade_id not in found}
            if not fresh and full:
                raise SourceMalformed(f"{asker.exchange.id}: {_PAGE} trades, and not sure to be all of them")
            if not fresh:
                return tuple(sorted(found.values(), key=lambda each: (each.at, each.trade_id)))
            found |= fresh
            full = len(page) >= _PAGE
            pages.lead_on(len(found), fresh)
            start = ms_of(max(each.at for each in fresh.values()))

    async def prices(self, asker: Asker, symbols: frozenset[str]) -> Mapping[str, Prices]:
        """Read the tickers of some contracts, one by one. Many venues tell the last price only."""
        _must_have(asker, "fetchTicker", "tell a contract's price")
        return {
            symbol: await asker.ask(
                "the price",
                methodcaller("fetch_ticker", symbol),
                lambda answer: prices(record(answer, "the price")),
            )
            for symbol in sorted(symbols)
        }

    async def mode(self, asker: Asker) -> PositionMode:
        """Read the position mode; where the venue cannot be asked, tell it from the legs it lists."""
        if asker.exchange.has.get("fetchPositionMode"):
            hedged = await asker.ask(
                "the position mode",
                lambda exchange: exchange.fetch_position_mode(),
                lambda answer: flag(record(answer, "the position mode"), "hedged"),
            )
            self._told_by_rows = False
        else:
            hedged = any(each.key.leg is not Leg.NET for each in (await self.positions(asker)).positions)
        self._hedged = hedged  # on some venues ccxt's rows do not tell it, nor do orders
        return PositionMode.HEDGE if hedged else PositionMode.ONE_WAY

    async def server_time(self, asker: Asker) -> datetime:
        """Read the venue's clock."""
        _must_have(asker, "fetchTime", "tell its time")
        return await asker.ask(
            "the venue's time",
            lambda exchange: exchange.fetch_time(),
            lambda answer: instant(milliseconds({"time": answer}, "time")),
        )


def _of(order_id: str | None, status: OrderStatus) -> OrderStatus:
    """Return the answer about an order, if it is about the one that was asked for."""
    if order_id is not None and status.order_id != order_id:
        raise SourceMalformed("the order that was told is not the one that was asked for")
    return status


def _named(part: str) -> str:
    """Return a part in words; a venue without rules of its own names a coin."""
    return part if not part or " " in part else f"settled in {part}"


def _must_have(asker: Asker, capability: str, what: str) -> None:
    if not asker.exchange.has.get(capability):
        raise SourceRejected(
            f"{asker.exchange.id}: ccxt cannot make this venue {what}: choose a futures venue"
        )
