"""Views drawn for the tests: a quiet account, alerts of every kind, dead reconcilers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec import structs

from reconciler.alerts.alert import Acknowledgement, Alert, AlertState, Hold, HoldKind
from reconciler.alerts.quiet import Quiet, quiet
from reconciler.facts.finding import Evidence, FindingKey, Kind, Party, Severity
from reconciler.facts.heartbeat import Heartbeat, WatchView
from reconciler.facts.message import MessageView
from reconciler.views.account import CycleView, PositionView, SourceView
from reconciler.views.alert import AlertView, TransitionView
from reconciler.views.latency import LatencyPoint, LatencyView
from reconciler.views.now import NowView
from verification.facts.leg import Leg
from verification.facts.observation import Source

NOW = datetime(2026, 11, 22, 14, 2, 11, tzinfo=UTC)
HOSTILE = '"><img src=x onerror=alert(1)>'


def before(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def beating(age: float = 1.0, *, stopped: bool = False) -> Heartbeat:
    return Heartbeat(at=before(age), interval_seconds=2.0, started_at=before(3600), stopped=stopped)


NEVER = Heartbeat(at=None, interval_seconds=2.0, started_at=None, stopped=False)


def evidence(party: Party, text: str, age: float = 2.0, **data: str) -> Evidence:
    source = {Party.BOT: "mybot", Party.EXCHANGE: "websocket", Party.TRUEUP: "trueup"}[party]
    return Evidence(party=party, source=source, text=text, at=before(age), data=data)


def alert(number: int = 1, kind: Kind = Kind.UNPROTECTED_POSITION, **changes: Any) -> Alert:
    key = FindingKey(kind, "main", changes.pop("symbol", "BTC/USDT:USDT"), changes.pop("leg", Leg.NET))
    drawn = Alert(
        id=number,
        key=key,
        state=AlertState.FIRING,
        severity=Severity.CRITICAL,
        reason="no stop order rests on the exchange",
        expected=Decimal("0.85"),
        observed=Decimal("0.85"),
        exposure=Decimal(81200),
        contract_size=Decimal(1),
        evidence=(
            evidence(Party.BOT, "trade 12 is open, long 0.85", 3),
            evidence(Party.EXCHANGE, "position long 0.85, no conditional order", 1),
        ),
        first_seen=before(192),
        fired_at=before(190),
        last_seen=before(1),
        recovering_since=None,
        resolved_at=None,
        acknowledgement=None,
        count=12,
        version=3,
    )
    return replace(drawn, **changes)


def acknowledged(drawn: Alert, by: str = "ann", note: str = "setting a stop") -> Alert:
    given = Acknowledgement(
        by=by,
        at=before(60),
        note=note,
        until=NOW + timedelta(minutes=14),
        severity=drawn.severity,
        exposure=drawn.exposure,
    )
    return replace(drawn, state=AlertState.ACKNOWLEDGED, acknowledgement=given)


def hold(
    drawn: Alert, kind: HoldKind, until: datetime | None = None, *, by: str = "ann", note: str = "later"
) -> Hold:
    return Hold(
        kind=kind,
        by=by,
        at=before(60),
        note=note,
        until=until or NOW + timedelta(minutes=14),
        severity=drawn.severity,
        exposure=drawn.exposure,
        surplus=drawn.surplus if kind is HoldKind.INTENDED else None,
    )


def quieted(drawn: Alert) -> Quiet:
    found = quiet([drawn], [], now=NOW)
    return found[drawn.id]


def message(channel: str = "phone", why: str = "first", **changes: Any) -> MessageView:
    at = before(188)
    drawn = MessageView(channel, why, "NEW CRITICAL", "BTC/USDT:USDT has no stop", at, at, 1, "taken")
    return replace(drawn, **changes)


def cycle(**changes: Any) -> CycleView:
    drawn = CycleView(
        account="main",
        venue="binanceusdm",
        status="complete",
        matched=43,
        legs=43,
        unprotected_notional=Decimal(0),
        finished_at=before(4),
        last_complete_at=before(4),
        seconds=0.8,
        problems=(),
    )
    return replace(drawn, **changes)


def source(name: str = "websocket", state: str = "ok", **changes: Any) -> SourceView:
    drawn = SourceView(account="main", source=name, state=state, last_ok=before(1), detail="", at=before(1))
    return replace(drawn, **changes)


def watch(heartbeat: Heartbeat, account: str = "main") -> WatchView:
    return WatchView(account, None if heartbeat.stopped else "web-1 4711", heartbeat)


def view(*, heartbeat: Heartbeat | None = None, **changes: Any) -> NowView:
    """Everything of one account; its `heartbeat` is a second old unless another one is given."""
    drawn = NowView(
        read_at=NOW,
        watches=(watch(heartbeat or beating()),),
        cycles=(cycle(),),
        sources=(source(), source("rest"), source("ledger:mybot")),
        alerts=(),
        resolved=(),
        p95_ms={Source.WEBSOCKET: 12.0, Source.ORDER: 310.0, Source.REST: 3200.0},
    )
    return replace(drawn, **changes)


def leg(**changes: Any) -> PositionView:
    drawn = PositionView(
        account="main",
        venue="binanceusdm",
        symbol="AVL/USDT:USDT",
        leg=Leg.NET,
        expected=Decimal(43),
        expected_low=Decimal(43),
        expected_high=Decimal(43),
        ledger_state="open",
        ledgers=("mybot",),
        ledger_at=before(3),
        observed=Decimal(43),
        observed_by=Source.WEBSOCKET,
        observed_at=before(1),
        contract_size=Decimal(1),
        notional=Decimal(940),
        mark_price=Decimal("0.21"),
        stop="resting",
        stop_price=Decimal("0.19"),
        verdict="agree",
        kinds=(),
        stop_at=before(5),
    )
    return structs.replace(drawn, **changes)


def history(drawn: Alert) -> AlertView:
    change = TransitionView(
        at=before(190),
        before=AlertState.PENDING,
        after=AlertState.FIRING,
        action="confirmed",
        actor="trueup",
        origin="reconciler",
        reason="seen twice, 2 s apart",
        severity=drawn.severity,
    )
    steps = ("Open the position on the exchange.", "Place a reduce-only stop.", "Look at the bot's log.")
    return AlertView(alert=drawn, transitions=(change,), steps=steps)


def point(minute: int, p50: float = 10.0) -> LatencyPoint:
    at = NOW.replace(second=0) - timedelta(hours=1) + timedelta(minutes=minute)
    return LatencyPoint(at=at, count=5, p50_ms=p50, p95_ms=p50 * 3, p99_ms=p50 * 5, max_ms=p50 * 6)


def latency(name: Source = Source.WEBSOCKET, measure: str = "visibility_lag", **changes: Any) -> LatencyView:
    drawn = LatencyView(
        account="",
        source=name,
        measure=measure,
        points=tuple(point(minute) for minute in range(60)),
        total=point(0),
        distribution=((1.0, 3), (10.0, 200), (100.0, 90), (1000.0, 7)),
        negative=2,
    )
    return replace(drawn, **changes)
