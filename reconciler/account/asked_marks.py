"""Asks for the mark of what no position list has told of: what only a bot books has a value, too."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from reconciler.comparison.outcome import Comparison
from reconciler.facts.finding import Finding, Kind
from verification.budget.purpose import waiting_at_most
from verification.facts.clock import Clock, Moment
from verification.facts.errors import SourceError
from verification.venues.port import Venue

_log = logging.getLogger(__name__)

_MOST = 5
"""Symbols asked for at one look; the others stay without a value until a later one."""
_PATIENCE = 2.0  # seconds: a value holds no alert up
_ROOM = 0.3  # seconds that are waited for room in the budget
_RENEWED = 60.0  # seconds after which a mark is asked for again, told or not
_STANDS = 600.0  # seconds for which one is gone by where no newer one is told
_KEPT = 200  # symbols


class AskedMarks:
    """Marks that were asked for, from look to look, so that a question that fails takes no value away."""

    def __init__(self, venue: Venue, clock: Clock) -> None:
        """Nothing has been asked yet."""
        self._venue = venue
        self._clock = clock
        self._asked: dict[str, Moment] = {}
        self._marks: dict[str, tuple[Decimal, Moment]] = {}

    async def valued(self, comparison: Comparison) -> Comparison:
        """Return the comparison with the values of those phantoms that only a price was missing for.

        Nothing is raised: what cannot be asked for has no value, and whoever shows it says so.
        """
        lacking = frozenset(each.symbol for each in comparison.findings if self._lacks_a_price(each))
        if not lacking:
            return comparison
        await self._ask(lacking)
        findings = tuple(
            replace(each, exposure=self._value(each, self._mark(each.symbol)))
            if each.symbol in lacking and self._lacks_a_price(each)
            else each
            for each in comparison.findings
        )
        return replace(comparison, findings=findings)

    def _lacks_a_price(self, finding: Finding) -> bool:
        is_phantom = finding.kind is Kind.PHANTOM_POSITION and finding.exposure is None
        return is_phantom and self._value(finding, Decimal(1)) is not None

    def _value(self, finding: Finding, mark: Decimal | None) -> Decimal | None:
        market = self._venue.markets.get(finding.symbol)
        if market is None or finding.expected is None or finding.observed is None:
            return None
        return market.value(finding.observed - finding.expected, mark)

    async def _ask(self, lacking: frozenset[str]) -> None:
        now = self._clock.now()
        due = [symbol for symbol in sorted(lacking) if self._is_due(symbol, now)]
        due = sorted(due, key=lambda symbol: symbol in self._asked)[:_MOST]
        if not due:
            return
        for symbol in due:
            self._asked.pop(symbol, None)
            self._asked[symbol] = now  # put last: the first is forgotten first
        for symbol in list(self._asked)[: max(0, len(self._asked) - _KEPT)]:
            del self._asked[symbol]
            self._marks.pop(symbol, None)
        try:
            told = await asyncio.wait_for(self._read(frozenset(due)), _PATIENCE)
        except (SourceError, TimeoutError) as error:
            _log.info("prices of %s: %s", ", ".join(due), str(error) or "not told in time")
            return
        at = self._clock.now()
        self._marks |= {symbol: (mark, at) for symbol, mark in told.items() if symbol in self._asked}

    async def _read(self, symbols: frozenset[str]) -> Mapping[str, Decimal]:
        with waiting_at_most(_ROOM):
            prices = await self._venue.read_prices(symbols)
        return {symbol: each.mark for symbol, each in prices.items() if each.mark is not None}

    def _mark(self, symbol: str) -> Decimal | None:
        mark, at = self._marks.get(symbol, (None, None))
        is_over = at is None or self._clock.now().monotonic - at.monotonic > _STANDS
        return None if is_over else mark

    def _is_due(self, symbol: str, now: Moment) -> bool:
        asked = self._asked.get(symbol)
        return asked is None or now.monotonic - asked.monotonic >= _RENEWED
