"""What all bots of an account together believe about one leg: the sum of their rows, in signed contracts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType

from reconciler.comparison.book import Book
from reconciler.comparison.executions import NOTHING, Executions, Unbooked, executions
from reconciler.facts.expectation import Expectation, ExpectationState
from verification.facts.account import Market, PositionMode
from verification.facts.clock import Moment
from verification.facts.leg import Leg, LegKey
from verification.facts.order_fact import OrderFacts, OrderRef
from verification.facts.slices import Effort, Slices, at_once

GONE = frozenset({ExpectationState.CLOSED, ExpectationState.FAILED})
"""States of a row that claims nothing any more."""
_ZERO = Decimal(0)
_EVER = datetime.min.replace(tzinfo=UTC)
_FLOAT = Decimal("1E-12")
"""By what share of itself a number may miss because a bot kept it as a float, and added some of them up."""


@dataclass(frozen=True, slots=True)
class Share:
    """One row's part of a leg, signed contracts; `low <= expected <= high` in signed order.

    Attributes:
        row: The row.
        expected: What it says.
        low: Least (most negative) that its orders in flight allow.
        high: Most that they allow.
        factor: Contracts in one unit of the row.
        done: What its orders have done that it does not say.
    """

    row: Expectation
    expected: Decimal
    low: Decimal
    high: Decimal
    factor: Decimal
    done: Executions = NOTHING

    @property
    def shown(self) -> Decimal:
        """What would be held of it were all booked that the venue shows of its orders, signed contracts."""
        return self.expected + self.done.net


@dataclass(frozen=True, slots=True)
class Belief:
    """One leg as the ledgers see it together.

    Attributes:
        key: Which leg.
        shares: The live rows, oldest first.
        ended: Rows lately closed or failed, oldest first, for the reason of what is found.
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
    def shown(self) -> Decimal:
        """What would be held were all booked that the venue shows of the rows' orders, signed contracts."""
        return sum((share.shown for share in self.shares), _ZERO)

    @property
    def unbooked(self) -> tuple[Unbooked, ...]:
        """What the venue shows executed and the rows do not say."""
        return tuple(each for share in self.shares for each in share.done.unbooked)

    @property
    def unbooked_since(self) -> datetime | None:
        """The venue's time of the oldest of it, aware UTC; None if it is not told of each."""
        times = [each.at for each in self.unbooked]
        known = [at for at in times if at is not None]
        return min(known) if known and len(known) == len(times) else None

    @property
    def unsure(self) -> bool:
        """True when what an order of a row has executed is not known."""
        return any(share.done.may_add or share.done.may_take for share in self.shares)

    @property
    def wanted(self) -> tuple[OrderRef, ...]:
        """The orders whose own word would tell more."""
        return tuple(ref for share in self.shares for ref in share.done.wanted)

    @property
    def way(self) -> int:
        """1 where all rows that hold or may come to hold something are long, -1 for short, else 0."""
        ways = {share.row.direction.sign for share in self.shares if share.row.expected_high > 0}
        return ways.pop() if len(ways) == 1 else 0

    @property
    def lot(self) -> Decimal:
        """Contracts below which a difference is rounding: a lot of the market as it is now.

        What a row was rounded to says what its bot sent, which the venue shows as exactly. It counts only
        where the market tells no step, and then the finest of the rows: roundings do not add up to a lot.
        """
        if self.market is not None and self.market.lot_step > 0:
            return self.market.lot_step
        steps = [share.row.step * share.factor for share in self.shares if share.row.step]
        return min(steps, default=_ZERO)

    def is_of(self, rows: list[Expectation]) -> bool:
        """True where it was made of just these rows, which are sorted by their age."""
        if len(rows) != len(self.shares) + len(self.ended):
            return False
        live, ended = iter(self.shares), iter(self.ended)
        mine = (next(ended, None) if row.state in GONE else _row_of(next(live, None)) for row in rows)
        return all(one is row or one == row for one, row in zip(mine, rows, strict=True))

    def same(self, one: Decimal, other: Decimal) -> bool:
        """True when two quantities, in contracts, differ by less than a lot. A lot is a position.

        One that a float has worn down (0.09999999999999999 of 0.1) is a lot still.
        """
        worn = max(abs(one), abs(other)) * _FLOAT
        return one == other or abs(one - other) < self.lot - worn

    def within(self, quantity: Decimal) -> bool:
        """True when the orders in flight allow a signed quantity, but for rounding."""
        return self.low <= quantity <= self.high or any(
            self.same(quantity, end) for end in (self.low, self.high)
        )


_UNKNOWN: Mapping[LegKey, Belief] = MappingProxyType({})


def beliefs_in_slices(
    expectations: Iterable[Expectation],
    *,
    account: str,
    markets: Mapping[str, Market],
    mode: PositionMode,
    known: Mapping[LegKey, Belief] = _UNKNOWN,
) -> Slices[dict[LegKey, Belief]]:
    """Group rows by leg, in slices: by direction in hedge mode, netted in one-way mode.

    Rows of a symbol the venue does not know keep their own unit; such a leg has no market and is not judged.

    Args:
        expectations: The rows, in any order.
        account: Whose.
        markets: Market facts by symbol.
        mode: One-way or hedge.
        known: What is known from before. A belief of which no row has changed is the same object again.
    """
    rows: dict[LegKey, list[Expectation]] = {}
    effort = Effort()
    for row in expectations:
        leg = Leg.NET if mode is PositionMode.ONE_WAY else Leg(row.direction.value)
        rows.setdefault(LegKey(account, row.symbol, leg), []).append(row)
        if effort.spent(glanced=True):
            yield
    grouped: dict[LegKey, Belief] = {}
    for key, of_leg in rows.items():
        if len(of_leg) > 1:
            of_leg.sort(key=age)
        market, before = markets.get(key.symbol), known.get(key)
        stays = before is not None and before.market is market and before.is_of(of_leg)
        grouped[key] = before if before is not None and stays else _belief(key, of_leg, market)
        if effort.spent(glanced=stays):
            yield
    return grouped


beliefs = at_once(beliefs_in_slices)
"""The same, for whoever may wait for all of it."""


def _belief(key: LegKey, rows: list[Expectation], market: Market | None) -> Belief:
    return Belief(
        key=key,
        shares=tuple(_share(row, market) for row in rows if row.state not in GONE),
        ended=tuple(row for row in rows if row.state in GONE),
        market=market,
    )


def age(row: Expectation) -> tuple[bool, datetime, str, bool, int, str]:
    """Return what sorts rows from old to new: their times, and where those are equal their ids as numbers.

    A row that tells no time comes first: nothing shows that it is young.
    """
    at = row.opened_at or row.updated_at
    number = int(row.row_id) if row.row_id.isascii() and row.row_id.isdecimal() else 0
    return at is not None, at or _EVER, row.ledger, number > 0, number, row.row_id


def nothing(key: LegKey, market: Market | None) -> Belief:
    """Return the belief of ledgers that have no row for the leg."""
    return Belief(key, (), (), market)


def _row_of(share: Share | None) -> Expectation | None:
    return None if share is None else share.row


def _share(row: Expectation, market: Market | None) -> Share:
    factor = Decimal(1)
    if row.unit_size is not None and market is not None:
        factor = row.unit_size / market.contract_size
    sign = row.direction.sign
    ends = sorted((sign * row.expected_low * factor, sign * row.expected_high * factor))
    return Share(row, sign * row.expected * factor, ends[0], ends[1], factor)


def narrowed(belief: Belief, book: Book, facts: OrderFacts, read_at: Moment) -> Belief:
    """Take what the rows' orders in flight allow back to what the venue shows of them.

    Args:
        belief: What the ledgers believe, as they say it.
        book: The resting orders of the symbol.
        facts: What orders that were asked for have said.
        read_at: When the book had been read.
    """
    lot = belief.lot

    def each(share: Share) -> Share:
        done = executions(share.row, factor=share.factor, lot=lot, book=book, facts=facts, read_at=read_at)
        sign = share.row.direction.sign
        held = sign * (share.expected + done.net)
        # Exits of unknown fate take at most what there is: bots send them reduce-only.
        least = min(held, max(held - done.may_take, _ZERO))
        ends = sorted((sign * least, sign * (held + done.may_add)))
        return replace(share, low=ends[0], high=ends[1], done=done)

    return replace(belief, shares=tuple(each(share) for share in belief.shares))
