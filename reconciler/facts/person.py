"""Who is at a screen, as sign-in knows them, and which role each deed takes; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
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
