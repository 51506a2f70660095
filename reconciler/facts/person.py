"""Who is at a screen, as sign-in knows them, and which role each deed takes; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reconciler.facts.token import Role


class Deed(StrEnum):
    """What a person can have done."""

    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze"
    INTEND = "intend"
    NOTE = "note"
    CHECK_AGAIN = "check_again"
    CLOSE = "close"
    MAINTAIN = "maintain"
    TEST_CHANNEL = "test_channel"


LEAST: Mapping[Deed, Role] = {
    Deed.ACKNOWLEDGE: Role.OPERATOR,
    Deed.SNOOZE: Role.OPERATOR,
    Deed.INTEND: Role.OPERATOR,
    Deed.NOTE: Role.OPERATOR,
    Deed.CHECK_AGAIN: Role.OPERATOR,
    # These three go past the checks, or beyond one alert.
    Deed.CLOSE: Role.ADMIN,
    Deed.MAINTAIN: Role.ADMIN,
    Deed.TEST_CHANNEL: Role.ADMIN,
}
"""The least role that a deed takes."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who was let in.

    Attributes:
        name: As sign-in knows them; empty where it knows no name: whoever has the terminal's link.
        role: What they may do.
    """

    name: str
    role: Role

    def may(self, deed: Deed) -> bool:
        """Return whether their role allows it."""
        return self.role.may(LEAST[deed])


@dataclass(frozen=True, slots=True)
class Account:
    """A local account: somebody whom Trueup itself knows by a name and a password.

    Attributes:
        id: Its row; never used again for another one.
        name: As it was made.
        role: What they may do.
        created_at: Aware UTC.
        changed_at: Since when password and role are these: a session that began before is over.
        removed_at: Since when nobody is let in by it; None while somebody is.
    """

    id: int
    name: str
    role: Role
    created_at: datetime
    changed_at: datetime
    removed_at: datetime | None

    def is_of(self, began: datetime) -> bool:
        """Return whether a session that began then still stands for this account."""
        return self.removed_at is None and began >= self.changed_at
