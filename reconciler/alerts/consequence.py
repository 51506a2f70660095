"""What follows from the rules of the alert table: each function makes the decision of one kind of rule."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from reconciler.alerts.alert import Acknowledgement, Alert, AlertState
from reconciler.alerts.case import AlertCase
from reconciler.alerts.errors import AlreadyResolved, NameRequired, NoteRequired, NotFiringYet
from reconciler.alerts.event import Action, Decision, Owed, Retire, Unknown
from reconciler.alerts.seen import Seen, apart
from reconciler.facts.finding import Severity


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
    )
    action, owed = (Action.CONFIRMED, Owed.FIRST) if found.confirmed else (Action.FOUND, None)
    return Decision("", action, alert, _came_back(case, found.at) + finding.reason, finding.evidence, owed)


def _came_back(case: AlertCase, first_seen: datetime) -> str:
    resolved = case.found.resolved_before
    if resolved is None:
        return ""
    away = first_seen - resolved
    if not timedelta(0) <= away <= case.settings.came_back_within:
        return ""
    return f"came back {away.total_seconds():.0f} s after it was resolved: "


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
        after = replace(after, fired_at=case.now)
    return Decision("", action, after, reason, case.found.finding.evidence, owed)


def fire(case: AlertCase) -> Decision:
    """It lasted: people are told."""
    reason = _came_back(case, case.open.first_seen) + case.found.finding.reason
    return _found(case, Action.CONFIRMED, AlertState.FIRING, reason, Owed.FIRST)


def see(case: AlertCase) -> Decision:
    """It is still so: only what was found is renewed."""
    decision = _found(case, Action.SEEN, case.open.state, "still so", None)
    after, given = decision.after, case.open.acknowledgement
    exposure = case.found.finding.exposure
    if after is not None and given is not None and given.exposure is None and exposure is not None:
        # Growth is measured from the first exposure that is known, or it could never be noticed.
        after = replace(after, acknowledgement=replace(given, exposure=exposure))
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
    return _cleared(case, Action.RESOLVED, AlertState.RESOLVED, reason, Owed.RESOLVED)


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


def acknowledge(case: AlertCase) -> Decision:
    """A person has seen it. While it is recovering it stays so; a relapse then finds it acknowledged."""
    alert, person, seen = case.open, case.person, case.person.seen
    critical = case.severity_seen is Severity.CRITICAL
    lasts = case.settings.acknowledged_critical if critical else case.settings.acknowledged_other
    given = Acknowledgement(
        by=person.by.strip(),
        at=person.at,
        note=person.note.strip(),
        until=case.now + lasts,
        severity=case.severity_seen,
        # Growth is measured from the first value that is known, where the person saw none.
        exposure=alert.exposure if seen is None or seen.exposure is None else seen.exposure,
    )
    recovering = alert.state is AlertState.RECOVERING
    state = AlertState.RECOVERING if recovering else AlertState.ACKNOWLEDGED
    after = replace(alert, state=state, acknowledgement=given, version=alert.version + 1)
    return Decision("", Action.ACKNOWLEDGED, after, given.note, (), None, given.by, person.origin)


def second(case: AlertCase) -> Decision:
    """Somebody else was faster: that acknowledgement stays in force, this one is in the history beside it."""
    alert, person = case.open, case.person
    after = replace(alert, version=alert.version + 1)
    by, note = person.by.strip(), person.note.strip()
    return Decision("", Action.ALSO_ACKNOWLEDGED, after, note, (), None, by, person.origin)


def outgrow(case: AlertCase) -> Decision:
    """It had become worse than the person saw when they acknowledged it: people are told again."""
    alert, given = case.open, case.open.acknowledgement
    assert given is not None
    saw = Seen(alert.version, given.severity, given.exposure)
    reason = f"it has grown since {given.by} saw it: {apart(saw, alert)}"
    after = replace(alert, state=AlertState.FIRING, acknowledgement=None, version=alert.version + 1)
    return Decision("", Action.WORSENED, after, reason, alert.evidence, Owed.WORSE)


def expire(case: AlertCase) -> Decision:
    """The acknowledgement has run out and it is not fixed: people are told again."""
    alert, given = case.open, case.open.acknowledgement
    assert given is not None
    after = replace(alert, state=AlertState.FIRING, acknowledgement=None, version=alert.version + 1)
    reason = f"acknowledged by {given.by} until {given.until:%Y-%m-%d %H:%M:%S} UTC, and it is not fixed"
    owed = Owed.ACKNOWLEDGEMENT_EXPIRED
    return Decision("", Action.ACKNOWLEDGEMENT_EXPIRED, after, reason, alert.evidence, owed)


def refuse_resolved(case: AlertCase) -> Decision:
    """It is over."""
    alert = case.alert
    which = f"alert {alert.id}" if alert is not None else "the alert"
    if alert is not None and alert.state is AlertState.RETIRED:
        raise AlreadyResolved(f"{which} is retired, it is watched no more: {alert.retired}")
    raise AlreadyResolved(f"{which} is already resolved: there is nothing to acknowledge")


def refuse_pending(case: AlertCase) -> Decision:
    """Nobody was told of it yet."""
    raise NotFiringYet(f"alert {case.open.id} is not confirmed yet: wait until it fires or goes away")


def refuse_nameless(case: AlertCase) -> Decision:
    """Nobody says it."""
    raise NameRequired(f"alert {case.open.id}: say who acknowledges it")


def refuse_noteless(case: AlertCase) -> Decision:
    """Critical, and not a word about it."""
    raise NoteRequired(f"alert {case.open.id} is critical: say in a note what you are doing about it")
