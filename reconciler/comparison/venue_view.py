"""The venue side of a comparison: what it is known to hold, merged from its position list and its stream."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from reconciler.comparison.trails import Trails
from verification.facts.account import Part, Position, PositionMode, RestingOrder
from verification.facts.clock import Moment
from verification.facts.errors import SourceError
from verification.facts.leg import LegKey
from verification.facts.observation import Source
from verification.facts.order_scope import EVERYTHING, OrderScope
from verification.facts.prices import Prices
from verification.facts.unread import why_unread
from verification.venues.stream_state import StreamHealth, StreamState


class Grade(StrEnum):
    """What the best known quantity of a leg rests on."""

    PROOF = "proof"  # a row or push (a zero too) whose version is the newest known
    SHOWN = "shown"  # a row or push without a version
    BOUNDED_LAG = "bounded_lag"  # position lists said so often and long enough that lag cannot explain it
    ABSENT = "absent"  # a whole list did not show a leg that no source ever showed


@dataclass(frozen=True, slots=True)
class Lists:
    """Complete position lists, of which ones that come close upon another do not count.

    Attributes:
        reads: How many.
        since: When the first was sent.
        latest: When the last counted one was sent.
    """

    reads: int
    since: Moment
    latest: Moment

    @property
    def seconds(self) -> float:
        """How long they were read over."""
        return self.latest.monotonic - self.since.monotonic


@dataclass(frozen=True, slots=True)
class Contrary:
    """Position lists that say something else than the best known quantity, without being provably newer.

    Attributes:
        quantity: What they say, signed contracts; zero where they leave the leg out.
        lists: The lists that said so without interruption.
        tied: True where they say so of the very version that the best known quantity has: no lag does that.
    """

    quantity: Decimal
    lists: Lists
    tied: bool = False


class LegView(Struct, frozen=True, gc=False):
    """The best known state of one leg.

    Attributes:
        position: What is known of it, whoever said which part of it.
        grade: What its quantity rests on.
        source: Who said that last.
        sent: When the list that said it was sent; None for a push.
        heard: When it was last said, as received here.
        push_epoch: The life of the stream in which it pushed this quantity itself; None if it never did.
        changed: When a change of the quantity reached us; None while it never changed under our eyes.
        contrary: Lists that say something else; None if the last one agrees.
        liquidation_before: Where it would have closed it before its size changed, until a list tells of the
            new one: a hint only.
        grown: When the position was opened or grew under our eyes, as it reached us; None if it never did.
        grown_by: When it last grew at the latest, by the venue's own times, aware UTC; None if not known.
    """

    position: Position
    grade: Grade
    source: Source
    sent: Moment | None
    heard: Moment
    push_epoch: int | None = None
    changed: Moment | None = None
    contrary: Contrary | None = None
    liquidation_before: Decimal | None = None
    grown: Moment | None = None
    grown_by: datetime | None = None

    @property
    def quantity(self) -> Decimal:
        """Signed contracts, long positive."""
        return self.position.quantity

    @property
    def version(self) -> int | None:
        """The venue's order of facts; None if it gives none."""
        return self.position.version

    @property
    def updated_at(self) -> datetime | None:
        """The venue's own time of the last change, aware UTC; None if not given."""
        return self.position.updated_at


@dataclass(frozen=True, slots=True)
class VenueView:
    """Everything known of one account at one moment.

    Attributes:
        account: The account's name in the settings.
        venue: ccxt exchange id.
        mode: One-way or hedge.
        symbols: The symbols the last reading covered; None means all. Only these can be judged.
        legs: Every leg any source ever showed, flat ones too (their versions unmask a late old row).
        listed: When the position list of the last reading was sent; None when it failed.
        lists: The whole lists read so far, by part of the account; "" for those that covered all of it.
        orders: Resting ordinary orders of the symbols covered; None when the read failed.
        conditional_orders: Resting conditional orders of the symbols covered; None when the read failed.
        failures: Why, by part.
        stream: The stream's health then.
        read_at: When the last answer had arrived.
        unnamed: A contract of the last position list under the venue's own id, which may be any leg under
            another name; None if there is none. What such a list leaves out is not known to be gone.
        unread: Parts of the account that the last position list did not cover, each with why.
        parts: The part of each contract that the venue lists, by symbol.
        prices: By symbol, as far as this very reading told them.
        trails: What is remembered of trailing stops.
        orders_sent: When the first request of the last reading left: its orders are no younger.
        scope: Of which symbols that reading asked for orders.
    """

    account: str
    venue: str
    mode: PositionMode
    symbols: frozenset[str] | None
    legs: Mapping[LegKey, LegView]
    listed: Moment | None
    lists: Mapping[str, Lists]
    orders: tuple[RestingOrder, ...] | None
    conditional_orders: tuple[RestingOrder, ...] | None
    failures: Mapping[Part, SourceError]
    stream: StreamHealth
    read_at: Moment
    unnamed: str | None = None
    unread: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    prices: Mapping[str, Prices] = field(default_factory=dict)
    trails: Trails = field(default_factory=Trails)
    orders_sent: Moment | None = None
    scope: OrderScope = EVERYTHING

    def covers(self, symbol: str) -> bool:
        """True when the last reading asked about `symbol`."""
        return self.symbols is None or symbol in self.symbols

    def why_unread(self, symbol: str) -> str | None:
        """Return why a symbol without a row in the last position list is not known; None if it is."""
        return why_unread(self.unread, self.parts, symbol)

    def lists_of(self, symbol: str) -> Lists | None:
        """Return the whole lists that covered a symbol; None before the first."""
        return self.lists.get(self.parts.get(symbol, ""))

    def listed_for(self, symbol: str) -> Moment | None:
        """Return when the last position list was sent; None if it failed or does not cover the symbol."""
        return None if self.why_unread(symbol) is not None else self.listed

    def knows(self, key: LegKey) -> bool:
        """True when the leg's quantity is known now: from a whole list, or kept by a live stream.

        With the position list failed, or read without the leg's part, only the stream's own word of its
        present, unbroken life counts.
        """
        if not self.covers(key.symbol):
            return False
        leg = self.legs.get(key)
        if self.listed_for(key.symbol) is not None and self.unnamed is None:
            return True
        if self.listed is not None and leg is not None and leg.sent == self.listed:
            return True
        stream = self.stream
        return (
            leg is not None
            and leg.push_epoch == stream.epoch
            and stream.state is StreamState.LIVE
            and stream.missed_since is None
        )

    def quantity(self, key: LegKey) -> Decimal | None:
        """Return signed contracts; zero for a leg that a whole list left out; None if not known now."""
        if not self.knows(key):
            return None
        leg = self.legs.get(key)
        return Decimal(0) if leg is None else leg.quantity

    def grade(self, key: LegKey) -> Grade:
        """Return what the quantity of a known leg rests on."""
        leg = self.legs.get(key)
        return Grade.ABSENT if leg is None else leg.grade
