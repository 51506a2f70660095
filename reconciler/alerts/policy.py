"""What becomes of an alert when something is learned or a person acts: one pure table of named rules.

`decide` takes the first rule of `RULES` that fits the event and the alert, and returns what follows with its
reason. It reads no clock and stores nothing. An alert is resolved only by `Clear`, which carries evidence;
blindness changes nothing but the mark that says since when the alert cannot be checked. What is watched no
more is retired, which says nothing of the condition.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.alerts import consequence as then
from reconciler.alerts.alert import OVER, Alert, AlertState
from reconciler.alerts.case import AlertCase
from reconciler.alerts.event import (
    TRUEUP,
    Acknowledge,
    Action,
    AlertSettings,
    Clear,
    Decision,
    Detected,
    Event,
    Expire,
    Observed,
    Owed,
    Retire,
    Unknown,
    Weigh,
)

__all__ = [
    "RULES",
    "TRUEUP",
    "Acknowledge",
    "Action",
    "AlertSettings",
    "Clear",
    "Decision",
    "Detected",
    "Event",
    "Expire",
    "Observed",
    "Owed",
    "Retire",
    "Rule",
    "Unknown",
    "Weigh",
    "decide",
]


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table.

    Attributes:
        name: Returned with every decision it makes.
        event: The type of event it answers.
        states: The states it answers it in; those of what is over stand for "no open episode" too.
        when: Further condition.
        then: What follows.
    """

    name: str
    event: type[Event]
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

RULES: tuple[Rule, ...] = (
    Rule("FIND-1", Detected, _NONE, _always, then.begin),
    Rule("CONFIRM-1", Detected, _PENDING, lambda case: case.found.confirmed, then.fire),
    Rule("CONFIRM-2", Detected, _PENDING, _always, then.see),
    Rule("WORSE-1", Detected, _FIRING | _RECOVERING, lambda case: case.severer, then.worsen),
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
    Rule("ACK-1", Acknowledge, _NONE, _always, then.refuse_resolved),
    Rule("ACK-2", Acknowledge, _PENDING, _always, then.refuse_pending),
    Rule("ACK-3", Acknowledge, _OPEN, lambda case: not case.person.by.strip(), then.refuse_nameless),
    Rule("ACK-4", Acknowledge, _OPEN, lambda case: case.noteless, then.refuse_noteless),
    Rule("SECOND-1", Acknowledge, _OPEN, lambda case: case.seconded, then.second),
    Rule("ACK-5", Acknowledge, _OPEN, _always, then.acknowledge),
    Rule("GROWN-1", Weigh, _ACKNOWLEDGED, lambda case: case.outgrown, then.outgrow),
    Rule("GROWN-2", Weigh, _ANY, _always, then.nothing("what was acknowledged is all of it")),
    Rule("RETIRE-1", Retire, _OPEN, _always, then.retire),
    Rule("RETIRE-2", Retire, _NONE, _always, then.nothing("there is no open alert to retire")),
    Rule("EXPIRE-1", Expire, _ACKNOWLEDGED, lambda case: case.run_out, then.expire),
    Rule("EXPIRE-2", Expire, _ANY, _always, then.nothing("no acknowledgement has run out")),
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
