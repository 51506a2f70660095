"""A suspicion is of the trades that it was found on: when others have taken their place, it starts anew."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from typing_extensions import override

from reconciler.account.look import Look
from reconciler.account.watch import AccountWatch, Rules
from reconciler.comparison.confidence import Confidence
from reconciler.comparison.confirmation import Suspicion, judge
from reconciler.comparison.patience import ConfirmationSettings
from reconciler.comparison.venue_view import Grade
from reconciler.facts.expectation import Expectation, LedgerReading
from reconciler.facts.finding import Finding, Kind, Severity
from tests.reconciler.accounts import MARKETS, SYMBOL, at, reading, row
from tests.verification.scripted_venue import ScriptedVenue
from tests.virtual_time import ThreadlessLoop, VirtualClock, run
from verification.facts.account import AccountReading, Fill
from verification.facts.clock import Clock
from verification.facts.leg import Leg
from verification.facts.prices import Prices

OLD, NEW, BOTH = frozenset({("bot", "1")}), frozenset({("bot", "2")}), frozenset({("bot", "1"), ("bot", "2")})


def _found(
    kind: Kind, second: float, past: Suspicion | None, rows: frozenset[tuple[str, str]]
) -> tuple[Suspicion, bool]:
    finding = Finding(kind, "main", SYMBOL, Leg.NET, Severity.CRITICAL, "because", Decimal(43), Decimal(0))
    confidence = Confidence(at(second), Grade.PROOF, rows=rows)
    suspicion, confirmed, _ = judge(past, finding, confidence, ConfirmationSettings(), now=at(second))
    return suspicion, confirmed


@pytest.mark.parametrize("kind", [Kind.PHANTOM_POSITION, Kind.QUANTITY_MISMATCH, Kind.UNPROTECTED_POSITION])
@pytest.mark.parametrize(
    ("rows", "at_once"), [(OLD, True), (BOTH, True), (NEW, False)], ids=["the same", "one more", "another"]
)
def test_only_a_suspicion_of_the_same_trades_lends_its_age(
    kind: Kind, rows: frozenset[tuple[str, str]], *, at_once: bool
) -> None:
    past, confirmed = _found(kind, 0, None, OLD)
    assert not confirmed
    _, confirmed = _found(kind, 400, past, rows)
    assert confirmed is at_once


class Written:
    """A ledger whose rows are what they are set to."""

    name = "bot"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.rows: tuple[Expectation, ...] = ()

    def read(self) -> LedgerReading:
        return LedgerReading("bot", self.rows, self._clock.now(), None)

    def version(self) -> object:
        return self.rows


class Empty(ScriptedVenue):
    """A venue that holds nothing, and whose lists fail after the first."""

    lists = 1

    @override
    async def read(self, symbols: frozenset[str] | None = None) -> AccountReading:
        self.markets = MARKETS
        now = self.clock.now()
        told = reading([] if self.lists else None, symbols=symbols)
        self.lists -= bool(self.lists)
        positions = None if told.positions is None else replace(told.positions, sent=now, received=now)
        return replace(told, positions=positions, sent=now, received=now)

    @override
    async def read_fills(self, symbol: str, since: datetime) -> tuple[Fill, ...]:
        return ()

    @override
    async def read_prices(self, symbols: frozenset[str]) -> Mapping[str, Prices]:
        return {}


def test_a_row_written_before_its_fill_is_no_phantom_because_an_earlier_one_was() -> None:
    """The list without the leg was read once, and proved nothing: the suspicion of the old row is pending."""

    async def story() -> list[Look]:
        clock = VirtualClock()
        venue, ledger = Empty(clock), Written(clock)
        watch = AccountWatch(venue, [ledger], Rules(), clock)
        looks = []
        for rows, lists, wait in (
            ((row("43"),), 1, 2.0),
            ((), 0, 60.0),
            ((row("43", row_id="2"),), 1, 30.0),
            ((row("43", row_id="2"),), 1, 0.0),
        ):
            ledger.rows, venue.lists = rows, lists
            looks.append(await watch.look())
            await clock.sleep(wait)
        watch.close()
        return looks

    told = [
        [(each.finding.kind, each.confirmed) for each in look.judged]
        for look in run(story(), ThreadlessLoop())
    ]
    phantom = Kind.PHANTOM_POSITION
    assert told == [[(phantom, False)], [], [(phantom, False)], [(phantom, True)]]
