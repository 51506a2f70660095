"""Reads the parts of an account that fail separately: positions, orders, conditional orders."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from verification.budget.rates import Rates
from verification.facts.account import AccountReading, Part, PositionMode, PositionsReading, RestingOrder
from verification.facts.clock import Clock
from verification.facts.errors import OtherThanAsked, SourceError, SymbolRejected
from verification.facts.order_scope import OrderScope
from verification.facts.spell import Spell
from verification.venues.ccxt.asker import Asker
from verification.venues.dialect import Dialect
from verification.venues.port import Access, OrdersWanted
from verification.venues.reading.markets import Markets

T = TypeVar("T")
Orders = tuple[RestingOrder, ...]
Symbols = frozenset[str] | None

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AccountParts:
    """The parts of one account."""

    access: Access
    clock: Clock
    rates: Rates
    markets: Markets
    dialect: Dialect
    others: Spell = field(default_factory=Spell)
    """That the venue answers with other orders than it was asked for."""

    async def read(
        self,
        asker: Asker,
        listed: Callable[[], Awaitable[PositionsReading]],
        mode: PositionMode,
        symbols: Symbols,
        wanted: OrdersWanted | None,
    ) -> AccountReading:
        """Read positions and orders once.

        Args:
            asker: Over which connection.
            listed: Reads the position list.
            mode: The position mode, as last read.
            symbols: Of which symbols; None: of all.
            wanted: Of which symbols orders are asked for; None: of all that are read.
        """
        failed: dict[Part, SourceError] = {}
        positions = orders = conditional = None
        symbols = None if symbols is None else symbols | set(map(self.markets.name_now, symbols))
        scope = self._scope(symbols, wanted)
        held_back, sent = await asker.room(self._weight(scope)), self.clock.now()
        if held_back is not None:
            failed = dict.fromkeys(Part, held_back)
        elif wanted is None or symbols is not None:
            positions, (orders, conditional) = await asyncio.gather(
                _part_of(failed, Part.POSITIONS, listed()), self._orders(asker, failed, scope)
            )
        else:
            # A leg that the list has just brought to light is looked at with its orders.
            positions = await _part_of(failed, Part.POSITIONS, listed())
            scope = self._affordable(wanted(positions))
            orders, conditional = await self._orders(asker, failed, scope)
        if positions is not None and positions.failure is not None:
            failed[Part.POSITIONS] = positions.failure
        return AccountReading(
            account=self.access.account,
            venue=self.access.venue,
            mode=mode,
            symbols=symbols,
            positions=positions if positions is None or symbols is None else positions.of(symbols),
            orders=orders,
            conditional_orders=conditional,
            failures=failed,
            sent=sent,
            received=self.clock.now(),
            renamed=dict(self.markets.renamed),
            unlisted=frozenset(each for each in symbols or () if self.markets.id_of(each) is None),
            scope=scope,
        )

    async def _orders(
        self, asker: Asker, failed: dict[Part, SourceError], scope: OrderScope
    ) -> tuple[Orders | None, Orders | None]:
        dialect = self.dialect
        ordinary = self._by_symbol(dialect.orders, asker, scope.ordinary)
        conditional = self._by_symbol(dialect.conditional_orders, asker, scope.conditional)
        return await asyncio.gather(
            _part_of(failed, Part.ORDERS, ordinary), _part_of(failed, Part.CONDITIONAL_ORDERS, conditional)
        )

    async def _by_symbol(
        self,
        ask: Callable[[Asker, str | None], Awaitable[Orders]],
        asker: Asker,
        symbols: Symbols,
    ) -> Orders:
        """Ask for orders all at once, or symbol by symbol, which costs less for a few.

        A contract that the venue does not know takes none of the others along: the markets are told of it.
        A venue that answers with other orders too is asked for all: of one symbol its answer proves little.

        Raises:
            SourceError: One of the requests failed otherwise.
        """
        if symbols is None:
            return await ask(asker, None)

        async def of(symbol: str) -> Orders:
            try:
                return await ask(asker, symbol)
            except SymbolRejected as error:
                _log.warning("%s", error)
                self.markets.refuse(symbol)
                return ()

        try:
            found = await asyncio.gather(*map(of, self._listed(symbols)))
        except OtherThanAsked as error:
            if self.others.met(self.clock.now()):
                _log.warning("%s; all are asked for", error)
            return tuple(order for order in await ask(asker, None) if order.symbol in symbols)
        return tuple(order for each in found for order in each)

    def _scope(self, symbols: Symbols, wanted: OrdersWanted | None) -> OrderScope:
        """Return of which symbols orders are asked for, as far as that is known before anything is."""
        if wanted is None:
            return OrderScope(symbols, symbols)
        if symbols is None:
            return self._affordable(wanted(None))
        ordinary = wanted(None).ordinary
        return OrderScope(ordinary and ordinary | set(map(self.markets.name_now, ordinary)), symbols)

    def _affordable(self, wanted: OrderScope) -> OrderScope:
        """Return of which symbols orders are asked for: of all where those of each would weigh as much.

        A contract without a name or an id cannot be asked about: only a list of all shows its orders.
        """

        def of(symbols: Symbols) -> Symbols:
            if symbols is None or not self.rates.at_once_from:
                return None
            now = set[str]()
            for symbol in symbols:
                now.add(self.markets.name_now(symbol))
                if len(now) >= self.rates.at_once_from:
                    return None  # there may be thousands more
            return symbols | now if len(self._listed(frozenset(now))) == len(now) else None

        return OrderScope(of(wanted.ordinary), of(wanted.conditional))

    def _weight(self, scope: OrderScope) -> float:
        counts = [
            None if symbols is None else len(self._listed(symbols))
            for symbols in (scope.ordinary, scope.conditional)
        ]
        if counts[0] == counts[1]:
            return self.rates.look_weight(counts[0])
        return self.rates.sweep_weight(counts)

    def _listed(self, symbols: frozenset[str]) -> list[str]:
        """Return the symbols that the venue lists: asking about another would fail the rest."""
        return sorted(each for each in symbols if self.markets.id_of(each) is not None)


async def _part_of(failed: dict[Part, SourceError], part: Part, reading: Awaitable[T]) -> T | None:
    """Return one part of a reading; None with its error in `failed` when it could not be read."""
    try:
        return await reading
    except SourceError as error:
        failed[part] = error
        return None
