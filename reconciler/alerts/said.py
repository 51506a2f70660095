"""What a person can say of an alert: each is an event of the table, with who said it and where."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from reconciler.alerts.seen import Seen


@dataclass(frozen=True, slots=True)
class Word:
    """What a person says, whatever it is.

    Attributes:
        by: Who.
        note: What they write.
        at: When, aware UTC.
        origin: From where: dashboard, cli, api, telegram, ntfy.
    """

    by: str
    note: str
    at: datetime
    origin: str


@dataclass(frozen=True, slots=True)
class WordOnSeen(Word):
    """A word that goes by what was seen.

    Attributes:
        seen: The alert as it was shown to them; None stands for the alert as it is.
        unaware: True when the word in force was given after what they saw. The store fills it in.
    """

    seen: Seen | None = None
    unaware: bool = False


@dataclass(frozen=True, slots=True)
class PassingWord(WordOnSeen):
    """A word that ends by itself.

    Attributes:
        until: When it is to end, aware UTC, as it was shown to them; None for the usual time.
    """

    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Acknowledge(PassingWord):
    """A person says: seen, somebody is on it."""


@dataclass(frozen=True, slots=True)
class Snooze(PassingWord):
    """A person says: not now. Nobody has taken it, and it comes back."""


@dataclass(frozen=True, slots=True)
class Intend(PassingWord):
    """A person says: this position, of this size, is meant to be so.

    Attributes:
        surplus: What they saw the exchange hold beyond the bots' books, signed contracts; None stands for
            what it is.
    """

    surplus: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Close(WordOnSeen):
    """A person says: over, for this reason, whatever the checks show."""


@dataclass(frozen=True, slots=True)
class Note(Word):
    """A person adds a word, and nothing else changes."""


@dataclass(frozen=True, slots=True)
class CheckAgain(Note):
    """A person asks for another look at once: the note says so, and whoever watches the account looks."""


Said = Acknowledge | Snooze | Intend | Close | Note
Bounded = Acknowledge | Snooze | Intend
"""What ends by itself."""
