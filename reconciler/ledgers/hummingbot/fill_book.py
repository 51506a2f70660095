"""The sum of all fills, kept from read to read: each is read from the database once. Pure.

A bot may have stored hundreds of thousands, and while they are read it cannot commit. So they are taken in
pieces, and after that only what is new; how many there are in all tells whether any came that was not taken.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import islice

from reconciler.ledgers.hummingbot.fill import Fill
from reconciler.ledgers.hummingbot.life import Legs

LATE_MILLISECONDS = 600_000
"""How much older than the newest fill of its symbol one may be that is stored after it."""

NAMED_ORDERS = 20
"""How many orders of one life are told of one by one, the newest."""

_MANY = 10_000

Pair = tuple[str, str]
"""A connector and a symbol."""


class FillBook:
    """What all fills since a time come to, by connector and symbol."""

    def __init__(
        self,
        baseline: Mapping[str, tuple[Decimal, ...]],
        is_own: Callable[[str], bool],
        *,
        since: int,
    ) -> None:
        """Nothing is taken yet.

        Args:
            baseline: What was held before, signed, by symbol.
            is_own: Tells the account's connectors from others.
            since: The time from which on fills are, in milliseconds.
        """
        self.since = since
        self._baseline = dict(baseline)
        self._is_own = is_own
        self._lately: dict[tuple[str, str, str], tuple[Pair, int]] = {}
        self.legs: dict[Pair, Legs] = {}
        self.others: dict[Pair, Legs] = {}
        self.newest: dict[Pair, int] = {}
        self.markets: dict[str, int] = {}
        self.count = 0

    @property
    def wanted(self) -> Iterator[tuple[Pair, int]]:
        """Each symbol, and from which time on its fills are to be read, in milliseconds."""
        return ((pair, max(self.since, self._late(pair))) for pair in self.newest)

    @property
    def unused(self) -> Mapping[str, tuple[Decimal, ...]]:
        """The baseline of symbols that nothing was traded of."""
        return self._baseline

    def skip(self, pair: Pair, count: int, newest: int | None) -> None:
        """Take note of fills of a symbol that are older than what counts."""
        self.count += count
        self.newest.setdefault(pair, self.since)
        if newest is not None:
            self.markets[pair[0]] = max(self.markets.get(pair[0], newest), newest)

    def take(self, fills: Iterable[Fill]) -> None:
        """Add those that are new, oldest first."""
        for fill in fills:
            if fill.key in self._lately:
                continue
            pair = fill.market, fill.symbol
            self._lately[fill.key] = pair, fill.at
            self.count += 1
            self.newest[pair] = max(self.newest.get(pair, fill.at), fill.at)
            self.markets[fill.market] = max(self.markets.get(fill.market, fill.at), fill.at)
            legs = self.of(pair) if self._is_own(fill.market) else self.others.setdefault(pair, Legs())
            legs.note(fill)
        if len(self._lately) > _MANY:
            kept = {key: (pair, at) for key, (pair, at) in self._lately.items() if at >= self._late(pair)}
            self._lately = kept

    def of(self, pair: Pair) -> Legs:
        """Return the legs of a symbol; those of one without fills hold its baseline."""
        legs = self.legs.get(pair)
        if legs is None:
            legs = self.legs[pair] = Legs(self._baseline_of(pair[1]))
        return legs

    def orders(self, since: int) -> list[str]:
        """Return the newest orders of the lives that are lived, and of those that ended after a time."""
        lives = [
            life
            for legs in self.legs.values()
            for leg in legs.of.values()
            for life in (leg.life, *leg.ended)
            if life is leg.life or (life.changed or 0) >= since
        ]
        return [order for life in lives for order in islice(reversed(life.orders), NAMED_ORDERS)]

    def _late(self, pair: Pair) -> int:
        return self.newest[pair] - LATE_MILLISECONDS

    def _baseline_of(self, symbol: str) -> tuple[Decimal, ...]:
        base, _, quote = symbol.partition("-")
        for name in (symbol, f"{base}/{quote}:{quote}", f"{base}/{quote}"):
            if name in self._baseline:
                return self._baseline.pop(name)
        return ()
