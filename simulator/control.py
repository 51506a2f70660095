"""The control API under `/sim/`: the simulated venue steered from another process. JSON in, JSON out.

A refusal is answered 400 with `{"error": one sentence}`. Symbols go in either spelling (`AVL/USDT:USDT`,
`AVLUSDT`); quantities and prices as strings or numbers, exact either way.

* `GET /sim/state` the truth: positions, open_orders, open_stops, markets; `--state` can load it again.
* `GET /sim/journal?since=N` requests after number N: method, path, params, weight, effect, faults, status.
* `DELETE /sim/journal` forget them.
* `GET /sim/spending?since=MS&until=MS&sender=NAME` what was asked between two venue milliseconds (by default
  in the last minute) and what it weighed: in all, a minute, by path, status, sender and address. A sender is
  called by a digest of its API key (`wire.sender_of`).
* `POST /sim/limits` sets limits by name and answers with all: Binance `weight`, `orders_10s`, `orders_1m`,
  `patience`, `ban_seconds`, ...; Bybit `requests`, `ban_seconds`, `share`. An address is
  the peer's, or what the header `X-Forwarded-For` says (ccxt's `headers`): other exits of one machine.
* `GET /sim/faults` those in force by number. `DELETE /sim/faults` (all) or `/sim/faults/N` (one) ends them.
* `POST /sim/faults` puts one in force and answers `{"number": N}`. Common to all: `times` (how many),
  `for_seconds` (how long), `symbol`. By `kind`:
  `request`: `action` delay | lose | error | garbage | limit, `phase` before | after (the effect), `method`,
  `path` (a glob, or an ending: `positionRisk`, `order`; several with `|`), `seconds` (of a delay), `status`,
  `code`, `message` (of an error; without a code it is an HTML page), `garbage` html | empty | truncated |
  shape. A limit answers in the venue's words with `status` 429, 418, 503 (Bybit 403, 429, 503, or 200 with
  code 10006), and asks to wait as long as it is in force unless `told` is false.
  `lag`: `source` positions | order | open_orders | trades, `seconds`: it shows the state of that long ago.
  `push`: `action` drop | delay | duplicate | reorder, `event` (`ACCOUNT_UPDATE`, `position`, ...), `seconds`.
* `POST /sim/orders` an order by an outside hand: `symbol`, `side` buy | sell, `quantity`; optional `type`
  (market, limit, stop_market, ...), `price`, `trigger_price`, `reduce_only`, `close_position`,
  `position_side`, `client_id`.
* `POST /sim/cancel` `{"id": N}`: cancels an order or a stop. `POST /sim/fill` `{"id": N, "quantity": "1"}`:
  another trader takes a resting order.
* `POST /sim/close` `{"symbol"}` (and `position_side`): an outside hand closes the whole position at market.
* `POST /sim/liquidate` `{"symbol"}` (and `position_side`, `quantity` for a part, `deleverage`: true for
  auto-deleveraging, `settle`: true for a settlement).
* `POST /sim/price` `{"symbol", "price", "last", "liquidation"}`: the mark price; the last price where that is
  another; where the venue says that it would close the position.
* `POST /sim/market` `{"symbol", "liquidity", "clip", "held"}`.
* `POST /sim/fund` `{"symbol", "amount"}`.
* `POST /sim/stream` any of `silent`, `mute`, `refusing` (true or false), `disconnect` ("clean" or "abort"),
  `expire_listen_keys` (true), `raw` (a text to push as it is).
* `POST /sim/clock` `{"skew_ms": N}`: how far the venue's clock is ahead.
* `POST /sim/acceptance` `{"seconds": 0.15}`: when an acknowledged order is carried out (Bybit).
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from aiohttp import web

from simulator.binance.listen_keys import ListenKeys
from simulator.engine.clock import VenueClock
from simulator.engine.exchange import Exchange
from simulator.engine.order import Kind, PositionSide, Side, Ticket, TimeInForce
from simulator.engine.refusal import Reason, Refused
from simulator.engine.snapshot import snapshot
from simulator.faults.fault_wish import fault_of
from simulator.faults.faults import Faults, RequestAction, RequestFault
from simulator.serving.acceptance import Acceptance
from simulator.serving.journal import Journal
from simulator.serving.limits import Limits
from simulator.serving.spending import MINUTE_MS, spent
from simulator.serving.streams import Streams
from simulator.wire import Call


class Steered(Protocol):
    """What the control API steers."""

    exchange: Exchange
    clock: VenueClock
    faults: Faults
    journal: Journal
    limits: Limits
    streams: Streams
    listen_keys: ListenKeys
    acceptance: Acceptance


Steps = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


def _number(wish: dict[str, Any], name: str) -> Decimal | None:
    return None if wish.get(name) is None else Decimal(str(wish[name]))


def _side(wish: dict[str, Any]) -> PositionSide:
    return PositionSide(str(wish.get("position_side", "BOTH")).upper())


class Control:
    """The routes under `/sim/`."""

    def __init__(self, venue: Steered) -> None:
        self._venue = venue

    def add_routes(self, app: web.Application) -> None:
        """Put the routes into an application."""
        for name, steps in (
            ("faults", self._add_fault),
            ("orders", self._order),
            ("cancel", self._cancel),
            ("fill", self._fill),
            ("close", self._close),
            ("liquidate", self._liquidate),
            ("price", self._price),
            ("market", self._market),
            ("fund", self._fund),
            ("stream", self._stream),
            ("clock", self._clock),
            ("acceptance", self._acceptance),
            ("limits", self._limits),
        ):
            app.router.add_post(f"/sim/{name}", _json_handler(steps))
        app.router.add_get("/sim/state", self._state)
        app.router.add_get("/sim/journal", self._read_journal)
        app.router.add_delete("/sim/journal", self._clear_journal)
        app.router.add_get("/sim/spending", self._read_spending)
        app.router.add_get("/sim/faults", self._list_faults)
        app.router.add_delete("/sim/faults", self._clear_faults)
        app.router.add_delete("/sim/faults/{number}", self._clear_faults)

    async def _state(self, _request: web.Request) -> web.Response:
        return web.json_response(snapshot(self._venue.exchange))

    async def _read_journal(self, request: web.Request) -> web.Response:
        since_text = request.query.get("since", "0")
        if not since_text.isdecimal():
            return web.json_response({"error": "since must be a whole number"}, status=400)
        since = int(since_text)
        return web.json_response([e.as_json() for e in self._venue.journal.entries if e.number > since])

    async def _clear_journal(self, _request: web.Request) -> web.Response:
        self._venue.journal.clear()
        return web.json_response({})

    async def _read_spending(self, request: web.Request) -> web.Response:
        try:
            until = int(request.query.get("until", self._venue.clock.ms() + 1))
            since = int(request.query.get("since", until - MINUTE_MS))
        except ValueError:
            return web.json_response({"error": "since and until are venue milliseconds"}, status=400)
        sender = request.query.get("sender")
        return web.json_response(
            spent(self._venue.journal.entries, since_ms=since, until_ms=until, sender=sender)
        )

    async def _list_faults(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {str(n): asdict(fault) for n, fault in self._venue.faults.in_force().items()}
        )

    async def _clear_faults(self, request: web.Request) -> web.Response:
        number = request.match_info.get("number")
        if number is not None and not number.isdecimal():
            return web.json_response({"error": "a fault has a whole number"}, status=400)
        self._venue.faults.clear(None if number is None else int(number))
        return web.json_response({})

    async def _add_fault(self, wish: dict[str, Any]) -> dict[str, Any]:
        fault = fault_of(wish)
        if isinstance(fault, RequestFault) and fault.action is RequestAction.LIMIT:
            self._venue.limits.turn_away(Call("GET", "/"), fault.status, None)  # refuses an odd status
        if fault.symbol is not None:
            self._venue.exchange.market(
                fault.symbol
            )  # A fault of no market would never be met: it is refused.
        return {"number": self._venue.faults.add(fault)}

    async def _order(self, wish: dict[str, Any]) -> dict[str, Any]:
        exchange = self._venue.exchange
        ticket = Ticket(
            symbol=wish["symbol"],
            side=Side(str(wish["side"]).upper()),
            quantity=_number(wish, "quantity"),
            kind=Kind(str(wish.get("type", "market")).upper()),
            price=_number(wish, "price"),
            trigger_price=_number(wish, "trigger_price"),
            position_side=_side(wish),
            reduce_only=bool(wish.get("reduce_only")),
            close_position=bool(wish.get("close_position")),
            time_in_force=TimeInForce(str(wish.get("time_in_force", "GTC")).upper()),
            client_id=wish.get("client_id"),
            owner="hand",
        )
        if ticket.kind.conditional:
            return {"id": exchange.place_conditional(ticket).id, "status": "NEW"}
        order = exchange.place(ticket)
        return {"id": order.id, "status": order.status.value, "executed": str(order.executed)}

    async def _cancel(self, wish: dict[str, Any]) -> dict[str, Any]:
        number = int(wish["id"])
        if self._venue.exchange.order(number) is not None:
            return {"status": self._venue.exchange.cancel(number).status.value}
        return {"status": self._venue.exchange.cancel_conditional(number).status.value}

    async def _fill(self, wish: dict[str, Any]) -> dict[str, Any]:
        order = self._venue.exchange.fill(int(wish["id"]), _number(wish, "quantity"))
        return {"status": order.status.value, "executed": str(order.executed)}

    async def _close(self, wish: dict[str, Any]) -> dict[str, Any]:
        position = self._venue.exchange.position(wish["symbol"], _side(wish))
        if not position.amount:
            raise Refused(Reason.NO_POSITION, position.symbol)
        closing = {
            "symbol": position.symbol,
            "side": "sell" if position.amount > 0 else "buy",
            "quantity": abs(position.amount),
            "position_side": position.side.value,
            "reduce_only": position.side is PositionSide.BOTH,
        }
        return await self._order(closing)

    async def _liquidate(self, wish: dict[str, Any]) -> dict[str, Any]:
        order = self._venue.exchange.liquidate(
            wish["symbol"],
            _side(wish),
            deleverage=bool(wish.get("deleverage")),
            settle=bool(wish.get("settle")),
            quantity=_number(wish, "quantity"),
        )
        return {"id": order.id, "client_id": order.client_id}

    async def _price(self, wish: dict[str, Any]) -> dict[str, Any]:
        exchange = self._venue.exchange
        if "price" in wish or "liquidation" not in wish:
            exchange.set_price(wish["symbol"], Decimal(str(wish["price"])), _number(wish, "last"))
        if "liquidation" in wish:
            exchange.truth.liquidations[exchange.market(wish["symbol"]).symbol] = Decimal(
                str(wish["liquidation"])
            )
        return {}

    async def _market(self, wish: dict[str, Any]) -> dict[str, Any]:
        exchange, symbol = self._venue.exchange, wish["symbol"]
        if "liquidity" in wish or "clip" in wish:
            exchange.shape(symbol, liquidity=_number(wish, "liquidity"), clip=_number(wish, "clip"))
        if "held" in wish:
            (exchange.hold if wish["held"] else exchange.release)(symbol)
        return {}

    async def _fund(self, wish: dict[str, Any]) -> dict[str, Any]:
        self._venue.exchange.fund(wish["symbol"], Decimal(str(wish["amount"])))
        return {}

    async def _stream(self, wish: dict[str, Any]) -> dict[str, Any]:
        streams = self._venue.streams
        for name in ("silent", "mute", "refusing"):
            if name in wish:
                setattr(streams, name, bool(wish[name]))
        if wish.get("raw") is not None:
            streams.push_raw(str(wish["raw"]))
        if wish.get("expire_listen_keys"):
            self._venue.listen_keys.expire()
        if wish.get("disconnect"):
            await streams.disconnect(abort=wish["disconnect"] == "abort")
        return {"connections": len(streams.connections)}

    async def _acceptance(self, wish: dict[str, Any]) -> dict[str, Any]:
        self._venue.acceptance.seconds = float(wish["seconds"])
        return {}

    async def _limits(self, wish: dict[str, Any]) -> dict[str, Any]:
        return dict(self._venue.limits.change(wish))

    async def _clock(self, wish: dict[str, Any]) -> dict[str, Any]:
        self._venue.clock.skew_ms = int(wish["skew_ms"])
        return {}


def _json_handler(steps: Steps) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            wish = json.loads(await request.text() or "{}", parse_float=Decimal)
            if not isinstance(wish, dict):
                raise TypeError("expected a JSON object")
            return web.json_response(await steps(wish))
        except KeyError as error:
            return web.json_response({"error": f"{error.args[0]} is missing"}, status=400)
        except InvalidOperation:
            return web.json_response({"error": "a quantity or price is not a number"}, status=400)
        except (Refused, TypeError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=400)

    return handle
