"""A recorded account as the state a venue starts with: positions, orders and stops read through ccxt."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from simulator.engine.exchange import Exchange
from simulator.engine.market import Market
from simulator.engine.order import AlgoOrder, Kind, Order, PositionSide, Status, TimeInForce
from simulator.engine.position import Position
from simulator.engine.refusal import Refused
from simulator.recorded.market import market_of, usual_tick
from simulator.recorded.row import BadState, Row

LISTS = ("positions", "open_orders", "open_stops")

AGE_MS = 3_600_000
"""How old what was recorded without a time is taken to be: it was there before, nobody just touched it."""


@dataclass(frozen=True, slots=True)
class RecordedState:
    """What an account held.

    The file is a JSON object with `positions` (symbol, side, contracts, entryPrice, marginMode, optionally
    leverage, hedged, updated in venue milliseconds), `open_orders` (id, clientOrderId, symbol, type, side,
    amount, filled, price, reduceOnly) and `open_stops` (the same with triggerPrice instead of price, and
    optionally closePosition, and kind: STOP_MARKET, TAKE_PROFIT_MARKET, ...), each as ccxt's unified
    structures name them. Optional besides: `markets` (symbol -> any of step, tick, price, min_notional),
    `hedge`, `wallet`. What has no time (`updated`, `timestamp`) counts as an hour old. Other keys are notes.

    Attributes:
        positions: Rows of positions.
        open_orders: Rows of resting orders.
        open_stops: Rows of waiting conditional orders.
        markets: Rows by symbol.
        hedge: True in hedge mode.
        wallet: Wallet balance in the quote asset; None for the usual one.
    """

    positions: tuple[Row, ...] = ()
    open_orders: tuple[Row, ...] = ()
    open_stops: tuple[Row, ...] = ()
    markets: Mapping[str, Row] = field(default_factory=dict)
    hedge: bool = False
    wallet: Decimal | None = None
    origin: str = "state"

    @classmethod
    def read(cls, path: Path) -> "RecordedState":
        """Read a file. Numbers keep every digit.

        Raises:
            BadState: It is absent, unreadable, or not of this shape.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        except OSError as error:
            raise BadState(
                f"{path}: cannot be read ({error.strerror}); give the path of a state file"
            ) from error
        except ValueError as error:
            raise BadState(f"{path}: is not JSON ({error})") from error
        return cls.of(content, str(path))

    @classmethod
    def of(cls, content: Any, origin: str = "state") -> "RecordedState":
        """Take parsed JSON.

        Raises:
            BadState: It is not of this shape.
        """
        if not isinstance(content, dict) or not any(name in content for name in (*LISTS, "markets")):
            raise BadState(
                f"{origin}: expected a JSON object with `positions`, `open_orders` and `open_stops`"
            )
        rows: dict[str, tuple[Row, ...]] = {}
        for name in LISTS:
            found = content.get(name, [])
            if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
                raise BadState(f"{origin}: `{name}` must be a list of objects")
            rows[name] = tuple(Row(f"{origin}: {name}[{n}]", row) for n, row in enumerate(found))
        markets = content.get("markets", {})
        if not isinstance(markets, dict) or not all(isinstance(row, dict) for row in markets.values()):
            raise BadState(f"{origin}: `markets` must be an object of objects by symbol")
        top = Row(origin, content)
        return cls(
            **rows,
            markets={symbol: Row(f"{origin}: markets[{symbol}]", row) for symbol, row in markets.items()},
            hedge=bool(content.get("hedge", any(row.fields.get("hedged") for row in rows["positions"]))),
            wallet=None if content.get("wallet") is None else top.number("wallet"),
            origin=origin,
        )

    def load_into(self, exchange: Exchange) -> None:
        """Put it into an empty exchange: markets first, so that nothing recorded triggers by itself.

        Raises:
            BadState: A row is incomplete or contradicts another.
        """
        truth = exchange.truth
        truth.hedge = self.hedge
        truth.wallet = truth.wallet if self.wallet is None else self.wallet
        rows = (*self.positions, *self.open_orders, *self.open_stops)
        for symbol in dict.fromkeys([*self.markets, *(row.text("symbol") for row in rows)]):
            truth.markets.put(self._market(exchange, symbol))
        for row in self.positions:
            self._load_position(exchange, row)
        for row in self.open_orders:
            order = self._order(exchange, row)
            if truth.orders.get(order.id) is not None:
                raise BadState(f"{row.where}: order {order.id} is listed twice")
            truth.reserve_id(order.id)
            truth.orders.put(order.id, order, always=True)
        for row in self.open_stops:
            algo = self._algo(exchange, row)
            if truth.algos.get(algo.id) is not None:
                raise BadState(f"{row.where}: stop {algo.id} is listed twice")
            truth.reserve_id(algo.id)
            truth.algos.put(algo.id, algo, always=True)

    def _market(self, exchange: Exchange, symbol: str) -> Market:
        try:
            known = exchange.market(symbol)
        except Refused:
            known = None  # The market is new: it is made from the rows.
        said = self.markets.get(symbol, Row(self.origin, {}))
        given = {
            name: said.number(name)
            for name in ("step", "tick", "price", "min_notional")
            if name in said.fields
        }
        positions, orders, stops = (
            [row for row in rows if row.text("symbol") == symbol]
            for rows in (self.positions, self.open_orders, self.open_stops)
        )
        if known is None and "price" in given:
            base, _, rest = symbol.partition("/")
            known = Market(
                base,
                rest.partition(":")[0],
                step=Decimal(1),
                tick=usual_tick(given["price"]),
                price=given["price"],
            )
            known = _shaped(known, given)
        if known is not None and not (positions or orders or stops):
            return _shaped(known, given)
        market = market_of(symbol, known, positions=positions, orders=orders, stops=stops, where=self.origin)
        return _shaped(market, given)

    def _load_position(self, exchange: Exchange, row: Row) -> None:
        truth, symbol = exchange.truth, row.text("symbol")
        side = row.text("side").lower()
        if side not in {"long", "short"}:
            raise BadState(f"{row.where}: `side` must be long or short, not {side!r}")
        key = (symbol, PositionSide(side.upper()) if self.hedge else PositionSide.BOTH)
        if truth.positions.get(key) is not None:
            raise BadState(f"{row.where}: {symbol} is listed twice")
        contracts = row.number("contracts")
        truth.positions.put(
            key,
            Position(
                symbol=symbol,
                side=key[1],
                amount=contracts if side == "long" else -contracts,
                entry=row.number("entryPrice"),
                updated_ms=int(row.maybe("updated", _long_ago(exchange))),
                version=1,
            ),
            always=True,
        )
        if row.fields.get("marginMode") == "isolated":
            truth.isolated.add(symbol)
        if row.fields.get("leverage") is not None:
            truth.leverage[symbol] = int(row.number("leverage"))

    def _order(self, exchange: Exchange, row: Row) -> Order:
        created = int(row.maybe("timestamp", _long_ago(exchange)))
        filled, price = row.maybe("filled", "0"), row.number("price")
        return Order(
            id=row.id(),
            client_id=row.text("clientOrderId"),
            symbol=row.text("symbol"),
            side=row.side,
            kind=Kind.LIMIT,
            position_side=row.position_side(hedge=self.hedge),
            quantity=row.number("amount"),
            price=price,
            time_in_force=TimeInForce.GTC,
            reduce_only=bool(row.fields.get("reduceOnly")) and not self.hedge,
            created_ms=created,
            updated_ms=created,
            status=Status.PARTIALLY_FILLED if filled else Status.NEW,
            executed=filled,
            cost=filled * price,
            owner=str(row.fields.get("owner", "api")),
        )

    def _algo(self, exchange: Exchange, row: Row) -> AlgoOrder:
        created = int(row.maybe("timestamp", _long_ago(exchange)))
        kind = row.word(Kind, "kind") if row.fields.get("kind") else Kind.STOP_MARKET
        closes = bool(row.fields.get("closePosition"))
        return AlgoOrder(
            id=row.id(),
            client_id=row.text("clientOrderId"),
            symbol=row.text("symbol"),
            side=row.side,
            kind=kind,
            position_side=row.position_side(hedge=self.hedge),
            quantity=Decimal(0) if closes else row.number("amount"),
            price=row.number("price") if kind.priced else Decimal(0),
            trigger_price=row.number("triggerPrice"),
            time_in_force=TimeInForce.GTC,
            reduce_only=bool(row.fields.get("reduceOnly")) and not self.hedge,
            close_position=closes,
            created_ms=created,
            updated_ms=created,
            owner=str(row.fields.get("owner", "api")),
        )


def _long_ago(exchange: Exchange) -> str:
    return str(exchange.clock.ms() - AGE_MS)


def _shaped(market: Market, given: Mapping[str, Decimal]) -> Market:
    """Return the market with the numbers that the file gives of it."""
    return replace(
        market,
        step=given.get("step", market.step),
        tick=given.get("tick", market.tick),
        price=given.get("price", market.price),
        min_notional=given.get("min_notional", market.min_notional),
    )
