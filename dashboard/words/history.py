"""The history of an alert in sentences: what happened, who did it, and what they said, to its end. Pure."""

from dataclasses import dataclass
from datetime import datetime

from dashboard.words import numbers as words
from reconciler.facts.message import MessageView
from reconciler.views.alert import TransitionView

_TRUEUP = "trueup"
"""Who acted where no person did."""

_LEADS = {
    "found": "Suspected",
    "confirmed": "Needed you",
    "worsened": "Got worse",
    "acknowledgement_expired": "Needed you again",
    "snooze_ended": "Stood out again",
    "intent_ended": "Stood out again",
    "clear": "Looked healed",
    "relapsed": "Was not over",
    "resolved": "Over",
    "vanished": "Was nothing",
    "retired": "Watched no more",
    "frozen": "Could not be checked",
}
_DEEDS = {
    "acknowledged": "Acknowledged",
    "also_acknowledged": "Acknowledged as well",
    "snoozed": "Snoozed",
    "intended": "Marked as intended",
    "noted": "Noted",
    "check_asked": "Asked for another look",
    "closed": "Closed",
}
_REPEATED = ("retired: ", "cannot be checked: ", "not over after all: ")
"""What a reason begins with and its lead has said already."""

WHY = {
    "first": "first",
    "worse": "it got worse",
    "repeat": "reminder",
    "acknowledgement_expired": "acknowledgement ended",
    "snooze_ended": "snooze ended",
    "intent_ended": "no longer as intended",
    "flapping": "comes and goes",
    "escalated": "nobody took it",
    "resolved": "over",
    "retired": "watched no more",
    "closed": "closed by a person",
    "over": "was over before",
}
"""Why a message was sent."""

_ORIGINS = {
    "dashboard": "on the screens",
    "cli": "on the command line",
    "api": "by a program",
    "telegram": "by Telegram",
    "ntfy": "by ntfy",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history: when, what as a sentence, and who."""

    at: datetime
    text: str
    who: str


def line(change: TransitionView) -> Line:
    """Return one change as a line."""
    if change.actor == _TRUEUP:
        lead = _LEADS.get(change.action, change.action.replace("_", " ").capitalize())
        return Line(change.at, _sentence(lead, change.reason), "Trueup")
    deed = _DEEDS.get(change.action, change.action.replace("_", " ").capitalize())
    silent = f"{deed}." if change.action == "check_asked" else f"{deed}, without a note."
    said = f"{deed}: {change.reason}" if change.reason.strip() else silent
    where = _ORIGINS.get(change.origin, "")
    who = words.shortened(change.actor)
    return Line(change.at, said, f"{who}, {where}" if where else who)


def delivery(told: MessageView) -> str:
    """Say how a message fared: `delivered in 0.4 s`, `delivered at try 3, after 2 m`."""
    took = told.at - told.tried_at
    if told.attempts > 1:
        return f"delivered at try {told.attempts}, after {words.duration(took)}"
    return f"delivered in {words.milliseconds(max(0.0, took.total_seconds() * 1000))}"


def _sentence(lead: str, reason: str) -> str:
    said = reason.strip()
    for beginning in _REPEATED:
        said = said.removeprefix(beginning)
    if not said:
        return f"{lead}."
    return f"{lead}: {said}" if said.endswith((".", "!", "?", "…")) else f"{lead}: {said}."
