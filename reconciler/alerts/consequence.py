"""What follows from what is learned of a condition: each function makes the decision of one kind of rule."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from reconciler.alerts.alert import Alert, AlertState, HoldKind
from reconciler.alerts.case import AlertCase
from reconciler.alerts.event import Action, Decision, Owed, Retire, Unknown
from reconciler.facts.wording import clock, duration, number


def nothing(reason: str) -> Callable[[AlertCase], Decision]:
    """Nothing changes, because of `reason`."""
    return lambda _: Decision("", Action.NOTHING, None, reason)


def begin(case: AlertCase) -> Decision:
    """A new episode, pending or firing at once."""
    found, finding = case.found, case.found.finding
    state = AlertState.FIRING if found.confirmed else AlertState.PENDING
    alert = Alert(
        id=0,
        key=finding.identity,
        state=state,
        severity=finding.severity,
        reason=finding.reason,
        expected=finding.expected,
        observed=finding.observed,
        exposure=finding.exposure,
        contract_size=finding.contract_size,
        evidence=finding.evidence,
        first_seen=found.at,
        fired_at=case.now if found.confirmed else None,
        last_seen=found.at,
        recovering_since=None,
        resolved_at=None,
        acknowledgement=None,
        count=1,
        version=1,
        flaps=_flaps(case) if found.confirmed else 0,
    )
    if not found.confirmed:
        return Decision("", Action.FOUND, alert, _before(case, found.at) + finding.reason, finding.evidence)
    reason = _before(case, found.at) + finding.reason
    return Decision("", Action.CONFIRMED, alert, reason, finding.evidence, _first(case))


def _flaps(case: AlertCase) -> int:
    return case.found.before.fired + 1


def _flapping(flaps: int, case: AlertCase) -> bool:
    return flaps >= case.settings.flapping_after


def _first(case: AlertCase) -> Owed:
    return Owed.FLAPPING if _flapping(_flaps(case), case) else Owed.FIRST


def _before(case: AlertCase, first_seen: datetime) -> str:
    """Say that it was closed by a person, or that it comes and goes, or has come back: in this order."""
    before, settings = case.found.before, case.settings
    if before.closed is not None and _soon(first_seen - before.closed, settings.came_back_within):
        who = f"closed by {before.closed_by} at {clock(before.closed)} ({before.closed_because})"
        return f"{who}, and it is still so: "
    if _flapping(_flaps(case), case):
        within = duration(settings.flapping_within.total_seconds())
        return f"comes and goes, {_flaps(case)} times in {within}: "
    if before.resolved is not None and _soon(first_seen - before.resolved, settings.came_back_within):
        away = (first_seen - before.resolved).total_seconds()
        return f"came back {away:.0f} s after it was resolved: "
    return ""


def _soon(away: timedelta, within: timedelta) -> bool:
    return timedelta(0) <= away <= within


def _sighted(case: AlertCase) -> Alert:
    """Return the alert with what was just found; a person's fields are not touched."""
    alert, found, finding = case.open, case.found, case.found.finding
    return replace(
        alert,
        severity=finding.severity,
        reason=finding.reason,
        expected=finding.expected,
        observed=finding.observed,
        exposure=finding.exposure,
        contract_size=finding.contract_size,
        evidence=finding.evidence,
        last_seen=max(alert.last_seen, found.at),
        count=alert.count + 1,
        version=alert.version + 1,
        recovering_since=None,
        clears=0,
        last_clear=None,
        frozen_since=None,
    )


def _found(case: AlertCase, action: Action, state: AlertState, reason: str, owed: Owed | None) -> Decision:
    after = replace(_sighted(case), state=state)
    if state is not AlertState.ACKNOWLEDGED:
        after = replace(after, acknowledgement=None)
    if state is AlertState.FIRING and after.fired_at is None:
        after = replace(after, fired_at=case.now, flaps=_flaps(case))
    return Decision("", action, after, reason, case.found.finding.evidence, owed)


def fire(case: AlertCase) -> Decision:
    """It lasted: people are told."""
    reason = _before(case, case.open.first_seen) + case.found.finding.reason
    return _found(case, Action.CONFIRMED, AlertState.FIRING, reason, _first(case))


def see(case: AlertCase) -> Decision:
    """It is still so: only what was found is renewed."""
    decision = _found(case, Action.SEEN, case.open.state, "still so", None)
    after, given = decision.after, case.open.acknowledgement
    exposure = case.found.finding.exposure
    if after is not None and given is not None and given.exposure is None and exposure is not None:
        # Growth is measured from the first exposure that is known, or it could never be noticed.
        after = replace(after, acknowledgement=replace(given, exposure=exposure))
    hold = case.held
    if after is not None and hold is not None and hold.exposure is None and exposure is not None:
        after = replace(after, hold=replace(hold, exposure=exposure))
    return replace(decision, after=after)


def worsen(case: AlertCase) -> Decision:
    """It got worse than people know: an acknowledgement is broken."""
    finding = case.found.finding
    if case.severer or case.severer_than_acknowledged:
        why = f"now {finding.severity}: {finding.reason}"
    else:
        given = case.open.acknowledgement
        assert given is not None
        why = f"exposure rose from the acknowledged {given.exposure} to {finding.exposure}: {finding.reason}"
    return _found(case, Action.WORSENED, AlertState.FIRING, why, Owed.WORSE)


def relapse(case: AlertCase) -> Decision:
    """It was recovering and was found again: back to where it was."""
    state = AlertState.ACKNOWLEDGED if case.stands else AlertState.FIRING
    reason = f"not over after all: {case.found.finding.reason}"
    return _found(case, Action.RELAPSED, state, reason, None)


def relapse_unattended(case: AlertCase) -> Decision:
    """It was found again after the acknowledgement had run out: people are told."""
    reason = f"the acknowledgement has run out and it is not over: {case.found.finding.reason}"
    owed = Owed.ACKNOWLEDGEMENT_EXPIRED
    return _found(case, Action.ACKNOWLEDGEMENT_EXPIRED, AlertState.FIRING, reason, owed)


def unquiet(case: AlertCase) -> Decision:
    """It is no longer what the person saw who wanted it quiet: people are told."""
    finding, hold = case.found.finding, case.held
    assert hold is not None
    if finding.severity.rank > hold.severity.rank:
        why = f"now {finding.severity}"
    elif hold.kind is HoldKind.INTENDED:
        why = f"not of the size that is meant to be there, {_size(hold.surplus)}"
    else:
        why = f"exposure rose from the {hold.exposure} that were snoozed to {finding.exposure}"
    decision = _found(case, Action.WORSENED, AlertState.FIRING, f"{why}: {finding.reason}", Owed.WORSE)
    return _unheld(decision)


def relapse_unquiet(case: AlertCase) -> Decision:
    """It was found again after the time was over for which it was to be quiet: people are told."""
    hold = case.held
    assert hold is not None
    action, owed = ENDED[hold.kind]
    reason = f"it is {hold.kind} no more, and it is not over: {case.found.finding.reason}"
    return _unheld(_found(case, action, AlertState.FIRING, reason, owed))


ENDED = {
    HoldKind.SNOOZED: (Action.SNOOZE_ENDED, Owed.SNOOZE_ENDED),
    HoldKind.INTENDED: (Action.INTENT_ENDED, Owed.INTENT_ENDED),
}


def _unheld(decision: Decision) -> Decision:
    assert decision.after is not None
    return replace(decision, after=replace(decision.after, hold=None))


def _size(surplus: Decimal | None) -> str:
    return "unknown" if surplus is None else number(surplus)


def vanish(case: AlertCase) -> Decision:
    """It went away before anybody was told."""
    reason = case.clear.reason or "gone before it was confirmed"
    return _cleared(case, Action.VANISHED, AlertState.RESOLVED, reason, None)


def recover(case: AlertCase) -> Decision:
    """The first healthy read."""
    return _cleared(case, Action.CLEAR, AlertState.RECOVERING, case.clear.reason or "no longer so", None)


def recover_on(case: AlertCase) -> Decision:
    """Another healthy read, not yet enough of them."""
    return _cleared(case, Action.SEEN, AlertState.RECOVERING, "still clear", None)


def resolve(case: AlertCase) -> Decision:
    """Enough healthy reads in a row."""
    count = case.open.clears + 1
    reads = "one healthy read showed" if count == 1 else f"{count} healthy reads in a row showed"
    reason = f"{reads} it gone" + (f": {case.clear.reason}" if case.clear.reason else "")
    owed = Owed.FLAPPING if _flapping(case.open.flaps, case) else Owed.RESOLVED
    return _cleared(case, Action.RESOLVED, AlertState.RESOLVED, reason, owed)


def _cleared(case: AlertCase, action: Action, state: AlertState, reason: str, owed: Owed | None) -> Decision:
    alert, clear = case.open, case.clear
    after = replace(
        alert,
        state=state,
        recovering_since=alert.recovering_since or clear.at,
        resolved_at=case.now if state is AlertState.RESOLVED else None,
        clears=alert.clears + 1,
        last_clear=clear.at,
        frozen_since=None,
        version=alert.version + 1,
    )
    return Decision("", action, after, reason, clear.evidence, owed)


def retire(case: AlertCase) -> Decision:
    """It is watched no more. Who was told of it is told that; nobody is told that it is well."""
    alert = case.open
    assert isinstance(case.event, Retire)
    after = replace(
        alert,
        state=AlertState.RETIRED,
        resolved_at=case.now,
        retired=case.event.reason,
        version=alert.version + 1,
    )
    owed = Owed.RETIRED if alert.fired_at is not None else None
    return Decision("", Action.RETIRED, after, f"retired: {case.event.reason}", alert.evidence, owed)


def freeze(case: AlertCase) -> Decision:
    """It cannot be checked any more: nothing changes but the mark that says so."""
    assert isinstance(case.event, Unknown)
    after = replace(case.open, frozen_since=case.event.at, version=case.open.version + 1)
    return Decision("", Action.FROZEN, after, f"cannot be checked: {case.event.reason}")
