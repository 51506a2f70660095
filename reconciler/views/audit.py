"""Who did what: one line each, whatever table it stands in."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

ALERT_WORDS = ("acknowledged", "snoozed", "intended", "noted", "closed")
"""What a person says of an alert, as its history names it."""


@dataclass(frozen=True, slots=True)
class ActView:
    """One thing that somebody, or Trueup itself, did.

    Attributes:
        at: When, aware UTC.
        actor: Who, a person's name or `trueup`; empty where that is not kept.
        origin: From where: `dashboard`, `cli`, `api`, `telegram`, `reconciler`, ...; empty where not kept.
        action: What, one word or two.
        subject: To what: an alert's symbol, an account, a channel, a token.
        account: The account; empty where it is of all or none.
        note: What was said, or what came of it.
        kind: The alert's kind, by its name; empty where it is of none.
        alert_id: The alert; None where it is of none.
    """

    at: datetime
    actor: str
    origin: str
    action: str
    subject: str
    account: str
    note: str
    kind: str = ""
    alert_id: int | None = None


@dataclass(frozen=True, slots=True)
class ActsWanted:
    """Which acts are wanted; what is None or empty narrows nothing.

    Attributes:
        since: Not before, aware UTC; `until`: before, aware UTC.
        actors: Of these.
        actions: These.
        account: Of this account.
        text: What must be in who, what, to what or the note, in any case of letters.
        ours: What Trueup itself did to alerts as well.
    """

    since: datetime | None = None
    until: datetime | None = None
    actors: Collection[str] = ()
    actions: Collection[str] = ()
    account: str = ""
    text: str = ""
    ours: bool = False
