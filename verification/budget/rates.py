"""How a venue counts requests: what each weighs, how much it takes, and how it says that it was too much."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

LISTS_EVERY = 600.0
"""How old the lists of all orders of an account at rest may become, seconds, where they weigh."""

_OF_ONE = {"symbol": "any"}


@dataclass(frozen=True, slots=True)
class Limit:
    """One counter of a venue.

    Attributes:
        most: Weight that it takes within its window, from everybody whom it counts together.
        window: Seconds.
        ours: The part of it that all our accounts and clients use together at most.
    """

    most: float
    window: float = 60.0
    ours: float = 1 / 5


@dataclass(frozen=True, slots=True)
class Weight:
    """What one kind of request weighs.

    Attributes:
        method: HTTP method.
        path: Path of the request's address, without the query.
        address: Weight by which the address is counted.
        without: A parameter, and the weight of a request that does not have it; None if that is the same.
        user: Weight by which the user is counted, for this path alone; 0 where users are not counted.
    """

    method: str
    path: str
    address: float
    without: tuple[str, float] | None = None
    user: float = 0.0


@dataclass(frozen=True, slots=True)
class Rates:
    """How a venue counts requests.

    Attributes:
        name: The venue's name, for people.
        address: What it takes from one address; None where that is not documented: ccxt's own pace and costs
            stand in for it.
        weights: What its requests weigh.
        usual: What a request weighs that is not among them.
        look: The requests of one look at an account, each by method and path; empty where that is not known.
            The first lists the positions; the others list orders, of one symbol each or of all.
        user: What it takes from one user for one path; None where users are not counted.
        used: The header of an answer that tells the weight which the address has used, the bot's own
            requests included; empty where there is none.
        left: The headers that tell what a user may still ask of this path, and of how many; None if none.
        until: The header that tells when a user may go on, in milliseconds since 1970; empty where there is
            none.
        pauses: By HTTP status that asks us to wait: the least wait in seconds where no time is told with it.
        pause_words: By such a status: what must be in its text, in small letters, for it has other meanings.
        address_codes: Error codes that ask the address to wait.
        user_codes: Error codes that ask the user to wait with this path.
    """

    name: str = ""
    address: Limit | None = None
    weights: tuple[Weight, ...] = ()
    usual: float = 1.0
    look: tuple[tuple[str, str], ...] = ()
    user: Limit | None = None
    used: str = ""
    left: tuple[str, str] | None = None
    until: str = ""
    pauses: Mapping[int, float] = field(default_factory=lambda: {429: 1.0, 418: 120.0})
    pause_words: Mapping[int, str] = field(default_factory=dict)
    address_codes: frozenset[str] = frozenset()
    user_codes: frozenset[str] = frozenset()

    def weight(self, method: str, path: str, parameters: Mapping[str, Any]) -> tuple[float, float]:
        """Return what a request weighs, for the address and for the user."""
        for each in self.weights:
            if each.method == method and each.path == path:
                if each.without is not None and parameters.get(each.without[0]) is None:
                    return each.without[1], each.user
                return each.address, each.user
        return self.usual, 0.0

    def look_weight(self, symbols: int | None = None) -> float:
        """Return what a look at so many symbols weighs for the address; None: at the whole account."""
        return self.sweep_weight((symbols,) * len(self.look[1:]))

    def sweep_weight(self, symbols: Sequence[int | None]) -> float:
        """Return what a look weighs that asks for orders of so many symbols, list by list.

        Args:
            symbols: A number for each list of orders, in their order; None: of all symbols at once.
        """
        lists = sum(self.weight(*request, {})[0] for request in self.look[:1])
        return lists + sum(
            self.weight(*request, {})[0] if count is None else self.weight(*request, _OF_ONE)[0] * count
            for request, count in zip(self.look[1:], symbols, strict=True)
        )

    def rest_weight(self, symbols: int) -> float:
        """Return what a sweep weighs that finds nothing new, of an account with orders on so many symbols."""
        if not self.at_once_from:
            return self.look_weight()
        return self.sweep_weight((0, *(symbols,) * (len(self.look) - 2)))

    @property
    def at_once_from(self) -> int:
        """From how many symbols on all orders at once weigh no more than those of each; 0: always."""
        weights = [(self.weight(*each, {})[0], self.weight(*each, _OF_ONE)[0]) for each in self.look[1:]]
        return min((math.ceil(whole / one) for whole, one in weights if whole > one), default=0)

    def refuses(self, status: int, code: str | None, body: str) -> bool:
        """Return True of an answer that asks everybody on the address to wait."""
        if code in self.address_codes or code in self.user_codes:
            return code in self.address_codes
        return status in self.pauses and self.pause_words.get(status, "") in body.lower()
