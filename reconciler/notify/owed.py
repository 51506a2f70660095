"""What is owed to a channel, and when: from the history of alerts and what it was told of them; pure.

A transition that owes something stays owed until the channel was told of it, whatever crashes when. Reminders
and escalations are owed by time alone, and follow from what is stored as well: nothing of it is in memory.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reconciler.alerts.alert import AlertState
from reconciler.alerts.event import Action, Owed
from reconciler.notify.channel import Channel
from reconciler.notify.outbox import ENDS, AlertCase, Item, Step, Why

_ATTENDS = frozenset({Action.ACKNOWLEDGED.value, Action.SNOOZED.value, Action.INTENDED.value})


DIGEST_EVERY = timedelta(minutes=5)
"""Least time between two messages about one condition that comes and goes; worse is told at once."""

LOOK_AGAIN = timedelta(minutes=1)
"""When to look again at what another alert quiets: its end is a change of that one, which wakes us."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a channel is owed.

    Attributes:
        due: What it is owed now, in the order of the cases.
        next_at: When time alone makes more of it, aware UTC; None if it does not.
    """

    due: tuple[Item, ...]
    next_at: datetime | None


def plan(channel: Channel, cases: Iterable[AlertCase], *, now: datetime) -> Plan:
    """Return what a channel is owed.

    Args:
        channel: Which.
        cases: The alerts of which something may be owed.
        now: Aware UTC.
    """
    due, later = [], []
    for case in cases:
        if not channel.is_for(case.alert.key):
            continue
        item = by_step(channel, case)
        if item is not None and item.owed_at > now:  # the wall clock was set back: it is owed all the same
            item = replace(item, owed_at=now)
        if case.alert.held(now) is not None or case.quiet is not None:
            if item is not None or case.alert.state is AlertState.FIRING:
                later.append(_quiet_until(case, now))  # then it is owed still
            continue
        item = by_time(channel, case, now=now) if item is None else _digest(channel, case, item)
        if item is None:
            continue
        if item.owed_at <= now:
            due.append(item)
        else:
            later.append(item.owed_at)
    return Plan(tuple(due), min(later, default=None))


def _quiet_until(case: AlertCase, now: datetime) -> datetime:
    """Return when to look again at what is quiet: at its end, where that is known before."""
    held = case.alert.held(now)
    if held is not None:
        return held.until
    until = None if case.quiet is None else case.quiet.until
    return now + LOOK_AGAIN if until is None else until


def _digest(channel: Channel, case: AlertCase, item: Item) -> Item:
    """Return what is owed of a condition that comes and goes: one digest, and no message each time."""
    told, last = case.told.get(channel.name), case.digested.get(channel.name)
    new = [s for s in case.steps if s.owed and not s.settled and (told is None or s.seq > told.seq)]
    if last is None or any(step.owed != Owed.FLAPPING for step in new):
        return item
    return replace(item, owed_at=max(item.owed_at, last + DIGEST_EVERY))


def is_settled(channels: Sequence[Channel], case: AlertCase) -> bool:
    """Return whether no channel is owed anything more by the steps of a case that are there now."""
    return not any(channel.is_for(case.alert.key) and by_step(channel, case) for channel in channels)


def by_step(channel: Channel, case: AlertCase) -> Item | None:
    """Return what a channel is owed because something has happened; None if nothing of it is open."""
    alert, told = case.alert, case.told.get(channel.name)
    new = [s for s in case.steps if s.owed and not s.settled and (told is None or s.seq > told.seq)]
    if not new:
        return None
    last = new[-1]
    if not alert.state.open:
        if told is not None:
            return None if told.why.ends else Item(case, Why(alert.state.value), last.seq, last.at)
        began = _missed(channel, case, new)
        return None if began is None else Item(case, Why.OVER, last.seq, began)
    alarms = [s for s in new if s.owed not in ENDS and channel.wants(s.severity)]
    if channel.after:
        # Where people are only called when nobody attends to it, time decides; what they know grows at once.
        alarms = [s for s in alarms if told is not None and s.owed == Owed.WORSE.value]
    if not alarms:
        return None
    why = Why(alarms[-1].owed or Why.FIRST)
    if told is None and why is not Why.FLAPPING:
        why = Why.FIRST
    return Item(case, why, last.seq, alarms[0].at)


def by_time(channel: Channel, case: AlertCase, *, now: datetime) -> Item | None:
    """Return what a channel is, or will be, owed of an alert that fires and that nobody attends to."""
    alert, told = case.alert, case.told.get(channel.name)
    since = unattended_since(case.steps)
    if alert.state is not AlertState.FIRING or since is None or not channel.wants(alert.severity):
        return None
    seq = case.steps[-1].seq
    if told is None or (channel.after and told.seq < since.seq):
        why = Why.ESCALATED if channel.after else Why.FIRST
        # Where the wall clock was set back, nothing says how long ago that was.
        return Item(case, why, seq, now if since.at > now else since.at + channel.after)
    every = channel.repeats_after(alert.severity)
    if every is None:
        return None
    if told.at > now:  # as above
        return Item(case, Why.REPEAT, seq, now)
    return Item(case, Why.REPEAT, seq, told.at + every)


def unattended_since(steps: Sequence[Step]) -> Step | None:
    """Return the step since which an alert fires and nobody attends to it; None where it does not."""
    last = list(_unattended(steps))[-1:]
    return last[0][0] if last and last[0][1] is None else None


def _unattended(steps: Sequence[Step]) -> Iterator[tuple[Step, datetime | None]]:
    """Yield the spans in which nobody attended to it, oldest first; the last may have no end."""
    since: Step | None = None
    for step in steps:
        attended = step.action in _ATTENDS or step.after is AlertState.ACKNOWLEDGED
        if since is not None and (attended or not step.after.open):
            yield since, step.at
            since = None
        elif since is None and step.after is AlertState.FIRING:
            since = step
    if since is not None:
        yield since, None


def _missed(channel: Channel, case: AlertCase, new: Sequence[Step]) -> datetime | None:
    """Return when a channel was first owed word of an alert that is over by now; None if it never was."""
    if not channel.after:
        return next((s.at for s in new if s.owed not in ENDS and channel.wants(s.severity)), None)
    severe = any(channel.wants(s.severity) for s in case.steps if s.after is AlertState.FIRING)
    for since, until in _unattended(case.steps):
        if severe and until is not None and until - since.at >= channel.after:
            return since.at + channel.after
    return None
