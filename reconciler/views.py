"""What screens and the command line are given: frozen values, ready to show. No row or session crosses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.quiet import Quiet, Window
from reconciler.facts.finding import Evidence, Severity
from reconciler.facts.heartbeat import WatchView
from reconciler.facts.message import ChannelView, MessageView
from reconciler.facts.silence import Silence
from verification.facts.leg import Leg, LegKey
from verification.facts.observation import Source


@dataclass(frozen=True, slots=True)
class TransitionView:
    """One change in the life of an alert.

    Attributes:
        at: Aware UTC.
        before: None for the first; `after`: the state it led to.
        action: What happened: found, confirmed, worsened, acknowledged, expired, clear, recovered, ...
        actor: Who or what did it, a person's name or `trueup`; `origin`: from where, reconciler, cli, ...
        reason: Why, one plain sentence; a person's note where a person did it.
        severity: The severity then.
        evidence: What the change rested on.
    """

    at: datetime
    before: AlertState | None
    after: AlertState
    action: str
    actor: str
    origin: str
    reason: str
    severity: Severity
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangesView:
    """How far the history of all alerts has come.

    Attributes:
        newest: The number of the newest change; 0 before the first.
        shown: True when a change since the last question is of an alert that people are told of.
    """

    newest: int
    shown: bool


@dataclass(frozen=True, slots=True)
class AlertView:
    """One alert, its history, and what a person can do.

    Attributes:
        alert: The alert.
        transitions: Its history, oldest first.
        steps: What to do about it, the most urgent first.
        messages: The messages that told of it, oldest first.
        quiet: By what it is quiet; None where it is not.
        silenced: Who has silenced it in the Alertmanager; None for nobody.
    """

    alert: Alert
    transitions: tuple[TransitionView, ...]
    steps: tuple[str, ...]
    messages: tuple[MessageView, ...] = ()
    quiet: Quiet | None = None
    silenced: Silence | None = None


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


@dataclass(frozen=True, slots=True)
class PositionView:
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


@dataclass(frozen=True, slots=True)
class NowView:
    """Everything the first page and the strip on every page need, from one consistent read.

    Attributes:
        read_at: Aware UTC; ages are counted from it.
        watches: Who watches each account, by its name.
        cycles: The last sweep of each account.
        sources: The state of each source.
        alerts: Open alerts but pending ones, worst first.
        resolved: The latest that are over, resolved or retired, newest first (a few).
        p95_ms: 95th percentile of visibility lag by source over the last hour, milliseconds.
        unreadable: A line for each stored row of these that cannot be read, and is missing in them.
        channels: How the channels fare on which people are told, by their names.
        quiet: By what an open alert is quiet, by its number; the others are not.
        windows: The maintenance windows that are open.
    """

    read_at: datetime
    watches: tuple[WatchView, ...]
    cycles: tuple[CycleView, ...]
    sources: tuple[SourceView, ...]
    alerts: tuple[Alert, ...]
    resolved: tuple[Alert, ...]
    p95_ms: dict[Source, float]
    unreadable: tuple[str, ...] = ()
    channels: tuple[ChannelView, ...] = ()
    quiet: Mapping[int, Quiet] = field(default_factory=dict)
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class LatencyPoint:
    """One bucket of one series.

    Attributes:
        at: Start of the bucket, aware UTC.
        count: Samples in it.
        p50_ms: Milliseconds.
        p95_ms: Milliseconds.
        p99_ms: Milliseconds.
        max_ms: Milliseconds.
    """

    at: datetime
    count: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float


@dataclass(frozen=True, slots=True)
class LatencyView:
    """Latency of one source over a period.

    Attributes:
        account: The account; empty for all of them merged.
        source: Which source.
        measure: `visibility_lag` (fill to first shown) or `request_time` (sent to received).
        points: At most 600, oldest first.
        total: All samples of the period in one.
        distribution: (upper bound in milliseconds, count) of log-spaced buckets, ascending; each reaches down
            to the bound before it, and the lowest to zero.
        negative: Samples that came out negative (clock error), clamped to zero and counted, never hidden.
    """

    account: str
    source: Source
    measure: str
    points: tuple[LatencyPoint, ...]
    total: LatencyPoint | None
    distribution: tuple[tuple[float, int], ...]
    negative: int


@dataclass(frozen=True, slots=True)
class VerificationView:
    """One stored verification.

    Attributes:
        id: Its row.
        account: The account.
        symbol: ccxt unified form.
        leg: Which leg.
        question: `open` or `close`.
        asked_by: `bot` (the library inside it) or `sidecar`.
        verdict: confirmed, partial, mismatch, refuted, unknown; or resting: the order rests, with nothing
            executed or with a part so far, and the answer waits for it.
        grade: `proof`, `bounded_lag`, or empty for unknown.
        mismatch: side, excess or still_open; empty otherwise.
        decided_by: Which source decided; None for unknown.
        asked_at: Aware UTC.
        milliseconds: From question to verdict.
        reason: One plain sentence.
        order_id: The order asked about; empty if unknown.
    """

    id: int
    account: str
    symbol: str
    leg: Leg
    question: str
    asked_by: str
    verdict: str
    grade: str
    mismatch: str
    decided_by: Source | None
    asked_at: datetime
    milliseconds: float
    reason: str
    order_id: str

    @property
    def key(self) -> LegKey:
        """The leg asked about."""
        return LegKey(self.account, self.symbol, self.leg)
