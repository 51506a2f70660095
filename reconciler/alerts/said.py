"""What a person can say of an alert: each is an event of the table, with who said it and where."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from reconciler.alerts.seen import Seen


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """A person says: seen, somebody is on it.

    Attributes:
        by: Who.
        note: What they write.
        at: When, aware UTC.
        origin: From where: dashboard, cli, api, telegram, ntfy.
        seen: The alert as it was shown to them; None stands for the alert as it is.
        unaware: True when the word in force was given after what they saw. The store fills it in.
        until: When it is to end, aware UTC, as it was shown to them; None for the usual time.
    """

    by: str
    note: str
    at: datetime
    origin: str
    seen: Seen | None = None
    unaware: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Snooze:
    """A person says: not now. Nobody has taken it, and it comes back. Fields as of `Acknowledge`."""

    by: str
    note: str
    at: datetime
    origin: str
    seen: Seen | None = None
    unaware: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Intend:
    """A person says: this position, of this size, is meant to be so. Further fields as of `Acknowledge`.

    Attributes:
        surplus: What they saw the exchange hold beyond the bots' books, signed contracts; None stands for
            what it is.
    """

    by: str
    note: str
    at: datetime
    origin: str
    seen: Seen | None = None
    unaware: bool = False
    until: datetime | None = None
    surplus: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Close:
    """A person says: over, for this reason, whatever the checks show. Fields as of `Acknowledge`."""

    by: str
    note: str
    at: datetime
    origin: str
    seen: Seen | None = None
    unaware: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A person adds a word, and nothing else changes. Fields as of `Acknowledge`."""

    by: str
    note: str
    at: datetime
    origin: str


Said = Acknowledge | Snooze | Intend | Close | Note
Bounded = Acknowledge | Snooze | Intend
"""What ends by itself."""
