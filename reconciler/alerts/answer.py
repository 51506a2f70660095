"""What a person is told who has said something of an alert: how it is, and what they could not know; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.alerts.alert import Acknowledgement, Alert
from reconciler.alerts.event import Action, Decision
from reconciler.alerts.said import Acknowledge, Note, Said
from reconciler.alerts.seen import apart
from reconciler.facts.wording import clock


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of what a person said. It is stored, whatever came of it.

    Attributes:
        alert: The alert as it is now.
        told: What the person could not know when they said it, plain sentences; empty for nothing.
    """

    alert: Alert
    told: str


def answer(said: Said, decisions: Sequence[Decision]) -> Answer:
    """Return what to tell a person, of the decisions that followed from what they did, at least one."""
    last = decisions[-1]
    alert = last.after
    assert alert is not None, "what a person says is stored or refused"
    if last.action is Action.ALSO_ACKNOWLEDGED and alert.acknowledgement is not None:
        return Answer(alert, _second(alert.acknowledgement))
    seen = None if isinstance(said, Note) else said.seen
    if last.action is Action.WORSENED and seen is not None:
        what = "acknowledgement" if isinstance(said, Acknowledge) else "word"
        grown = (
            f"It has grown since you saw it: {apart(seen, alert)}. Your {what} is stored for "
            "what you saw, and the alert fires again: look at it anew."
        )
        return Answer(alert, grown)
    return Answer(alert, "")


def _second(given: Acknowledgement) -> str:
    note = f", note: {given.note}" if given.note else ", without a note"
    return (
        f"Acknowledged by {given.by} before you, at {clock(given.at)}{note}. That one stays in force until "
        f"{clock(given.until)}; yours was added to the history."
    )
