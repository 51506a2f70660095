"""What follows from what a person says of an alert, and from its end: one function a kind of rule."""

from dataclasses import replace

from reconciler.alerts.alert import Acknowledgement, Alert, AlertState, Hold, HoldKind
from reconciler.alerts.case import AlertCase
from reconciler.alerts.consequence import ENDED
from reconciler.alerts.errors import (
    AlertGrown,
    AlreadyResolved,
    AnotherSize,
    NameRequired,
    NotByHand,
    NoteRequired,
    NotFiringYet,
    TakenMeanwhile,
    WrongEnd,
)
from reconciler.alerts.event import Action, Decision, Owed
from reconciler.alerts.said import CheckAgain, Close, Intend, Note
from reconciler.alerts.seen import Seen, apart
from reconciler.facts.wording import number, span


def acknowledge(case: AlertCase) -> Decision:
    """A person has seen it. While it is recovering it stays so; a relapse then finds it acknowledged."""
    alert, person = case.open, case.said
    given = Acknowledgement(
        by=person.by.strip(),
        at=person.at,
        note=person.note.strip(),
        until=case.until,
        severity=case.severity_seen,
        exposure=case.exposure_seen,
    )
    recovering = alert.state is AlertState.RECOVERING
    state = AlertState.RECOVERING if recovering else AlertState.ACKNOWLEDGED
    after = replace(alert, state=state, acknowledgement=given, hold=None, version=alert.version + 1)
    note = given.note if alert.hold is None else _in_place_of(alert, given.note)
    return Decision("", Action.ACKNOWLEDGED, after, note, (), None, given.by, person.origin)


def second(case: AlertCase) -> Decision:
    """Somebody else was faster: that acknowledgement stays in force, this one is in the history beside it."""
    alert, person = case.open, case.said
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


def refuse_over(case: AlertCase) -> Decision:
    """It is over."""
    alert = case.alert
    which = f"alert {alert.id}" if alert is not None else "the alert"
    if alert is not None and alert.state is AlertState.RETIRED:
        raise AlreadyResolved(f"{which} is retired, it is watched no more: {alert.retired}")
    if alert is not None and alert.state is AlertState.CLOSED:
        raise AlreadyResolved(f"{which} was closed by {alert.closed_by}: {alert.closed_because}")
    raise AlreadyResolved(f"{which} is already resolved: there is nothing to do about it")


def refuse_pending(case: AlertCase) -> Decision:
    """Nobody was told of it yet."""
    raise NotFiringYet(f"alert {case.open.id} is not confirmed yet: wait until it fires or goes away")


def refuse_nameless(case: AlertCase) -> Decision:
    """Nobody says it."""
    raise NameRequired(f"{_which(case)}: say who you are")


def refuse_noteless(case: AlertCase) -> Decision:
    """Not a word about it, where one is needed."""
    match case.said:
        case Intend():
            why = "say in a note why this position is meant to be there"
        case Close():
            why = "say in a note why it is closed"
        case Note():
            why = "the note is empty"
        case _:
            why = "it is critical: say in a note what you are doing about it"
    raise NoteRequired(f"{_which(case)}: {why}")


def refuse_too_late(case: AlertCase) -> Decision:
    """The end that was chosen is over."""
    raise WrongEnd(f"{_which(case)}: {case.until:%Y-%m-%d %H:%M:%S} UTC is over already, choose a later time")


def refuse_too_long(case: AlertCase) -> Decision:
    """The end that was chosen is further away than is allowed."""
    most = span(case.lasting.most)
    raise WrongEnd(
        f"{_which(case)}: {most} is the longest that can be chosen for it, so that it is not forgotten"
    )


def refuse_unaware(case: AlertCase) -> Decision:
    """Somebody has taken it, or holds it quiet, since the person looked."""
    alert = case.open
    word = alert.acknowledgement or alert.hold
    assert word is not None
    what = "acknowledged" if alert.acknowledgement is not None else str(alert.hold and alert.hold.kind)
    note = f", note: {word.note}" if word.note else ""
    raise TakenMeanwhile(
        f"{_which(case)} is {what} by {word.by} until {word.until:%Y-%m-%d %H:%M:%S} UTC{note}: "
        "look at it anew, and say it again if yours is to take its place"
    )


def refuse_not_by_hand(case: AlertCase) -> Decision:
    """Nobody can have opened by hand what it is about."""
    raise NotByHand(
        f"{_which(case)} is {case.open.key.kind}: only a position that the exchange holds beyond what "
        "the bots know can be intended; it can be acknowledged or snoozed"
    )


def refuse_another_size(case: AlertCase) -> Decision:
    """Its size is not known, or not the one that the person saw."""
    now, said = case.open.surplus, case.said
    assert isinstance(said, Intend)
    if not now:
        raise AnotherSize(f"{_which(case)}: its size is not known now, so nobody can say that it is intended")
    saw = "" if said.surplus is None else f", and you saw {number(said.surplus)}"
    raise AnotherSize(
        f"{_which(case)}: the exchange holds {number(now)} contracts beyond the bots' books{saw}: "
        "look at it anew"
    )


def refuse_grown(case: AlertCase) -> Decision:
    """It has become worse than the person saw."""
    alert = case.open
    saw = Seen(alert.version, case.severity_seen, case.exposure_seen)
    raise AlertGrown(f"{_which(case)} has grown since you saw it: {apart(saw, alert)}; look at it anew")


def snooze(case: AlertCase) -> Decision:
    """Not now: it is quiet for a while, and nobody has taken it."""
    return _hold(case, HoldKind.SNOOZED, Action.SNOOZED)


def intend(case: AlertCase) -> Decision:
    """It is meant to be so, of this size and for a while."""
    return _hold(case, HoldKind.INTENDED, Action.INTENDED)


def _hold(case: AlertCase, kind: HoldKind, action: Action) -> Decision:
    alert, said = case.open, case.said
    hold = Hold(
        kind=kind,
        by=said.by.strip(),
        at=case.now,
        note=said.note.strip(),
        until=case.until,
        severity=case.severity_seen,
        exposure=case.exposure_seen,
        surplus=alert.surplus if kind is HoldKind.INTENDED else None,
    )
    recovering = alert.state is AlertState.RECOVERING
    state = AlertState.RECOVERING if recovering else AlertState.FIRING
    after = replace(alert, state=state, hold=hold, acknowledgement=None, version=alert.version + 1)
    until = f"until {hold.until:%Y-%m-%d %H:%M:%S} UTC"
    size = f", {number(hold.surplus)} contracts" if hold.surplus is not None else ""
    reason = _in_place_of(alert, f"{until}{size}: {hold.note}" if hold.note else f"{until}{size}")
    return Decision("", action, after, reason, (), None, hold.by, said.origin)


def _in_place_of(alert: Alert, text: str) -> str:
    """Add which word of a person ends by another kind of one: none is dropped in silence."""
    word = alert.acknowledgement or alert.hold
    if word is None:
        return text
    what = "acknowledged" if alert.hold is None else str(alert.hold.kind)
    return f"{text} (in place of: {what} by {word.by})".strip()


def outgrow_hold(case: AlertCase) -> Decision:
    """It had become worse than the person saw when they wanted it quiet: people are told."""
    alert, hold = case.open, case.open.hold
    assert hold is not None
    saw = Seen(alert.version, hold.severity, hold.exposure)
    reason = f"it has grown since {hold.by} saw it: {apart(saw, alert)}"
    after = replace(alert, hold=None, version=alert.version + 1)
    return Decision("", Action.WORSENED, after, reason, alert.evidence, Owed.WORSE)


def end_hold(case: AlertCase) -> Decision:
    """The time is over for which it was to be quiet, and it is not over: people are told."""
    alert, hold = case.open, case.open.hold
    assert hold is not None
    action, owed = ENDED[hold.kind]
    after = replace(alert, hold=None, version=alert.version + 1)
    reason = f"{hold.kind} by {hold.by} until {hold.until:%Y-%m-%d %H:%M:%S} UTC, and it is not over"
    if case.now < hold.until:
        reason = f"{hold.kind} by {hold.by}; the clock was set back, so nobody knows for how much longer"
    return Decision("", action, after, reason, alert.evidence, owed)


def close(case: AlertCase) -> Decision:
    """A person has closed it. Nothing shows that it is gone: found again, it is a new episode."""
    alert, said = case.open, case.said
    by, why = said.by.strip(), said.note.strip()
    after = replace(
        alert,
        state=AlertState.CLOSED,
        resolved_at=case.now,
        closed_by=by,
        closed_because=why,
        version=alert.version + 1,
    )
    return Decision("", Action.CLOSED, after, why, (), Owed.CLOSED, by, said.origin)


def note(case: AlertCase) -> Decision:
    """A further word. Nothing else changes."""
    alert, said = case.alert, case.said
    assert alert is not None
    after = replace(alert, version=alert.version + 1)
    action = Action.CHECK_ASKED if isinstance(said, CheckAgain) else Action.NOTED
    return Decision("", action, after, said.note.strip(), (), None, said.by.strip(), said.origin)


def _which(case: AlertCase) -> str:
    return f"alert {case.alert.id}" if case.alert is not None else "the alert"
