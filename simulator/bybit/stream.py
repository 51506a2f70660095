"""Bybit's sockets: the private one, signed in to and subscribed by topic, and the public tickers."""

import json
from typing import Any

from simulator.bybit.context import Context
from simulator.bybit.errors import ApiError
from simulator.bybit.market_data import ticker
from simulator.bybit.pushes import pushes_of
from simulator.bybit.signing import check_auth
from simulator.engine.effect import Effect, PriceChanged
from simulator.serving.connection import Connection
from simulator.serving.push import Push
from simulator.serving.streams import Message

PRIVATE = "/v5/private"
CONNECTION = "simulated"


class BybitStream:
    """Speaks Bybit's protocol of sockets."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def opened(self, connection: Connection) -> None:
        """Do nothing: who a socket belongs to is said by `auth`."""

    def pong(self, connection: Connection, text: str) -> Message | None:
        """Return the answer to a ping, which is a command like any other."""
        command = _command(text)
        if command is None or command.get("op") != "ping":
            return None
        told = {"conn_id": CONNECTION, "req_id": str(command.get("req_id", ""))}
        if _is_private(connection):
            return {**told, "op": "pong", "args": [str(self._context.exchange.clock.ms())]}
        return {**told, "success": True, "ret_msg": "pong", "op": "ping"}

    def heard(self, connection: Connection, text: str) -> list[Message]:
        """Follow a command and return what to answer."""
        command = _command(text)
        if command is None:
            return [_answer({}, "error:invalid json")]
        arguments = [str(each) for each in command.get("args") or ()]
        match command.get("op"):
            case "auth":
                return [self._auth(connection, command, arguments)]
            case "subscribe":
                if _is_private(connection) and not connection.authenticated:
                    return [_answer(command, "Request not authorized")]
                connection.topics.update(arguments)
                shown = [] if _is_private(connection) else self._tickers(arguments)
                return [_answer(command), *shown]
            case "unsubscribe":
                connection.topics.difference_update(arguments)
                return [_answer(command)]
            case _:
                return [_answer(command, "error:invalid op")]

    def _auth(self, connection: Connection, command: Message, arguments: list[str]) -> Message:
        try:
            check_auth(arguments, self._context.credentials, self._context.exchange.clock.ms())
        except ApiError as error:
            return _answer(command, error.text)
        connection.authenticated = True
        return _answer(command)

    def private(self, connection: Connection) -> bool:
        """Tell whether a socket has signed in and asked for something."""
        return connection.authenticated and bool(connection.topics)

    def subscribed(self, connection: Connection, push: Push) -> bool:
        """Tell whether a socket has subscribed to an event's topic."""
        return push.event in connection.topics

    def pushes(self, effect: Effect) -> list[Push]:
        """Return the account's events that an effect causes."""
        return pushes_of(self._context.exchange, effect)

    def market(self, connection: Connection, effect: Effect) -> list[Message]:
        """Return a moved price to those who follow it."""
        if not isinstance(effect, PriceChanged):
            return []
        topic = f"tickers.{self._context.exchange.market(effect.symbol).id}"
        return self._tickers([topic]) if topic in connection.topics else []

    def _tickers(self, topics: list[str]) -> list[Message]:
        now = self._context.exchange.clock.ms()
        markets = {f"tickers.{market.id}": market for market in self._context.truth.markets}
        return [
            {"topic": topic, "type": "snapshot", "data": ticker(markets[topic]), "cs": now, "ts": now}
            for topic in topics
            if topic in markets
        ]


def _is_private(connection: Connection) -> bool:
    return connection.request.path.endswith(PRIVATE)


def _command(text: str) -> dict[str, Any] | None:
    try:
        command = json.loads(text)
    except ValueError:
        return None
    return command if isinstance(command, dict) else None


def _answer(command: Message, wrong: str = "") -> Message:
    return {
        "success": not wrong,
        "ret_msg": wrong,
        "conn_id": CONNECTION,
        "req_id": str(command.get("req_id", "")),
        "op": str(command.get("op", "")),
    }
