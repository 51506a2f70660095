"""What somebody did beside the alerts: read the settings again, tried a channel, signed in; pure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was done, as it is kept.

    Attributes:
        at: When, aware UTC.
        actor: Who, a person's name or `trueup`; empty where that is not known.
        origin: From where: `dashboard`, `cli`, `api`, `reconciler`, ...
        action: What, one of the words of `views.audit`: `settings taken`, `channel tried`, `signed in`, ...
        subject: To what: a channel, an account; empty for all of it.
        note: What came of it, or was said, plain text.
    """

    at: datetime
    actor: str
    origin: str
    action: str
    subject: str
    note: str
