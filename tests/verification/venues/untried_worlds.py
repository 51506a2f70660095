"""A small account on each venue without a dialect, as its documentation writes it: long three, an order.

The answers are made by hand after the venues' documentation and stand in `untried_worlds.json`.
"""

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

HELD = "3"
"""What each account holds, contracts; and an order of 2 for it rests, of which nothing has executed."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What is answered where method and path fit and the request holds a text."""

    path: str
    body: Any
    method: str = "GET"
    has: str = ""

    def fits(self, method: str, path: str, said: str) -> bool:
        return self.method == method and fnmatchcase(path, f"*{self.path}") and self.has in said


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """One venue.

    Attributes:
        venue: ccxt exchange id.
        symbol: The contract that is held.
        options: What ccxt would otherwise ask first.
        given: What else ccxt's constructor needs beside a key.
        orders_by_symbol: True where the orders of this contract are listed for it alone.
        positions: The answer that lists them; `orders`, `order` and `trades` are the like.
        others: What else is answered: markets, mode, time.
        telling: Keys whose value says what is held or what an order does: another value is another word.
    """

    venue: str
    symbol: str
    options: dict[str, Any]
    positions: Answer
    orders: Answer
    order: Answer
    trades: Answer | None
    others: tuple[Answer, ...]
    telling: frozenset[str]
    given: dict[str, Any]
    orders_by_symbol: bool


def _world(venue: str, told: dict[str, Any]) -> World:
    trades = told["trades"]
    return World(
        venue=venue,
        symbol=told["symbol"],
        options=told["options"],
        positions=Answer(**told["positions"]),
        orders=Answer(**told["orders"]),
        order=Answer(**told["order"]),
        trades=None if trades is None else Answer(**trades),
        others=tuple(Answer(**each) for each in told["others"]),
        telling=frozenset(told["telling"]),
        given=told.get("given", {}),
        orders_by_symbol=told.get("orders_by_symbol", False),
    )


WORLDS = tuple(
    _world(venue, told) for venue, told in json.loads(Path(__file__).with_suffix(".json").read_text()).items()
)
