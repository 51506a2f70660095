"""How a venue counts requests: what each weighs, how much it takes, and how it says that it was too much."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


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
        lists, orders = self.look[:1], self.look[1:]
        scope = {} if symbols is None else {"symbol": "any"}
        each = sum(self.weight(*request, scope)[0] for request in orders)
        return sum(self.weight(*request, {})[0] for request in lists) + each * (
            1 if symbols is None else symbols
        )

    def refuses(self, status: int, code: str | None, body: str) -> bool:
        """Return True of an answer that asks everybody on the address to wait."""
        if code in self.address_codes or code in self.user_codes:
            return code in self.address_codes
        return status in self.pauses and self.pause_words.get(status, "") in body.lower()
