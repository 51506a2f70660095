"""What a comparison leaves for the next one: a leg of which nothing has changed is not judged anew; pure.

Only legs on which both sides agree, and of which nothing is found, said or wanted. What time alone may change
is never kept: a grace, an entry that works, a trailing stop, an answer that ages.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from reconciler.comparison.book import Book, RestingBooks
from reconciler.comparison.difference import Difference, LegVerdict
from reconciler.comparison.legs import Belief
from reconciler.comparison.protection import Protection, StopState
from reconciler.comparison.venue_view import LegView, VenueView
from reconciler.facts.expectation import Expectation
from reconciler.views.account import PositionView
from verification.facts.account import Market, Position, PositionMode, RestingOrder
from verification.facts.leg import Leg, LegKey
from verification.facts.observation import Source
from verification.facts.prices import Prices

COVERED = frozenset({StopState.NOT_NEEDED, StopState.RESTING, StopState.SOFTWARE})
"""The states of stops in which nothing of a leg is without one that should have one."""


class Frame(NamedTuple):
    """What holds for every leg, and each judgement rests on."""

    settings: object
    mode: PositionMode
    stop_ledgers: frozenset[str]
    ledgers_complete: bool
    orders_read: bool
    conditional_read: bool
    alone: bool


class Shown(NamedTuple):
    """What a venue shows of one leg, as far as a judgement rests on it."""

    position: Position | None
    source: Source | None
    changed: object
    liquidation_before: Decimal | None
    prices: Prices | None

    @classmethod
    def of(cls, leg: LegView | None, prices: Prices | None) -> "Shown":
        """Return what is shown of a leg, and the prices of its contract."""
        if leg is None:
            return _NOT_SHOWN
        return cls(leg.position, leg.source, leg.changed, leg.liquidation_before, prices)

    def still(self, leg: LegView | None, prices: Prices | None) -> bool:
        """True where the same is shown of the leg now."""
        if leg is None:
            return self == _NOT_SHOWN
        return (
            (self.position is leg.position or self.position == leg.position)
            and self.source is leg.source
            and (self.changed is leg.changed or self.changed == leg.changed)
            and self.liquidation_before == leg.liquidation_before
            and (self.prices is prices or self.prices == prices)
        )


_NOT_SHOWN = Shown(None, None, None, None, None)


class Calm(Struct, frozen=True, gc=False):
    """A leg as it was judged.

    Attributes:
        frame: What held for every leg then.
        stated: What the ledgers believed.
        belief: The same, narrowed by the book.
        book: The resting orders of its symbol.
        observed: What the venue held, signed contracts.
        shown: What else it showed.
        difference: The verdict: they agree.
        protection: Its stops.
        row: For the screens.
        before: As it was judged before nothing but prices moved; None where it was judged so.
    """

    frame: Frame
    stated: Belief
    belief: Belief
    book: Book
    observed: Decimal
    shown: Shown
    difference: Difference
    protection: Protection
    row: PositionView
    before: "Calm | None" = None

    @property
    def judgement(self) -> "Calm":
        """The leg as it was judged in full: the same while nothing but its prices moves."""
        return self.before or self

    def agrees(self, frame: Frame, stated: Belief, book: Book, observed: Decimal | None) -> bool:
        """True where both sides say what they said then: they agree, for the same reasons."""
        return (
            self.stated is stated
            and (self.observed is observed or self.observed == observed)
            and self.frame is frame
            and (self.book is book or self.book == book)
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of an account.

    Attributes:
        frame: What held for every leg of the last comparison; None before the first.
        rows: The rows whose beliefs are all kept, compared by identity; None where they are not.
        markets: The market facts that those beliefs go by.
        beliefs: What the ledgers believe, by leg.
        lists: The lists of orders that are sorted in `books`, compared by identity.
        books: The resting orders of the account; None where it was looked at in part.
        legs: Those that can be taken as they were judged.
        order: The legs that either side named in the last comparison of the whole account, sorted.
    """

    frame: Frame | None = None
    rows: tuple[Expectation, ...] | None = None
    markets: Mapping[str, Market] = field(default_factory=dict)
    beliefs: Mapping[LegKey, Belief] = field(default_factory=dict)
    lists: tuple[tuple[RestingOrder, ...] | None, tuple[RestingOrder, ...] | None] = (None, None)
    books: RestingBooks | None = None
    legs: Mapping[LegKey, Calm] = field(default_factory=dict)
    order: tuple[LegKey, ...] = ()

    def fits(self, rows: tuple[Expectation, ...], markets: Mapping[str, Market], mode: PositionMode) -> bool:
        """True where the beliefs that are kept are all that these rows say."""
        same = self.rows is rows and self.markets is markets
        return same and self.frame is not None and self.frame.mode is mode

    def stop_ledgers(self, rows: tuple[Expectation, ...]) -> frozenset[str]:
        """Return the ledgers whose bots keep stops, by these rows; none where that is not kept."""
        return self.frame.stop_ledgers if self.frame is not None and self.rows is rows else frozenset()

    def renewed(
        self,
        *,
        frame: Frame,
        rows: tuple[Expectation, ...],
        markets: Mapping[str, Market],
        stated: Mapping[LegKey, Belief],
        view: VenueView,
        books: RestingBooks,
    ) -> "Kept":
        """Return what is kept after another comparison, of all or of some symbols, but for its legs."""
        if view.symbols is None:
            return Kept(frame, rows, markets, stated, (view.orders, view.conditional_orders), books)
        if self.fits(rows, markets, frame.mode):
            return Kept(frame, rows, markets, self.beliefs, self.lists, self.books)
        beliefs = dict(self.beliefs)
        for key in legs_of(view.account, view.symbols):
            beliefs.pop(key, None)
        beliefs.update(stated)
        return Kept(frame, None, markets, beliefs, self.lists, self.books)

    def framed(self, frame: Frame) -> Frame:
        """Return the frame that is kept where it is the same: it is compared by identity then."""
        return self.frame if self.frame is not None and self.frame == frame else frame


NOTHING_KEPT = Kept()


def is_sound(view: VenueView) -> bool:
    """True where a view is of a list that names and covers all that it was asked for."""
    return view.listed is not None and view.unnamed is None and not view.unread and not view.failures


def stays_calm(leg: LegView | None, book: Book) -> bool:
    """True where no memory and no second opinion has a part in how the leg is judged."""
    orders = (*(book.ordinary or {}).values(), *(book.conditional or {}).values())
    return is_undisputed(leg) and all(order.trailing is None for order in orders)


def is_undisputed(leg: LegView | None) -> bool:
    """True where no list contradicts what is known of a leg, and nothing that belongs to it trails."""
    return leg is None or (leg.contrary is None and leg.position.trailing is None)


def is_calm(verdict: LegVerdict, belief: Belief, stops: Protection) -> bool:
    """True where both sides agree on a leg, and nothing of its stops is missing or in doubt."""
    return (
        verdict is LegVerdict.AGREE
        and belief.market is not None
        and stops.state in COVERED
        and stops.entry_since is None
        and not (stops.unsure or stops.perhaps or stops.uncovered)
    )


def legs_of(account: str, symbols: Collection[str]) -> list[LegKey]:
    """Return every leg that symbols may have."""
    return [LegKey(account, symbol, leg) for symbol in symbols for leg in Leg]


Times: TypeAlias = tuple[datetime | None, datetime | None, datetime | None]
"""When what a row says was last seen: in the ledgers, at the venue, and of its stop; aware UTC."""

Worth: TypeAlias = tuple[Decimal | None, Decimal | None, Decimal | None]
"""What the prices of the venue make of a leg, and they: its value, its mark, where it would be liquidated."""


def times_of(row: PositionView) -> Times:
    """Return the times of a row."""
    return row.ledger_at, row.observed_at, row.stop_at


def worth_of(row: PositionView) -> Worth:
    """Return the prices of a row."""
    return row.notional, row.mark_price, row.liquidation_price


def shown_again(row: PositionView, times: Times, worth: Worth) -> PositionView:
    """Return a row that is as it was but for its times and prices."""
    ledger_at, observed_at, stop_at = times
    notional, mark_price, liquidation_price = worth
    # `replace` looks each field up by its name: of ten thousand rows it takes a good part of a look.
    return PositionView(
        row.account,
        row.venue,
        row.symbol,
        row.leg,
        row.expected,
        row.expected_low,
        row.expected_high,
        row.ledger_state,
        row.ledgers,
        ledger_at,
        row.observed,
        row.observed_by,
        observed_at,
        row.contract_size,
        notional,
        mark_price,
        row.stop,
        row.stop_price,
        row.verdict,
        row.kinds,
        row.ledger_changed_at,
        row.observed_changed_at,
        stop_at,
        row.entry_price,
        liquidation_price,
    )
