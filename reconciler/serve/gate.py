"""Whether a bot may open a position now, by what is known at this moment, and why not; pure.

Open says "all that is looked at was just seen, and nothing stands against it". What is not known closes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reconciler.account.known import Known
from reconciler.alerts.alert import Alert, AlertState, HoldKind
from reconciler.facts.finding import Severity
from reconciler.facts.wording import duration
from reconciler.kinds.registry import is_blindness
from reconciler.serve.watching import Watching
from reconciler.sight.account_state import SEEING, SWEEP_PATIENCE
from verification.facts.account import PositionMode
from verification.facts.clock import Moment
from verification.facts.leg import Leg

LOOK_LEAST = timedelta(seconds=60)
"""A look is believed for three intervals, and at least so long; never longer than the screens believe it."""

ALERTS_SECONDS = 15.0
"""How long what is known of the alerts is believed: their history is read every second."""

TOLD = frozenset({AlertState.FIRING, AlertState.ACKNOWLEDGED, AlertState.RECOVERING})
"""The states of an alert that people were told of and that is not over: one that recovers is not over yet."""


class Against(StrEnum):
    """What stands against opening."""

    NOT_WATCHED = "not_watched"  # this process does not watch the account: another one does, or none yet
    NOT_SEEN = "not_seen"  # the account was not seen yet
    TOO_OLD = "too_old"  # what is known is too old to say anything of now
    BLIND = "blind"  # a part of the account or of its ledgers cannot be seen
    UNKNOWN_SYMBOL = "unknown_symbol"  # the venue lists no such contract
    ALERT = "alert"  # an alert of this leg that is not over, acknowledged ones too
    ACCOUNT_ALERT = "account_alert"  # a critical alert of the account that nobody has taken
    UNVERIFIED = "unverified"  # an open of this leg that is not verified within its time


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason against opening.

    Attributes:
        against: What stands against it.
        text: One plain sentence.
        alert: The alert's number; None where it is none.
        since: Since when, aware UTC; None where that is not known.
    """

    against: Against
    text: str
    alert: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a bot wants to open.

    Attributes:
        symbol: ccxt unified form.
        leg: Which leg; None for any. In one-way mode there is but one.
    """

    symbol: str
    leg: Leg | None


@dataclass(frozen=True, slots=True)
class Told:
    """The open alerts, and when it was last known that they are these; None if it never was."""

    alerts: tuple[Alert, ...]
    read_at: Moment | None


@dataclass(frozen=True, slots=True)
class Gate:
    """The answer: open where there is no reason against it.

    Attributes:
        reasons: Why not, what is not known first.
        known_at: When the oldest of what it rests on was so; None where nothing is known.
    """

    reasons: tuple[Reason, ...]
    known_at: Moment | None

    @property
    def open(self) -> bool:
        """True when there is no reason against it."""
        return not self.reasons


def gate(watching: Watching, told: Told, wanted: Wanted, now: Moment) -> Gate:
    """Say whether a bot may open, by what this process knows of the account."""
    known = watching.known
    if known is None or watching.lapsed:
        return Gate((_not_watched(watching),), None)
    looked = None if known.swept is None else known.swept.at
    times = [each for each in (looked, told.read_at) if each is not None]
    oldest = min(times, key=lambda moment: moment.monotonic) if len(times) == 2 else None  # noqa: PLR2004 - both
    alerts = [each for each in told.alerts if each.key.account == watching.account and each.state in TOLD]
    reasons = (
        *_unseen(watching, known, told, now),
        *_blind(known, alerts),
        *_unlisted(known, wanted),
        *_alerts(alerts, known, wanted, now),
        *_unverified(known, wanted, now),
    )
    return Gate(reasons, oldest)


def believed_for(interval: timedelta) -> timedelta:
    """Return how long a look at the whole account is believed, by the interval between two."""
    return min(max(3 * interval, LOOK_LEAST), SWEEP_PATIENCE)


def _not_watched(watching: Watching) -> Reason:
    if watching.lapsed:
        text = (
            f"the watch over {watching.account} was not renewed in time: another process may have it by now"
        )
    elif watching.held_by:
        text = f"another process watches {watching.account}, {watching.held_by}: only that one knows; ask it"
    else:
        text = f"{watching.account} is not watched yet"
    return Reason(Against.NOT_WATCHED, text)


def _unseen(watching: Watching, known: Known, told: Told, now: Moment) -> Iterator[Reason]:
    if known.swept is None:
        yield Reason(Against.NOT_SEEN, f"{watching.account} has not been looked at yet")
    else:
        age = now.monotonic - known.swept.at.monotonic
        if age > believed_for(watching.interval).total_seconds():
            text = f"{watching.account} was last looked at {duration(age)} ago"
            yield Reason(Against.TOO_OLD, text, since=known.swept.at.utc)
    if told.read_at is None:
        yield Reason(Against.NOT_SEEN, "the alerts have not been read yet")
    elif now.monotonic - told.read_at.monotonic > ALERTS_SECONDS:
        age = now.monotonic - told.read_at.monotonic
        text = f"the alerts were last read {duration(age)} ago: the state database is away"
        yield Reason(Against.TOO_OLD, text, since=told.read_at.utc)


def _blind(known: Known, alerts: Iterable[Alert]) -> Iterator[Reason]:
    if known.swept is not None and known.swept.cycle.status != "complete":
        cycle = known.swept.cycle
        what = "; ".join(cycle.problems) or "a part of it could not be read"
        text = f"the last look at {cycle.account} was {cycle.status}: {what}"
        yield Reason(Against.BLIND, text, since=cycle.last_complete_at)
    for source in known.sources:
        if source.state not in SEEING:
            text = f"{source.source} of {source.account} is {source.state}: {source.detail}"
            yield Reason(Against.BLIND, text, since=source.last_ok)
    for alert in alerts:
        if is_blindness(alert.key.kind):
            yield _of(alert, Against.BLIND)


def _unlisted(known: Known, wanted: Wanted) -> Iterator[Reason]:
    if wanted.symbol not in known.symbols:
        text = f"the venue lists no {wanted.symbol}: write it as ccxt does, such as BTC/USDT:USDT"
        yield Reason(Against.UNKNOWN_SYMBOL, text)


def _alerts(alerts: Iterable[Alert], known: Known, wanted: Wanted, now: Moment) -> Iterator[Reason]:
    for alert in alerts:
        if is_blindness(alert.key.kind) or _intended(alert, now):
            continue
        if alert.key.symbol == wanted.symbol and _same_leg(alert.key.leg, wanted, known):
            yield _of(alert, Against.ALERT)
        elif alert.severity is Severity.CRITICAL and _nobodys(alert):
            yield _of(alert, Against.ACCOUNT_ALERT)


def _intended(alert: Alert, now: Moment) -> bool:
    """Return whether a person has said that it is meant to be so; of a snooze nobody has."""
    hold = alert.held(now.utc)
    return hold is not None and hold.kind is HoldKind.INTENDED


def _nobodys(alert: Alert) -> bool:
    """Return whether an alert fires, or did until it began to recover, and nobody has taken it."""
    if alert.state is AlertState.RECOVERING:
        return alert.acknowledgement is None
    return alert.state is AlertState.FIRING


def _unverified(known: Known, wanted: Wanted, now: Moment) -> Iterator[Reason]:
    for question in known.unverified:
        late = now.monotonic - question.asked.monotonic > known.verified_within
        if late and question.key.symbol == wanted.symbol and _same_leg(question.key.leg, wanted, known):
            order = question.order_id or question.client_order_id or "without a number"
            text = f"it is not known whether order {order} of {wanted.symbol} has executed"
            yield Reason(Against.UNVERIFIED, text, since=question.asked.utc)


def _same_leg(leg: Leg, wanted: Wanted, known: Known) -> bool:
    """Return whether something about a leg is about the one that is wanted; where it is not known, it is."""
    if wanted.leg is None or known.mode is not PositionMode.HEDGE or Leg.NET in {leg, wanted.leg}:
        return True
    return leg is wanted.leg


def _of(alert: Alert, against: Against) -> Reason:
    return Reason(against, f"{alert.severity} {alert.key.kind}: {alert.reason}", alert.id, alert.fired_at)
