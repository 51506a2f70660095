"""What was sent to people, and how the channels fare on which it was sent, as it is kept and shown; pure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message that told of an alert, and of others perhaps.

    Attributes:
        channel: The channel that has taken it, by its name in the settings.
        why: Why the alert was told of: first, worse, repeat, escalated, resolved, over, ...
        title: Its first line.
        body: The rest.
        tried_at: When it was first tried, aware UTC.
        at: When it was taken, aware UTC.
        attempts: How often it was tried.
        said: What the channel said, one plain line without secrets.
    """

    channel: str
    why: str
    title: str
    body: str
    tried_at: datetime
    at: datetime
    attempts: int
    said: str


@dataclass(frozen=True, slots=True)
class ReplyView:
    """What came from a phone, and what was made of it.

    Attributes:
        channel: The channel on which it came.
        at: When it was heard, aware UTC.
        by: Who that is to the channel: `telegram:ada`, `telegram:user 81234`.
        note: What the button says, or the words.
        taken: Something was done; else it was refused.
        told: What the person was told, or why it was refused.
    """

    channel: str
    at: datetime
    by: str
    note: str
    taken: bool
    told: str


@dataclass(frozen=True, slots=True)
class ChannelView:
    """How a channel on which people are told fares.

    Attributes:
        name: Its name in the settings.
        since: When it was first served, aware UTC.
        at: When this was written, aware UTC.
        taken_at: When it last took a message, aware UTC; None if never.
        failing_since: Since when it takes none, aware UTC; None while it does.
        failures: How often it has not taken one since then.
        next_at: When it is tried again, aware UTC; None while nothing waits.
        said: What it last said, one plain line without secrets.
    """

    name: str
    since: datetime
    at: datetime
    taken_at: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    next_at: datetime | None = None
    said: str = ""
