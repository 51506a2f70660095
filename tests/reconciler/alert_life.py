"""Draws the life of an alert: short words for what is learned, one step a line."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.policy import (
    Acknowledge,
    AlertSettings,
    Clear,
    Close,
    Decision,
    Detected,
    Earlier,
    Event,
    Expire,
    Intend,
    Note,
    Retire,
    Snooze,
    Unknown,
    decide,
)
from reconciler.alerts.said import Said
from reconciler.facts.finding import Evidence, Finding, Kind, Party, Severity
from verification.facts.leg import Leg

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SEEN_FLAT = (Evidence(Party.EXCHANGE, "rest", "both sides hold 43", NOON, {"quantity": "43"}),)


SAID: dict[str, tuple[type[Said], str]] = {
    "ack": (Acknowledge, "on it"),
    "snooze": (Snooze, "later"),
    "intend": (Intend, "mine"),
    "close": (Close, "known"),
    "note": (Note, "looked"),
}
"""What ann says, and with which note."""


def after(minutes: float) -> datetime:
    """Minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def finding(
    *,
    severity: Severity = Severity.WARNING,
    exposure: Decimal | None = Decimal(1000),
    kind: Kind = Kind.ORPHANED_POSITION,
    account: str = "main",
    symbol: str = "AVL/USDT:USDT",
    observed: Decimal | None = Decimal(86),
) -> Finding:
    """An orphan of 86 AVL where 43 are believed."""
    return Finding(
        kind=kind,
        account=account,
        symbol=symbol,
        leg=Leg.NET,
        severity=severity,
        reason="the exchange holds 86, the bot knows 43",
        expected=Decimal(43),
        observed=observed,
        exposure=exposure,
        evidence=(Evidence(Party.BOT, "journal", "43 long", NOON, {"row": "7"}),),
        contract_size=Decimal(1),
    )


def event_of(word: str, at: datetime) -> Event:
    """Turn one word of a drawing into an event.

    `bad` found and confirmed, `bad?` found and not yet, `BAD` critical, `bad+9%` with more exposure, `clear`,
    `blind`, `time` passing, `gone` out of the settings, `bigger` than it was; and what a person says, with a
    note: `ack`, `snooze`, `intend`, `close`, `note`.
    """
    if word in SAID:
        said, note = SAID[word]
        return said("ann", note, at, "dashboard")
    match word:
        case "bad" | "bad?":
            return Detected(finding(), at, confirmed=word == "bad")
        case "BAD":
            return Detected(finding(severity=Severity.CRITICAL), at, confirmed=True)
        case "clear":
            return Clear(SEEN_FLAT, at)
        case "blind":
            return Unknown("the position list could not be read", at)
        case "bigger":
            return Detected(finding(observed=Decimal(129)), at, confirmed=True)
        case "time":
            return Expire(at)
        case "gone":
            return Retire("account main is no longer in the settings", at)
        case _:
            assert word.startswith("bad+"), f"`{word}` is no word of a drawing"
    grown = Decimal(1000) + Decimal(10) * Decimal(word.removeprefix("bad+").removesuffix("%"))
    return Detected(finding(exposure=grown), at, confirmed=True)


def live(drawing: str, settings: AlertSettings | None = None) -> list[tuple[Alert | None, Decision]]:
    """Play a drawing of `minutes word` lines; return the alert and the decision after each."""
    alert: Alert | None = None
    told: datetime | None = None
    played = []
    for line in drawing.strip().splitlines():
        minutes, word = line.split()[:2]
        now = after(float(minutes))
        event = event_of(word, now)
        if isinstance(event, Detected):
            event = Detected(event.finding, event.at, event.confirmed, Earlier(told))
        decision = decide(alert, event, settings or AlertSettings(), now=now)
        alert = decision.after or alert
        if alert is not None and alert.state is AlertState.RESOLVED and alert.fired_at:
            told = alert.resolved_at
        played.append((alert, decision))
    return played


def check(drawing: str, settings: AlertSettings | None = None) -> None:
    """Play a drawing whose lines say, after the word, the state and the rule that are expected."""
    drawn, lived = [], []
    for line, (alert, decision) in zip(drawing.strip().splitlines(), live(drawing, settings), strict=True):
        minutes, word, *_ = line.split()
        drawn.append(" ".join(line.split()))
        lived.append(f"{minutes} {word} {'none' if alert is None else alert.state} {decision.rule}")
    assert lived == drawn
