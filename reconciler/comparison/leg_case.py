"""Everything a comparison has gathered about one leg: words, evidence and screen row are made of it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from msgspec import Struct, structs

from reconciler.comparison.book import Book
from reconciler.comparison.confidence import Confidence
from reconciler.comparison.difference import Difference
from reconciler.comparison.held_since import held_since
from reconciler.comparison.legs import Belief
from reconciler.comparison.protection import Protection
from reconciler.comparison.traded import Traded
from reconciler.comparison.venue_view import LegView, VenueView
from reconciler.comparison.watched_order import WatchedOrder, explains
from reconciler.facts.expectation import Expectation
from reconciler.facts.finding import Kind
from reconciler.facts.wording import size_told
from reconciler.kinds.form.confirmation import Grace, Lasting
from reconciler.kinds.registry import spec_of
from verification.facts.leg import LegKey
from verification.facts.order_fact import OrderFacts


class LegCase(Struct, frozen=True, gc=False):
    """One leg, both sides.

    Attributes:
        key: Which leg.
        view: What is known of the account.
        belief: What the ledgers believe, narrowed by the book.
        stated: What the ledgers believe, as they say it.
        observed: What the venue holds, signed contracts; None if unknown.
        book: The resting orders of the symbol.
        difference: The rule's verdict.
        protection: Its stops.
        ledger_at: When the ledgers were read, aware UTC; None if not told.
        now: The present, aware UTC.
        late: The watched order whose late fill the position may be; None if it is none.
        facts: What the venue said of orders that were asked for, of any leg.
        traded: What the account has traded of the symbol lately, whoever did; None where that is not known.
        agreed: When both sides were last seen to hold the same, aware UTC; None if never.
        alone: Nobody but bots whose ledgers were read, and name all their orders, trades the account.
        watched: Orders of the leg that a verification waits for.
    """

    key: LegKey
    view: VenueView
    belief: Belief
    stated: Belief
    observed: Decimal | None
    book: Book
    difference: Difference
    protection: Protection
    ledger_at: datetime | None
    now: datetime
    late: WatchedOrder | None = None
    facts: OrderFacts = {}
    traded: Traded | None = None
    agreed: datetime | None = None
    alone: bool = False
    watched: tuple[WatchedOrder, ...] = ()

    def with_past(self, watched: Iterable[WatchedOrder]) -> "LegCase":
        """Tell an orphan that may be the late fill of a watched order from one without such a past.

        Beside what a bot knows of it stays a mismatch of quantities, which names the order.
        """
        kind = self.difference.kind
        if kind not in {Kind.ORPHANED_POSITION, Kind.QUANTITY_MISMATCH} or self.observed is None:
            return self
        beyond = self.observed if kind is Kind.ORPHANED_POSITION else self.apart
        late = explains(watched, beyond, self.stated.ended, appeared=self.appeared)
        if late is None or kind is Kind.QUANTITY_MISMATCH:
            return structs.replace(self, late=late)
        reappeared = replace(self.difference, kind=Kind.REAPPEARED_POSITION)
        return structs.replace(self, difference=reappeared, late=late)

    @property
    def leg(self) -> LegView | None:
        """The venue's side; None where no source ever showed the leg."""
        return self.view.legs.get(self.key)

    @property
    def expected(self) -> Decimal:
        """What should be held, signed contracts: what the bots believe.

        Where the venue holds that although their orders have executed more, it is what those make of it.
        """
        return self.belief.shown if self.difference.offset else self.belief.expected

    @property
    def rows(self) -> tuple[Expectation, ...]:
        """The live rows."""
        return tuple(share.row for share in self.belief.shares)

    @property
    def contract_size(self) -> Decimal | None:
        """Base currency in one contract, or quote currency where the symbol is inverse, as words say it.

        None where the venue does not know the symbol, or counts otherwise than the symbol says.
        """
        return size_told(self.belief.market)

    @property
    def appeared(self) -> datetime | None:
        """When the position last changed, by the venue's own time where it gives one, aware UTC."""
        leg = self.leg
        if leg is None or leg.updated_at is not None:
            return None if leg is None else leg.updated_at
        return None if leg.changed is None else leg.changed.utc

    @property
    def price(self) -> Decimal | None:
        """Quote per base: the mark, else the entry; None where the venue never gave one."""
        leg = self.leg
        if leg is None:
            return None
        market = self.belief.market
        size = None if market is None or market.inverse or market.quanto else market.contract_size
        told = leg.position
        if told.mark_price is None and told.notional and told.quantity and size:
            return told.notional / (abs(told.quantity) * size)
        return told.mark_price or told.entry_price

    @property
    def apart(self) -> Decimal:
        """Venue minus what should be held, contracts. An unknown venue is not apart."""
        return Decimal(0) if self.observed is None else self.observed - self.expected

    def value(self, contracts: Decimal) -> Decimal | None:
        """Return the unsigned quote value of contracts; None where price or contract are unknown."""
        market = self.belief.market
        return None if market is None else market.value(contracts, self.price)


def confidence_of(case: LegCase, kind: Kind) -> Confidence:
    """Return how firmly a finding on a leg stands at this look."""
    view, leg = case.view, case.leg
    # Without a list it is the live stream's standing word, which holds until it pushes another.
    looked = view.listed_for(case.key.symbol) or view.read_at
    contested = leg is not None and leg.contrary is not None
    rows = frozenset((row.ledger, row.row_id) for row in case.rows)
    spec = spec_of(kind)
    if isinstance(spec.confirmation, Lasting) and spec.confirmation.grace is Grace.STOP:
        opened = held_since(leg, tuple(share.row for share in case.belief.shares if share.shown != 0))
        grown = None if leg is None else leg.grown
        return Confidence(
            looked, view.grade(case.key), contested=contested, opened=opened, grown=grown, rows=rows
        )
    times: list[datetime | None] = [
        None if leg is None else leg.changed.utc if leg.changed else leg.updated_at
    ]
    times += [row.updated_at for row in (*case.rows, *case.stated.ended)]
    if spec.difference and (case.difference.accounted or case.difference.offset):
        # The bot has had since its order executed to book it; that it wrote meanwhile puts nothing off.
        times = [case.belief.unbooked_since or case.appeared]
    known = [at for at in times if at is not None]
    sure = len(known) == len(times) and max(known) <= case.now
    return Confidence(
        looked=looked,
        grade=view.grade(case.key),
        lagging=case.difference.lagging,
        contested=contested,
        quiet_since=max(known) if sure else None,
        rows=rows,
    )
