"""What holds for every leg of one comparison."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.comparison.book import RestingBooks
from reconciler.comparison.outcome import CompareSettings
from reconciler.comparison.traded import Trades
from reconciler.comparison.venue_view import VenueView
from reconciler.comparison.watched_order import WatchedOrder
from verification.facts.account import PositionMode
from verification.facts.clock import Moment
from verification.facts.leg import LegKey
from verification.facts.order_fact import OrderFacts


@dataclass(frozen=True, slots=True)
class Scope:
    """See the arguments of `compare`; `missing` is told in `unseen.missing`."""

    view: VenueView
    books: RestingBooks
    settings: CompareSettings
    stop_ledgers: frozenset[str]
    ledgers_complete: bool
    ledger_at: datetime | None
    moving: frozenset[str]
    mode: PositionMode
    now: datetime
    watched: Mapping[LegKey, tuple[WatchedOrder, ...]]
    stepped: Moment | None
    missing: tuple[str, ...] = ()
    facts: OrderFacts = field(default_factory=dict)
    trades: Trades = field(default_factory=dict)
    agreed: Mapping[LegKey, datetime] = field(default_factory=dict)
    alone: bool = False
