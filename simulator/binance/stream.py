"""Binance's sockets: the user stream, opened with a listen key, and the market streams."""

import json
from collections.abc import Callable
from typing import Any

from simulator.binance.listen_keys import ListenKeys
from simulator.binance.pushes import listen_key_expired, market_message, pushes_of
from simulator.engine.effect import Effect, PriceChanged
from simulator.engine.truth import Truth
from simulator.serving.connection import Connection
from simulator.serving.push import Push
from simulator.serving.streams import Message, Streams


class BinanceStream:
    """Speaks Binance's protocol of sockets."""

    def __init__(self, truth: Truth, keys: ListenKeys) -> None:
        self._truth = truth
        self._keys = keys

    def opened(self, connection: Connection) -> None:
        """Note the listen key in the address."""
        key = connection.request.query.get("listenKey")
        tail = connection.request.path.rsplit("/", 1)[-1]
        if key is None and self._keys.in_force(tail):
            key = tail
        connection.listen_key = key

    def pong(self, _connection: Connection, _text: str) -> Message | None:
        """Return None: Binance's pings are frames of the protocol."""
        return None

    def heard(self, connection: Connection, text: str) -> list[Message]:
        """Follow a command and return what to answer."""
        try:
            command = json.loads(text)
        except ValueError:
            command = None
        if not isinstance(command, dict):
            return [{"error": {"code": 3, "msg": "Invalid JSON: expected a command"}}]
        topics = [str(topic) for topic in command.get("params") or ()]
        answers: list[Message] = [{"result": None, "id": command.get("id")}]
        if command.get("method") == "SUBSCRIBE":
            connection.topics.update(topics)
            answers += self._of_market(topics)
        elif command.get("method") == "UNSUBSCRIBE":
            connection.topics.difference_update(topics)
        return answers

    def _of_market(self, topics: list[str]) -> list[Message]:
        found = (market_message(self._truth, topic) for topic in topics)
        return [message for message in found if message is not None]

    def private(self, connection: Connection) -> bool:
        """Tell whether a socket was opened with a listen key in force."""
        return connection.listen_key is not None and self._keys.in_force(connection.listen_key)

    def subscribed(self, _connection: Connection, _push: Push) -> bool:
        """Return True: a user stream is sent everything."""
        return True

    def pushes(self, effect: Effect) -> list[Push]:
        """Return the account's events that an effect causes."""
        return pushes_of(self._truth, effect)

    def market(self, connection: Connection, effect: Effect) -> list[Message]:
        """Return a moved price to those who follow it."""
        if not isinstance(effect, PriceChanged):
            return []
        name = self._truth.markets.find(effect.symbol).id.lower()
        return self._of_market([topic for topic in connection.topics if topic.startswith(f"{name}@")])


def tell_expiry(truth: Truth, streams: Streams) -> Callable[[str], None]:
    """Return what tells the user streams of a listen key that it has expired."""

    def expired(key: str) -> None:
        message: dict[str, Any] = listen_key_expired(truth, key).message
        for connection in streams.connections:
            if connection.listen_key == key:
                streams.send(connection, message)

    return expired
