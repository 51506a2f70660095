"""What a push proves by itself: a position that no bot knows, before the venue is asked about it; pure."""

from collections.abc import Collection, Container, Iterable

from reconciler.comparison.legs import GONE
from reconciler.comparison.outcome import Comparison
from reconciler.facts.expectation import Expectation
from reconciler.facts.finding import Finding
from reconciler.kinds.registry import spec_of
from verification.facts.account import AccountReading, Part, PositionMode
from verification.facts.clock import Moment
from verification.facts.errors import NotAsked
from verification.facts.leg import Leg, LegKey
from verification.venues.port import Venue


def not_asked(venue: Venue, symbols: frozenset[str], now: Moment) -> AccountReading:
    """Return the reading of some symbols of which the venue was asked nothing: no part of it is known."""
    why = NotAsked("not asked yet: the stream has just shown this")
    account = venue.access.account
    failed = dict.fromkeys(Part, why)
    return AccountReading(
        account, venue.access.venue, venue.mode, symbols, None, None, None, failed, sent=now, received=now
    )


def all_known(
    held: Collection[LegKey],
    rows: Iterable[Expectation],
    mode: PositionMode,
    watched: Container[LegKey],
) -> bool:
    """Return True where a live row claims each of these legs, so that a comparison finds no stranger on any.

    Args:
        held: The legs that pushes show to be held.
        rows: Every row of every ledger.
        mode: How rows make legs.
        watched: Legs on which an order may fill late: it would be a stranger beside the row.
    """
    symbols = {key.symbol for key in held}
    claimed = {
        (row.symbol, Leg.NET if mode is PositionMode.ONE_WAY else Leg(row.direction.value))
        for row in rows
        if row.symbol in symbols and row.state not in GONE and not row.expected == row.expected_high == 0
    }
    return all((key.symbol, key.leg) in claimed and key not in watched for key in held)


def strangers(comparison: Comparison) -> tuple[Finding, ...]:
    """Return the findings that a push proves by itself: a position is there, and no row of a bot is about it.

    All else that differs may be a bot that has not written yet what it did, or a push that is yet to come.
    """
    return tuple(each for each in comparison.findings if spec_of(each.kind).unknown_to_bot)
