"""A message in words: each alert with the decision in it, worst first; what is over as one line; pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.runbook import steps_for
from reconciler.alerts.wording import clause, ended, subject
from reconciler.facts.finding import Severity
from reconciler.facts.wording import clock, holding, span, value
from reconciler.kinds.registry import is_blindness
from reconciler.notify.message import Message
from reconciler.notify.outbox import Item, Why

LATE: Final = timedelta(seconds=60)
"""What was owed for longer than this says so."""

LONGEST: Final = 3500
"""Characters of one message: Telegram takes 4096, and what does not fit goes into the next one."""

IN_FULL: Final = 5
"""Alerts of one message that are told in full; further ones get a line each."""

_LINE_LONGEST = 400

_HEADS: Final = {
    Why.FIRST: "NEW",
    Why.WORSE: "WORSE",
    Why.REPEAT: "STILL",
    Why.ACKNOWLEDGEMENT_EXPIRED: "ACKNOWLEDGEMENT EXPIRED",
    Why.SNOOZE_ENDED: "SNOOZE ENDED",
    Why.INTENT_ENDED: "INTENDED NO MORE",
    Why.FLAPPING: "COMES AND GOES",
    Why.ESCALATED: "NOBODY ATTENDS TO IT",
    Why.RESOLVED: "RESOLVED",
    Why.RETIRED: "WATCHED NO MORE",
    Why.CLOSED: "CLOSED",
    Why.OVER: "OVER BY NOW",
}


def compose(items: Sequence[Item], now: datetime, public_url: str) -> Message:
    """Return the message that tells as much of `items` as fits into one, at least one of them.

    Args:
        items: At least one.
        now: Aware UTC.
        public_url: Where the screens are reached from where the message is read, without a stroke at the end.
    """
    told: list[Item] = []
    blocks: list[str] = []
    room = LONGEST
    for item in sorted(items, key=_worst_first):
        full = sum(not each.why.ends for each in told) < IN_FULL
        block = "\n".join(_block(item, now, public_url, full=full))
        if told and len(block) + 2 > room:
            break
        told.append(item)
        blocks.append(block)
        room -= len(block) + 2
    late = _late(told, now)
    body = "\n\n".join([late, *blocks] if late else blocks)
    left = len(items) - len(told)
    if left:
        body += f"\n\n{left} more follow in the next message."
    severity = max(
        (item.alert.severity for item in told if not item.why.ends),
        key=lambda each: each.rank,
        default=Severity.INFO,
    )
    return Message(_title(told, now), body, severity, tuple(told))


def _worst_first(item: Item) -> tuple[int, bool, int, float, int]:
    alert = item.alert
    exposure = float("inf") if alert.exposure is None else float(alert.exposure)
    over = _ENDED.index(item.why) if item.why in _ENDED else -1
    attended = alert.state is AlertState.ACKNOWLEDGED
    return (over, attended, -alert.severity.rank, -exposure, alert.id)


_ENDED: Final = (Why.RESOLVED, Why.CLOSED, Why.RETIRED, Why.OVER)


def _title(items: Sequence[Item], now: datetime) -> str:
    alarms = [item for item in items if not item.why.ends]
    first = (alarms or items)[0]
    text = _heading(first, now) if len(alarms or items) == 1 else _together(alarms, items, now)
    more = len(items) - len(alarms)
    if alarms and more:
        text += f"; {more} over"
    return printable(text)[:_LINE_LONGEST]


def _together(alarms: Sequence[Item], items: Sequence[Item], now: datetime) -> str:
    if not alarms:
        return f"{len(items)} alerts are over"
    return f"{len(alarms)} alerts need you: {_heading(alarms[0], now)}"


def _heading(item: Item, now: datetime) -> str:
    alert = item.alert
    if item.why.ends:
        return f"{_HEADS[item.why]}: {ended(alert, subject(alert))}"
    still = f", for {span(now - alert.first_seen)}" if item.why is Why.REPEAT else ""
    return f"{_HEADS[item.why]} {alert.severity.upper()}: {clause(alert, subject(alert))}{still}"


def _block(item: Item, now: datetime, public_url: str, *, full: bool) -> Iterable[str]:
    alert = item.alert
    head = printable(_heading(item, now))
    if item.why.ends:
        yield f"{head} ({alert.key.account}, {_link(alert, public_url)})"
        return
    if not full:
        facts = ", ".join(_facts(alert))
        yield printable(f"{head}; {facts}; {_link(alert, public_url)}")
        return
    yield head
    yield printable(", ".join(_facts(alert)))
    yield f"since {clock(alert.first_seen)}, for {span(now - alert.first_seen)}"
    yield _cut(alert.reason)
    if alert.frozen_since is not None:
        yield f"It cannot be checked since {clock(alert.frozen_since)}: this is how it was then."
    given = alert.acknowledgement
    if given is not None:
        yield _cut(
            f"Acknowledged by {given.by} at {clock(given.at)} until {clock(given.until)}: {given.note}"
        )
    elif alert.state is AlertState.RECOVERING:
        yield "It is getting better: one more healthy look, and it is over."
    yield _cut(f"First: {steps_for(alert)[0]}")
    yield _link(alert, public_url)


def _facts(alert: Alert) -> Iterable[str]:
    """Yield side, size, exposure and account."""
    held = alert.observed or alert.expected
    if not is_blindness(alert.key.kind):
        if held is not None:
            yield holding(held, alert.key.symbol, alert.contract_size)
        exposed = "value not known" if alert.exposure is None else value(alert.exposure, alert.key.symbol)
        yield exposed if alert.exposure is None else f"{exposed} exposed"
    yield f"account {alert.key.account}"


def _link(alert: Alert, public_url: str) -> str:
    return f"{public_url}/alert?id={alert.id}"


def _late(items: Sequence[Item], now: datetime) -> str:
    """Say that it is told late, and since when it was owed; empty where it is not late."""
    owed = min(item.owed_at for item in items if item.why is not Why.REPEAT) if _any_news(items) else now
    if now - owed <= LATE:
        return ""
    return f"Told late: the first of this was owed at {clock(owed)}, {span(now - owed)} ago."


def _any_news(items: Sequence[Item]) -> bool:
    return any(item.why is not Why.REPEAT for item in items)


def _cut(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= _LINE_LONGEST else f"{shown[: _LINE_LONGEST - 1]}…"


def printable(text: str) -> str:
    """Return text that came from outside on one line, without what a screen would take for a command."""
    return "".join(char if char.isprintable() else " " for char in text)
