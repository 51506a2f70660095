"""Any venue through ccxt's unified calls. Where an answer may be incomplete it refuses to guess."""

from datetime import UTC, datetime, timedelta
from operator import methodcaller
from typing import Any

from verification.account import Fill, Position, PositionMode, RestingOrder
from verification.capabilities import Capabilities, Conditionals
from verification.errors import SourceMalformed, SourceRejected
from verification.gateway.asker import Asker
from verification.gateway.dialect import Listed, OrderStatus
from verification.gateway.exactness import flag, instant, milliseconds, record, rows
from verification.gateway.markets import Markets
from verification.gateway.unified_rows import fill, order_status, position, resting_order
from verification.leg import Leg, LegKey

_PAGE = 100


class Unified:
    """The dialect of venues without rules of their own."""

    def __init__(self, account: str, markets: Markets, capabilities: Capabilities) -> None:
        self._account = account
        self._markets = markets
        self._capabilities = capabilities
        self._hedged = False

    async def positions(self, asker: Asker) -> Listed:
        """Read the whole position list, in as many requests as the venue needs for all of it."""
        _must_have(asker, "fetchPositions", "list positions")
        found: list[Position] = []
        for parameters in self._capabilities.position_requests:
            send = methodcaller("fetch_positions", None, dict(parameters))
            found += await asker.ask("the position list", send, self._read_positions)
        if len({each.key for each in found}) != len(found):
            raise SourceMalformed(f"{asker.exchange.id}: the position list names a leg twice")
        return Listed(tuple(found))

    def _read_positions(self, answer: object) -> list[Position]:
        listed = rows(answer, "the position list")
        page = self._capabilities.position_page
        if page is not None and len(listed) >= page:
            raise SourceMalformed(f"{len(listed)} positions, as many as one page holds: there may be more")
        return [position(row, self._account, hedged=self._hedged) for row in listed]

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
        return await asker.ask(
            "the open orders",
            lambda exchange: exchange.fetch_open_orders(symbol),
            lambda answer: [resting_order(row) for row in rows(answer, "the list of open orders")],
        )

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
            lambda answer: order_status(record(answer, "an order"), self._account),
        )

    async def conditional_order(self, asker: Asker, symbol: str, order_id: str) -> OrderStatus:
        """Ask for a conditional order by its own id.

        Raises:
            SourceRejected: It is not known whether this venue finds one under its id.
        """
        if self._capabilities.conditionals is not Conditionals.AMONG_ORDERS:
            raise SourceRejected(f"{asker.exchange.id}: it is not known how to ask for a conditional order")
        return await self.order(asker, LegKey(self._account, symbol, Leg.NET), order_id, None)

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
        start = (since - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
        while True:
            page = await asker.ask(
                "the trades",
                methodcaller("fetch_my_trades", symbol, start, _PAGE),
                lambda answer: [fill(row) for row in rows(answer, "the list of trades")],
            )
            fresh = {each.trade_id: each for each in page if each.trade_id not in found}
            if not fresh and full:
                raise SourceMalformed(f"{asker.exchange.id}: {_PAGE} trades, and not sure to be all of them")
            if not fresh:
                return tuple(sorted(found.values(), key=lambda each: (each.at, each.trade_id)))
            found |= fresh
            full = len(page) >= _PAGE
            newest = max(each.at for each in fresh.values())
            start = (newest - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)

    async def mode(self, asker: Asker) -> PositionMode:
        """Read the position mode; where the venue cannot be asked, tell it from the legs it lists."""
        if asker.exchange.has.get("fetchPositionMode"):
            hedged = await asker.ask(
                "the position mode",
                lambda exchange: exchange.fetch_position_mode(),
                lambda answer: flag(record(answer, "the position mode"), "hedged"),
            )
            self._hedged = hedged  # on some venues ccxt's rows do not tell it
        else:
            hedged = any(each.key.leg is not Leg.NET for each in (await self.positions(asker)).positions)
        return PositionMode.HEDGE if hedged else PositionMode.ONE_WAY

    async def server_time(self, asker: Asker) -> datetime:
        """Read the venue's clock."""
        _must_have(asker, "fetchTime", "tell its time")
        return await asker.ask(
            "the venue's time",
            lambda exchange: exchange.fetch_time(),
            lambda answer: instant(milliseconds({"time": answer}, "time")),
        )


def _must_have(asker: Asker, capability: str, what: str) -> None:
    if not asker.exchange.has.get(capability):
        raise SourceRejected(
            f"{asker.exchange.id}: ccxt cannot make this venue {what}: choose a futures venue"
        )
