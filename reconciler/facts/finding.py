"""What a comparison or a health check found: a kind, where, how bad, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from verification.facts.leg import Leg


class Kind(StrEnum):
    """Discrepancies (the two sides differ) and blindnesses (one side cannot be seen).

    What is said and decided of each stands in its file in `reconciler/kinds/`.
    """

    UNVERIFIED_OPEN = "unverified_open"
    ORPHANED_POSITION = "orphaned_position"
    REAPPEARED_POSITION = "reappeared_position"
    PHANTOM_POSITION = "phantom_position"
    QUANTITY_MISMATCH = "quantity_mismatch"
    SIDE_MISMATCH = "side_mismatch"
    UNPROTECTED_POSITION = "unprotected_position"
    DUPLICATE_ROWS = "duplicate_rows"
    UNLISTED_SYMBOL = "unlisted_symbol"
    STUCK_OPENING = "stuck_opening"
    STUCK_CLOSING = "stuck_closing"
    DANGLING_ORDER = "dangling_order"
    FOREIGN_WRITER = "foreign_writer"
    SOURCES_DISAGREE = "sources_disagree"
    SOURCE_DOWN = "source_down"
    SOURCE_STALE = "source_stale"
    CREDENTIALS_REJECTED = "credentials_rejected"
    LEDGER_UNREADABLE = "ledger_unreadable"
    WRONG_LEDGER = "wrong_ledger"
    LEDGER_STALE = "ledger_stale"
    LOOK_FAILED = "look_failed"
    BOT_SILENT = "bot_silent"
    CLOCK_SKEW = "clock_skew"
    NOTIFIER_FAILED = "notifier_failed"
    RECONCILER_STALLED = "reconciler_stalled"


class Severity(StrEnum):
    """How bad it is. `rank` orders them."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info, 2 for critical."""
        return list(Severity).index(self)


class Party(StrEnum):
    """Whose word a piece of evidence is."""

    BOT = "bot"
    EXCHANGE = "exchange"
    TRUEUP = "trueup"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact that a finding rests on, as a person reads it.

    Attributes:
        party: Whose word it is.
        source: Where it was read: a ledger's name; websocket, order, rest (the position list), orders,
            conditional_orders; verification.
        text: One plain line.
        at: When it was so, aware UTC: of an event (a trade, an order that executed) its own time; of a state
            (a row, a position, what rests) when it was read and still so.
        data: Further exact values by name, as strings. `changed_at`: since when a state is so.
    """

    party: Party
    source: str
    text: str
    at: datetime | None
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not agree, or cannot be seen.

    Attributes:
        kind: What it is.
        account: The account's name in the settings.
        symbol: ccxt unified form; for a blindness what cannot be seen (`websocket`, a ledger's name)
            or what failed (`looks`).
        leg: Which leg; NET for a blindness.
        severity: How bad.
        expected: What the bot believes, signed contracts; None where it does not apply.
        observed: What the venue shows, signed contracts; None where it does not apply.
        exposure: Unsigned quote value at risk; None if not computable.
        reason: One plain sentence: why this was found.
        evidence: What it rests on, both sides.
        contract_size: Base currency in one contract, for display; None where it does not apply.
    """

    kind: Kind
    account: str
    symbol: str
    leg: Leg
    severity: Severity
    reason: str
    expected: Decimal | None = None
    observed: Decimal | None = None
    exposure: Decimal | None = None
    evidence: tuple[Evidence, ...] = ()
    contract_size: Decimal | None = None

    @property
    def identity(self) -> "FindingKey":
        """What makes it the same condition next time."""
        return FindingKey(self.kind, self.account, self.symbol, self.leg)


@dataclass(frozen=True, slots=True, order=True)
class FindingKey:
    """The identity of a condition. Severity, sizes and prices are not in it."""

    kind: Kind
    account: str
    symbol: str
    leg: Leg
