"""Who did what, in plain words. Pure."""

from collections.abc import Mapping, Sequence

from dashboard.words import moments
from dashboard.words import numbers as words
from reconciler.facts.finding import Kind
from reconciler.kinds.registry import spec_of
from reconciler.views.audit import ActView

GROUPS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "acknowledged": ("Acknowledged", ("acknowledged", "also_acknowledged")),
    "snoozed": ("Snoozed", ("snoozed",)),
    "intended": ("Intended", ("intended",)),
    "checked": ("Another look", ("check_asked",)),
    "closed": ("Closed", ("closed",)),
    "noted": ("Notes", ("noted",)),
    "maintenance": ("Maintenance", ("maintenance begun", "maintenance ended")),
    "settings": ("Settings", ("settings taken", "settings refused")),
    "channels": ("Channel tests", ("channel tried",)),
    "tokens": ("Tokens", ("token made", "token revoked")),
    "signed": ("Sign-in", ("signed in", "signed out", "sign-in refused")),
    "refused": ("Refused answers", ("answer refused",)),
}
"""What can be chosen, by its name in the address: its words, and the acts that it stands for."""

ORIGINS = {
    "dashboard": "these screens",
    "cli": "command line",
    "api": "a program",
    "telegram": "Telegram",
    "ntfy": "ntfy",
    "reconciler": "Trueup",
    "": moments.UNTOLD,
}


def sentence(found: Sequence[ActView], period: str, *, most: int) -> str:
    """Say how much was done by how many."""
    if not found:
        return f"Nothing was done in {period}."
    people = {act.actor for act in found if act.actor and act.actor != "trueup"}
    shown = f"{words.count(len(found), 'entry', 'entries')}"
    if len(found) >= most:
        shown = f"the newest {most:,} entries"
    return f"{shown.capitalize()} in {period}, by {words.count(len(people), 'person', 'people')}."


def actor(act: ActView) -> str:
    """Return who it was; a dash where nobody is known."""
    return {"trueup": "Trueup", "": moments.UNTOLD}.get(act.actor, act.actor)


def action(act: ActView) -> str:
    """Return what was done."""
    return act.action.replace("_", " ")


def subject(act: ActView) -> str:
    """Return to what; of an alert what it is called, and its symbol."""
    if not act.kind:
        return words.shortened(act.subject) or moments.UNTOLD
    named = spec_of(Kind(act.kind)).words.now.title if act.kind in set(Kind) else act.kind
    return f"{named}, {words.shortened(act.subject)}"


def origin(act: ActView) -> str:
    """Return from where it was done."""
    return ORIGINS.get(act.origin, act.origin)


def inert(value: str) -> str:
    """Return a value that a spreadsheet takes for text, whatever it begins with."""
    return f"'{value}" if value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
