"""Market facts of a venue, exact, and the way from its own ids to unified symbols."""

from collections.abc import Mapping
from typing import Any

from verification.facts.account import Market
from verification.facts.leg import Leg, LegKey
from verification.venues.capabilities import RowRules
from verification.venues.reading.listing import Listing, PartOf, listing_of

GONE_AFTER = 2
"""Lists in a row without a contract after which it counts as delisted: one list may have been cut."""


class Markets:
    """The contracts of one venue as one account knows them: from the list, and from what turned up since.

    Attributes:
        by_symbol: Facts of every contract that is listed with its steps, by symbol.
        unknown: Ids that turned up and are not listed.
        renamed: What has another name by now: ids that have been learnt, and symbols of contracts that the
            venue calls something else since. To the present symbol.
        keys: Legs that were asked for, by account, id and leg; anew with each list. Who reads a push
            looks there first, for a verdict waits for each call.
    """

    def __init__(
        self,
        part_of: PartOf,
        rules: RowRules = RowRules(),  # noqa: B008 - frozen
    ) -> None:
        """Nothing is known yet.

        Args:
            part_of: Names the part of the position lists that shows a ccxt market.
            rules: How the venue counts contracts, where ccxt does not tell.
        """
        self._part_of = part_of
        self._rules = rules
        self.parts: Mapping[str, str] = {}
        self.by_symbol: Mapping[str, Market] = {}
        self.unknown: set[str] = set()
        self.renamed: dict[str, str] = {}
        self._by_id: Mapping[str, str] = {}
        self._ids: Mapping[str, str] = {}
        self._gone: dict[str, str] = {}
        self._missed: dict[str, int] = {}
        self.keys: dict[tuple[str, str, Leg], LegKey] = {}

    @property
    def missing(self) -> bool:
        """True while the last list lacked a contract that is not given up yet."""
        return bool(self._missed)

    def fill(self, exchange: Any) -> tuple[str, ...]:
        """Take the markets that a ccxt exchange has loaded; return what has changed since, plain lines.

        Raises:
            SourceMalformed: There are none, or a size or step is not exact. Then all stays as it was.
        """
        return self.take(listing_of(exchange, self._part_of, self._rules))

    def take(self, listing: Listing) -> tuple[str, ...]:
        """Take a list that was read for everybody; return what has changed since, plain lines.

        It is kept as it is, and what this account alone knows beside it.
        """
        by_id, by_symbol, told = self._keep_missing(listing)
        told += [*self._rename(by_id), *self._resized(by_symbol)]
        names = listing.ids if by_id is listing.symbols else {name: each for each, name in by_id.items()}
        self._by_id, self._ids, self.by_symbol, self.keys = by_id, names, by_symbol, {}
        # What was held in a contract that is gone is still somewhere.
        gone = {each: part for each, part in self.parts.items() if each not in listing.parts}
        self.parts = {**gone, **listing.parts} if gone else listing.parts
        self._gone = {each: name for each, name in self._gone.items() if name not in self._ids}
        self.unknown -= by_id.keys()
        return tuple(told)

    def _keep_missing(self, listing: Listing) -> tuple[Mapping[str, str], Mapping[str, Market], list[str]]:
        """Keep what this list lacks for the first time; give up, and tell of, what it lacks again."""
        told: list[str] = []
        missed: dict[str, int] = {}
        kept: dict[str, str] = {}
        for market_id, symbol in self._by_id.items():
            if market_id in listing.symbols:
                continue
            times = self._missed.get(market_id, 0) + 1
            if times < GONE_AFTER and symbol not in listing.facts:
                missed[market_id] = times
                kept[market_id] = symbol
            else:
                self._gone[market_id] = symbol
                told.append(f"{symbol} is not listed any more")
        self._missed = missed
        if not kept:
            return listing.symbols, listing.facts, told
        facts = {symbol: self.by_symbol[symbol] for symbol in kept.values() if symbol in self.by_symbol}
        return {**listing.symbols, **kept}, {**listing.facts, **facts}, told

    def _rename(self, by_id: Mapping[str, str]) -> list[str]:
        names = frozenset(by_id.values())
        fresh = {each: by_id[each] for each in self.unknown if each in by_id}
        fresh |= {
            old: by_id[market_id]
            for market_id, old in self._by_id.items()
            if market_id in by_id and by_id[market_id] != old and old not in names
        }
        followed = {old: fresh.get(name, name) for old, name in self.renamed.items()}
        # A name that is in use again means what is called so now.
        self.renamed = {old: name for old, name in (followed | fresh).items() if old not in names}
        return [f"{old} is called {name} now" for old, name in sorted(fresh.items())]

    def _resized(self, by_symbol: Mapping[str, Market]) -> list[str]:
        return [
            f"a contract of {symbol} is {now.contract_size} now and was {before.contract_size}"
            for symbol, now in sorted(by_symbol.items())
            if (before := self.by_symbol.get(symbol)) and before.contract_size != now.contract_size
        ]

    def symbol_of(self, market_id: str) -> str:
        """Return the unified symbol of a venue's id.

        An id that is not listed (a contract younger than our list) stands for itself, so that nothing held in
        it is lost, and is remembered in `unknown`. One that was delisted meanwhile keeps the name it had.
        """
        symbol = self._by_id.get(market_id) or self._gone.get(market_id)
        if symbol is None:
            self.unknown.add(market_id)
            return market_id
        return symbol

    def key_of(self, account: str, market_id: str, which: Leg) -> LegKey:
        """Return the leg of a contract by the venue's id; see `symbol_of` for one that is not listed."""
        place = (account, market_id, which)
        key = self.keys.get(place)
        if key is None:
            key = LegKey(account, self.symbol_of(market_id), which)
            if key.named:
                self.keys[place] = key
        return key

    def refuse(self, symbol: str) -> None:
        """Take note that the venue has said it knows no such contract, until the list is read again."""
        self._ids = {each: market_id for each, market_id in self._ids.items() if each != symbol}
        self.by_symbol = {each: market for each, market in self.by_symbol.items() if each != symbol}

    def name_now(self, symbol: str) -> str:
        """Return the symbol of what was once called `symbol`: an id learnt since, or another name."""
        return self.renamed.get(symbol, symbol)

    def id_of(self, symbol: str) -> str | None:
        """Return the venue's id of a symbol; None if the venue does not list it."""
        return symbol if symbol in self.unknown else self._ids.get(symbol)
