"""What is sent on a channel: the words, and what they tell, for a channel with a form of its own; pure."""

from dataclasses import dataclass

from reconciler.facts.finding import Severity
from reconciler.notify.outbox import Item


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent.

    Attributes:
        title: One line.
        body: The rest, lines of plain text.
        severity: The worst in it that is not over; info where all of it is.
        items: What it tells of alerts; empty for a test, and where it is `about` something else.
        reply: The token by which an answer from the phone names it; empty where none is taken.
        answers: For how many alerts such an answer is.
        about: What it is about beside alerts, `state_database`; info says that it is over. Empty for a test.
    """

    title: str
    body: str
    severity: Severity
    items: tuple[Item, ...] = ()
    reply: str = ""
    answers: int = 1
    about: str = ""
