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
        items: What it tells; empty for a test.
        reply: The token by which an answer from the phone names it; empty where none is taken.
    """

    title: str
    body: str
    severity: Severity
    items: tuple[Item, ...] = ()
    reply: str = ""
