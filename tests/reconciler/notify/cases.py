"""Draws what is owed: the life of an alert as the policy decides it, and what a channel was told of it."""

from dataclasses import replace

from reconciler.alerts.alert import AlertState
from reconciler.notify.channel import Channel
from reconciler.notify.outbox import AlertCase, Step, Told, Why
from reconciler.notify.owed import plan
from tests.reconciler.alert_life import NOON, after, live


def case_of(drawing: str, *, told: str = "", channel: str = "phone", settled: int = 0) -> AlertCase:
    """Return the case of an alert that has lived a drawing of `minutes word` lines.

    Args:
        drawing: See `alert_life`.
        told: The last that the channel was told: `minutes seq why`; empty for nothing.
        channel: Which.
        settled: Up to which version all steps are settled.
    """
    steps: list[Step] = []
    alert, before = None, None
    for line, (now, decision) in zip(drawing.strip().splitlines(), live(drawing), strict=True):
        if decision.after is not None and decision.action.recorded:
            owed = None if decision.owed is None else decision.owed.value
            seq, state = decision.after.version, decision.after.state
            at, severity = after(float(line.split()[0])), decision.after.severity
            done = seq <= settled
            steps.append(Step(seq, at, before, state, decision.action.value, severity, owed, done))
        if now is not None:
            alert, before = now, now.state
    assert alert is not None
    known = {}
    if told:
        minutes, version, why = told.split()
        known[channel] = Told(after(float(minutes)), int(version), Why(why))
    return AlertCase(replace(alert, id=7), tuple(steps), known)


def owed(channel: Channel, case: AlertCase, minutes: float) -> str:
    """Say what a channel is owed at a time: `first 3` for what covers version 3, `at 5` for later, or ``."""
    planned = plan(channel, [case], now=after(minutes))
    if planned.due:
        return f"{planned.due[0].why} {planned.due[0].seq}"
    if planned.next_at is None:
        return ""
    return f"at {(planned.next_at - NOON).total_seconds() / 60:g}"


def is_open(case: AlertCase) -> bool:
    """Return whether the alert of a case is open."""
    return case.alert.state not in {AlertState.RESOLVED, AlertState.RETIRED}
