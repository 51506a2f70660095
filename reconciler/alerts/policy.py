"""What becomes of an alert when something is learned or a person acts: one pure table of named rules.

`decide` takes the first rule of `RULES` that fits the event and the alert, and returns what follows with its
reason. It reads no clock and stores nothing. An alert is resolved only by `Clear`, which carries evidence;
blindness changes nothing but the mark that says since when the alert cannot be checked. What is watched no
more is retired, and a person can close an alert: neither says anything of the condition. At most one word of
a person is in force: an alert is acknowledged, or snoozed, or intended.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from types import UnionType

from reconciler.alerts import consequence as then
from reconciler.alerts import word_consequence as word
from reconciler.alerts.alert import OVER, Alert, AlertState
from reconciler.alerts.case import AlertCase
from reconciler.alerts.event import (
    TRUEUP,
    Action,
    AlertSettings,
    Clear,
    Decision,
    Detected,
    Earlier,
    Event,
    Expire,
    Observed,
    Owed,
    Retire,
    Unknown,
    Weigh,
)
from reconciler.alerts.said import Acknowledge, Bounded, Close, Intend, Note, Snooze

__all__ = [
    "RULES",
    "TRUEUP",
    "Acknowledge",
    "Action",
    "AlertSettings",
    "Clear",
    "Close",
    "Decision",
    "Detected",
    "Earlier",
    "Event",
    "Expire",
    "Intend",
    "Note",
    "Observed",
    "Owed",
    "Retire",
    "Rule",
    "Snooze",
    "Unknown",
    "Weigh",
    "decide",
]


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table.

    Attributes:
        name: Returned with every decision it makes.
        event: The type of event it answers, or several.
        states: The states it answers it in; those of what is over stand for "no open episode" too.
        when: Further condition.
        then: What follows.
    """

    name: str
    event: type[Event] | UnionType
    states: frozenset[AlertState]
    when: Callable[[AlertCase], bool]
    then: Callable[[AlertCase], Decision]


def _always(_: AlertCase) -> bool:
    return True


_NONE = OVER
_PENDING = frozenset({AlertState.PENDING})
_FIRING = frozenset({AlertState.FIRING})
_ACKNOWLEDGED = frozenset({AlertState.ACKNOWLEDGED})
_RECOVERING = frozenset({AlertState.RECOVERING})
_TOLD = _FIRING | _ACKNOWLEDGED
_OPEN = _PENDING | _TOLD | _RECOVERING
_ANY = _OPEN | _NONE
_UNTAKEN = _FIRING | _RECOVERING
_NEW_WORD = Snooze | Intend | Close

RULES: tuple[Rule, ...] = (
    Rule("FIND-1", Detected, _NONE, _always, then.begin),
    Rule("CONFIRM-1", Detected, _PENDING, lambda case: case.found.confirmed, then.fire),
    Rule("CONFIRM-2", Detected, _PENDING, _always, then.see),
    Rule("HELD-1", Detected, _UNTAKEN, lambda case: case.hold_broken, then.unquiet),
    Rule("HELD-2", Detected, _RECOVERING, lambda case: case.hold_run_out, then.relapse_unquiet),
    Rule("WORSE-1", Detected, _UNTAKEN, lambda case: case.severer and case.unspoken, then.worsen),
    Rule("WORSE-2", Detected, _ACKNOWLEDGED | _RECOVERING, lambda case: case.broken, then.worsen),
    Rule("BACK-1", Detected, _RECOVERING, lambda case: case.stands, then.relapse),
    Rule("BACK-2", Detected, _RECOVERING, lambda case: case.run_out, then.relapse_unattended),
    Rule("BACK-3", Detected, _RECOVERING, _always, then.relapse),
    Rule("SEEN-1", Detected, _TOLD, _always, then.see),
    Rule("CLEAR-1", Clear, _NONE, _always, then.nothing("there is no open alert to clear")),
    Rule("CLEAR-2", Clear, _OPEN, lambda case: case.outdated, then.nothing("older than what is known")),
    Rule("CLEAR-3", Clear, _PENDING, _always, then.vanish),
    Rule("CLEAR-4", Clear, _TOLD | _RECOVERING, lambda case: case.enough, then.resolve),
    Rule("CLEAR-5", Clear, _TOLD, _always, then.recover),
    Rule("CLEAR-6", Clear, _RECOVERING, _always, then.recover_on),
    Rule("BLIND-1", Unknown, _NONE, _always, then.nothing("there is no open alert to freeze")),
    Rule("BLIND-2", Unknown, _OPEN, lambda case: case.frozen, then.nothing("it cannot be checked, still")),
    Rule("BLIND-3", Unknown, _OPEN, _always, then.freeze),
    Rule("ACK-1", Acknowledge, _NONE, _always, word.refuse_over),
    Rule("ACK-2", Acknowledge, _PENDING, _always, word.refuse_pending),
    Rule("SAY-1", _NEW_WORD, _NONE, _always, word.refuse_over),
    Rule("SAY-2", _NEW_WORD, _PENDING, _always, word.refuse_pending),
    Rule("SAY-3", Acknowledge | _NEW_WORD | Note, _ANY, lambda case: case.nameless, word.refuse_nameless),
    Rule("SAY-4", Acknowledge | _NEW_WORD | Note, _ANY, lambda case: case.noteless, word.refuse_noteless),
    Rule("SECOND-1", Acknowledge, _OPEN, lambda case: case.seconded, word.second),
    Rule("SECOND-2", _NEW_WORD, _OPEN, lambda case: case.overtaken, word.refuse_unaware),
    Rule("UNTIL-1", Bounded, _OPEN, lambda case: case.too_late, word.refuse_too_late),
    Rule("UNTIL-2", Bounded, _OPEN, lambda case: case.too_long, word.refuse_too_long),
    Rule("ACK-5", Acknowledge, _OPEN, _always, word.acknowledge),
    Rule("SNOOZE-1", Snooze, _OPEN, _always, word.snooze),
    Rule("INTEND-1", Intend, _OPEN, lambda case: case.not_by_hand, word.refuse_not_by_hand),
    Rule("INTEND-2", Intend, _OPEN, lambda case: case.another_size, word.refuse_another_size),
    Rule("INTEND-3", Intend, _OPEN, _always, word.intend),
    Rule("CLOSE-1", Close, _OPEN, lambda case: case.grown_since_seen, word.refuse_grown),
    Rule("CLOSE-2", Close, _OPEN, _always, word.close),
    Rule("NOTE-1", Note, _ANY, lambda case: case.alert is not None, word.note),
    Rule("NOTE-2", Note, _NONE, _always, word.refuse_over),
    Rule("GROWN-1", Weigh, _ACKNOWLEDGED, lambda case: case.outgrown, word.outgrow),
    Rule("GROWN-2", Weigh, _FIRING, lambda case: case.hold_outgrown, word.outgrow_hold),
    Rule("GROWN-3", Weigh, _ANY, _always, then.nothing("what the person saw is all of it")),
    Rule("RETIRE-1", Retire, _OPEN, _always, then.retire),
    Rule("RETIRE-2", Retire, _NONE, _always, then.nothing("there is no open alert to retire")),
    Rule("EXPIRE-1", Expire, _ACKNOWLEDGED, lambda case: case.run_out, word.expire),
    Rule("EXPIRE-2", Expire, _FIRING, lambda case: case.hold_run_out, word.end_hold),
    Rule("EXPIRE-3", Expire, _ANY, _always, then.nothing("no word of a person has run out")),
)


def decide(alert: Alert | None, event: Event, settings: AlertSettings, *, now: datetime) -> Decision:
    """Return what follows from `event` for the latest episode of its condition.

    Args:
        alert: The open episode, else the latest one that is over, else None.
        event: What was learned or done.
        settings: The numbers of the table.
        now: Aware UTC.

    Raises:
        AlertCommandError: A person's command cannot be followed.
    """
    case = AlertCase(alert, event, settings, now)
    state = AlertState.RESOLVED if alert is None else alert.state
    for rule in RULES:
        if isinstance(event, rule.event) and state in rule.states and rule.when(case):
            return replace(rule.then(case), rule=rule.name)
    raise AssertionError(f"no rule for {type(event).__name__} in {state}")
