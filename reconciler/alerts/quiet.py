"""Which open alerts are quiet now, by what and until when; pure.

Quiet is computed and no state: what is quiet stays open, in sight and counted, and what is owed of it waits.
Only a person's word about itself quiets a position that no stop protects or no bot knows (`always_told`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import itemgetter
from typing import Final

from reconciler.alerts.alert import STEPPED, Alert, AlertState, HoldKind
from reconciler.alerts.wording import clause, subject
from reconciler.facts.finding import FindingKey, Kind, Severity
from reconciler.facts.wording import number
from reconciler.kinds.form.spec import Subject
from reconciler.kinds.registry import spec_of
from verification.facts.leg import Leg

_TOLD = frozenset({AlertState.FIRING, AlertState.ACKNOWLEDGED, AlertState.RECOVERING})
_SPEAKING = frozenset({AlertState.FIRING, AlertState.ACKNOWLEDGED})
_SEEN = frozenset({Subject.SOURCE, Subject.PUSHES})
_OF_THE_ACCOUNT = frozenset({Subject.WATCH, Subject.CLOCK, Subject.KEYS})

_Where = tuple[str, Leg] | None
_ANYWHERE: Final = None
_Place = tuple[str, Kind, Severity, _Where]


class QuietBy(StrEnum):
    """What an alert is quieted by, the strongest word first."""

    SNOOZED = "snoozed"
    INTENDED = "intended"
    FOLLOWS = "follows"  # another alert says more of the same
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class Quiet:
    """Why an alert is quiet.

    Attributes:
        by: What quiets it.
        why: One plain clause: `snoozed by ann: later`.
        until: When that ends by itself, aware UTC; None for another alert, which ends with that.
        alert: The alert that says more of the same; None for anything else.
    """

    by: QuietBy
    why: str
    until: datetime | None = None
    alert: int | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A maintenance window of an account.

    Attributes:
        id: Its row; 0 before it is stored.
        account: Which.
        by: Who opened it.
        note: Why.
        at: When, aware UTC.
        until: When it ends, aware UTC.
        ended_at: When somebody ended it before its time; None where nobody has.
        ended_by: Who did.
    """

    id: int
    account: str
    by: str
    note: str
    at: datetime
    until: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None

    def stands(self, now: datetime) -> bool:
        """Return whether it is open; never once the wall clock was set back to before it was opened."""
        return self.ended_at is None and now < self.until and self.at - now <= STEPPED


def quiet(alerts: Iterable[Alert], windows: Iterable[Window], *, now: datetime) -> dict[int, Quiet]:
    """Return which alerts are quiet, by their numbers.

    Args:
        alerts: Every open alert of these accounts; others are passed over.
        windows: Their maintenance windows.
        now: Aware UTC.
    """
    every = [alert for alert in alerts if alert.state in _TOLD]
    # What is quiet by a person's word quiets no other: it would take along what they did not speak of.
    speaking = _Speaking(alert for alert in every if alert.state in _SPEAKING and alert.held(now) is None)
    open_windows = {each.account: each for each in windows if each.stands(now)}
    found = ((alert.id, _of(alert, speaking, open_windows, now)) for alert in every)
    return {number: each for number, each in found if each is not None}


class _Speaking:
    """The alerts that can quiet others, by what they are about: of thousands, one is found at once."""

    def __init__(self, alerts: Iterable[Alert]) -> None:
        """Of those that are alike for everybody whom they reach, the first is kept."""
        self._first: dict[_Place, tuple[int, Alert]] = {}
        for at, alert in enumerate(alerts):
            key = alert.key
            for where in (_ANYWHERE, (key.symbol, key.leg)):
                place = (key.account, key.kind, alert.severity, where)
                self._first.setdefault(place, (at, alert))

    def above(self, alert: Alert) -> Alert | None:
        """Return the first that says more of the same as this one, and is told at least as loudly."""
        key = alert.key
        loud = [each for each in Severity if each.rank >= alert.severity.rank]
        found = [
            self._first.get((key.account, kind, severity, where))
            for kind, where in _reaching(key)
            for severity in loud
        ]
        return min((each for each in found if each is not None), key=itemgetter(0), default=(0, None))[1]


def _reaching(key: FindingKey) -> Iterator[tuple[Kind, _Where]]:
    """Return of which kinds, and where, what holds there holds for what this is about; all of one account.

    A watch that stands still reaches all of its account, as do a wrong clock and keys that are refused; what
    is read of the exchange reaches every leg. Of two legs, sources or ledgers it has to be the same.
    """
    spec = spec_of(key.kind)
    for kind in spec.follows_from:
        theirs = spec_of(kind).subject
        if theirs in _OF_THE_ACCOUNT:
            yield kind, _ANYWHERE
        elif theirs is spec.subject or {theirs, spec.subject} <= _SEEN:
            yield kind, (key.symbol, key.leg)
        elif spec.subject is Subject.LEG:
            yield kind, _ANYWHERE


def _of(alert: Alert, speaking: _Speaking, windows: Mapping[str, Window], now: datetime) -> Quiet | None:
    hold, account = alert.held(now), alert.key.account
    if hold is not None:
        by = QuietBy.SNOOZED if hold.kind is HoldKind.SNOOZED else QuietBy.INTENDED
        size = "" if hold.surplus is None else f", {number(hold.surplus)} contracts"
        note = f": {hold.note}" if hold.note else ""
        return Quiet(by, f"{hold.kind} by {hold.by}{size}{note}", hold.until)
    if spec_of(alert.key.kind).always_told:
        return None
    other = speaking.above(alert)
    if other is not None:
        return Quiet(QuietBy.FOLLOWS, f"{clause(other, subject(other))} (alert {other.id})", alert=other.id)
    window = windows.get(account)
    if window is None:
        return None
    note = f": {window.note}" if window.note else ""
    return Quiet(QuietBy.MAINTENANCE, f"maintenance of {account}, {window.by}{note}", window.until)
