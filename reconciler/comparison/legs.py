"""What all bots of an account together believe about one leg: the sum of their rows, in signed contracts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from reconciler.comparison.book import Book
from reconciler.expectation import Direction, Expectation, ExpectationState
from verification.account import Market, PositionMode
from verification.leg import Leg, LegKey

_GONE = frozenset({ExpectationState.CLOSED, ExpectationState.FAILED})
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Share:
    """One row's part of a leg, signed contracts; `low <= expected <= high` in signed order.

    Attributes:
        row: The row.
        expected: What it says.
        low: Least (most negative) that its orders in flight allow.
        high: Most that they allow.
        exactness: How far its number may be off because of how it was stored, contracts.
    """

    row: Expectation
    expected: Decimal
    low: Decimal
    high: Decimal
    exactness: Decimal


@dataclass(frozen=True, slots=True)
class Belief:
    """One leg as the ledgers see it together.

    Attributes:
        key: Which leg.
        shares: The live rows.
        ended: Rows lately closed or failed, for the reason of what is found.
        market: What one contract is; None where the venue does not know the symbol.
    """

    key: LegKey
    shares: tuple[Share, ...]
    ended: tuple[Expectation, ...]
    market: Market | None

    @property
    def expected(self) -> Decimal:
        """Sum of the rows, signed contracts."""
        return sum((share.expected for share in self.shares), _ZERO)

    @property
    def low(self) -> Decimal:
        """Least that the orders in flight allow, signed."""
        return sum((share.low for share in self.shares), _ZERO)

    @property
    def high(self) -> Decimal:
        """Most that the orders in flight allow, signed."""
        return sum((share.high for share in self.shares), _ZERO)

    @property
    def sure(self) -> bool:
        """True when no live row waits for an order of its own: what is expected is all that may be held."""
        return self.low == self.high

    @property
    def blank(self) -> bool:
        """True when no live row claims, or may come to claim, anything by its own words."""
        return all(share.row.expected == share.row.expected_high == 0 for share in self.shares)

    @property
    def tolerance(self) -> Decimal:
        """Largest difference that is none, contracts: a lot step; with whole lots only rounding."""
        exactness = sum((share.exactness for share in self.shares), _ZERO)
        step = self.market.lot_step if self.market is not None else _ZERO
        if step >= 1:
            return min(exactness, step / 2)
        return max(step, exactness)


def beliefs(
    expectations: Iterable[Expectation], *, account: str, markets: Mapping[str, Market], mode: PositionMode
) -> dict[LegKey, Belief]:
    """Group rows by leg: by direction in hedge mode, netted in one-way mode.

    Rows of a symbol the venue does not know keep their own unit; such a leg has no market and is not judged.
    """
    rows: dict[LegKey, list[Expectation]] = {}
    for row in expectations:
        leg = Leg.NET if mode is PositionMode.ONE_WAY else Leg(row.direction.value)
        rows.setdefault(LegKey(account, row.symbol, leg), []).append(row)
    grouped: dict[LegKey, Belief] = {}
    for key, of_leg in rows.items():
        of_leg.sort(key=lambda row: (row.ledger, row.row_id))
        market = markets.get(key.symbol)
        grouped[key] = Belief(
            key=key,
            shares=tuple(_share(row, market) for row in of_leg if row.state not in _GONE),
            ended=tuple(row for row in of_leg if row.state in _GONE),
            market=market,
        )
    return grouped


def nothing(key: LegKey, market: Market | None) -> Belief:
    """Return the belief of ledgers that have no row for the leg."""
    return Belief(key, (), (), market)


def _share(row: Expectation, market: Market | None) -> Share:
    factor = Decimal(1)
    if row.unit_size is not None and market is not None:
        factor = row.unit_size / market.contract_size
    sign = row.direction.sign
    ends = sorted((sign * row.expected_low * factor, sign * row.expected_high * factor))
    exactness = _ZERO if row.step is None else row.step * factor / 2
    return Share(row, sign * row.expected * factor, ends[0], ends[1], exactness)


def narrowed(belief: Belief, book: Book) -> Belief:
    """Take back what the rows' orders in flight allow, as far as they rest untouched at the venue.

    A ledger must allow for a stop or an entry that executed unseen. The venue's book shows whether one did:
    an order that rests whole has moved nothing.
    """
    return replace(belief, shares=tuple(_narrowed(share, book) for share in belief.shares))


def _narrowed(share: Share, book: Book) -> Share:
    row = share.row
    closing = row.state is ExpectationState.CLOSING
    exits_rest = (
        book.newest_untouched(row.exit_order_ids) if closing else book.none_touched(row.exit_order_ids)
    )
    stops_rest = book.stops_untouched(row.stop_order_ids)
    # Without an order in flight that is known by its id the book shows nothing about the row.
    cannot_shrink = stops_rest and exits_rest and (closing or bool(row.stop_order_ids))
    cannot_grow = row.entry_resting_since is not None and book.newest_untouched(row.entry_order_ids)
    low, high = share.low, share.high
    if row.direction is Direction.LONG:
        low = share.expected if cannot_shrink else low
        high = share.expected if cannot_grow else high
    else:
        low = share.expected if cannot_grow else low
        high = share.expected if cannot_shrink else high
    return replace(share, low=low, high=high)
