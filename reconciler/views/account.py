"""What is known of an account: its sources, its legs, its last sweep."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from verification.facts.leg import Leg
from verification.facts.observation import Source


@dataclass(frozen=True, slots=True)
class SourceView:
    """The state of one source of one account, as the reconciler last wrote it.

    Attributes:
        account: The account.
        source: `websocket`, `order`, `rest`, `ledger:<name>`, or `venue` for what holds of all of it.
        state: `ok`, `stale`, `down`, `unknown`, `unsupported`, `untried` (a venue), `waiting` (our budget).
        last_ok: When it was last known good, aware UTC; None if never.
        detail: One plain line; `at`: when this was written, aware UTC.
    """

    account: str
    source: str
    state: str
    last_ok: datetime | None
    detail: str
    at: datetime


class PositionView(Struct, frozen=True, gc=False):
    """One leg, ledger beside venue.

    Attributes:
        account: The account.
        venue: ccxt exchange id.
        symbol: ccxt unified form.
        leg: Which leg.
        expected: The ledgers' sum, signed contracts; None where no ledger knows the leg.
        expected_low: Least that the bot's own orders in flight allow, signed; None with `expected`.
        expected_high: Most that they allow, signed; None with `expected`.
        ledger_state: opening, open, closing, ...; the ledger's word. Empty where no ledger knows the leg.
        ledgers: The names of the ledgers that know the leg.
        ledger_at: When the ledgers were read, aware UTC; None if they could not be.
        observed: What the venue shows, signed contracts; zero only when seen to be zero or a whole list
            was read without it; None when the venue could not be read.
        observed_by: The source of `observed`; None with it.
        observed_at: When that was so, aware UTC.
        contract_size: Base currency in one contract.
        notional: Unsigned quote value; None if unknown.
        mark_price: Quote per base; None if unknown.
        stop: "none", "idle" (some rest, none acts), "resting", "partial", "software", "unknown", "not needed"
        stop_price: Trigger of the nearest resting stop; None if none.
        verdict: `agree`, `dust` (differs by next to nothing), `in flight`, `differs`, or `unknown`.
        kinds: Kinds of the open alerts of this leg.
        ledger_changed_at: When the ledgers' rows of it last changed, aware UTC; None where that is not known.
        observed_changed_at: When the venue's position last changed, aware UTC; None where that is not known.
        stop_at: When the orders that `stop` rests on were asked for, aware UTC; None where not read.
        entry_price: Its mean entry as the venue tells it, quote per base; None if unknown.
        liquidation_price: Where the venue would close it, quote per base; None where it does not say.
        waits: What a difference waits for until people are told, or what decided it; empty without one.
    """

    account: str
    venue: str
    symbol: str
    leg: Leg
    expected: Decimal | None
    expected_low: Decimal | None
    expected_high: Decimal | None
    ledger_state: str
    ledgers: tuple[str, ...]
    ledger_at: datetime | None
    observed: Decimal | None
    observed_by: Source | None
    observed_at: datetime | None
    contract_size: Decimal | None
    notional: Decimal | None
    mark_price: Decimal | None
    stop: str
    stop_price: Decimal | None
    verdict: str
    kinds: tuple[str, ...]
    ledger_changed_at: datetime | None = None
    observed_changed_at: datetime | None = None
    stop_at: datetime | None = None
    entry_price: Decimal | None = None
    liquidation_price: Decimal | None = None
    waits: str = ""


@dataclass(frozen=True, slots=True)
class LegsView:
    """All legs at one glance: those that somebody should look at, and how many there are of the others.

    Attributes:
        out_of_line: Legs that differ, cannot be read, or whose stop is missing, small, asleep or not seen.
        stops: How many legs there are of each `stop` (see `PositionView`), those that hold nothing too.
        held: Quote value of all that is held and has a price, by quote currency.
        unpriced: How many of the held legs have no price.
    """

    out_of_line: tuple[PositionView, ...] = ()
    stops: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, Decimal] = field(default_factory=dict)
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class CycleView:
    """The last sweep of one account.

    Attributes:
        account: The account.
        venue: ccxt exchange id.
        status: `complete`, `partial` or `blind`.
        matched: Legs on which both sides hold the same.
        legs: Legs compared (the union of both sides).
        unprotected_notional: Quote value of open legs without a covering stop; None if it could not be told.
        finished_at: Aware UTC.
        last_complete_at: When a sweep last saw everything, aware UTC; None if never.
        seconds: How long it took.
        problems: What could not be seen, plain lines.
        in_flight: Legs whose difference the bots' own orders explain, and that are within their time.
    """

    account: str
    venue: str
    status: str
    matched: int
    legs: int
    unprotected_notional: Decimal | None
    finished_at: datetime
    last_complete_at: datetime | None
    seconds: float
    problems: tuple[str, ...]
    in_flight: int = 0
