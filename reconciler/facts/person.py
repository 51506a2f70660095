"""Who is at a screen, as sign-in knows them, and which role each deed takes; pure."""

from collections.abc import Mapping, Sequence
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
        role: What they may do with all accounts; of one limited to groups, the highest that they have there.
        groups: Their roles for the accounts of single groups, by name: where higher, these count there.
        everywhere: They see all accounts. Else those of their groups alone.
    """

    name: str
    role: Role
    groups: tuple[tuple[str, Role], ...] = ()
    everywhere: bool = True

    @property
    def sees(self) -> frozenset[str] | None:
        """The groups whose accounts they see, and no others; None for all accounts."""
        return None if self.everywhere else frozenset(group for group, _ in self.groups)

    def may(self, deed: Deed) -> bool:
        """Return whether they may do it anywhere at all."""
        roles = [role for _, role in self.groups] + ([self.role] if self.everywhere else [])
        return any(role.may(LEAST[deed]) for role in roles)

    def role_for(self, group: str) -> Role | None:
        """Return what they may do with the accounts of a group, empty for those of none; None for nothing."""
        roles = [role for name, role in self.groups if name == group and name]
        if self.everywhere:
            roles.append(self.role)
        return max(roles, key=list(Role).index, default=None)

    def may_for(self, deed: Deed, group: str) -> bool:
        """Return whether they may do it with the accounts of a group, empty for those of none."""
        role = self.role_for(group)
        return role is not None and role.may(LEAST[deed])


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
        groups: To whose accounts the role is limited; None for all accounts.
    """

    id: int
    name: str
    role: Role
    created_at: datetime
    changed_at: datetime
    removed_at: datetime | None
    groups: tuple[str, ...] | None = None

    @property
    def person(self) -> Person:
        """Who signs in by it."""
        return limited(self.name, self.role, self.groups)

    def is_of(self, began: datetime) -> bool:
        """Return whether a session that began then still stands for this account."""
        return self.removed_at is None and began >= self.changed_at


def limited(name: str, role: Role, groups: Sequence[str] | None) -> Person:
    """Return somebody whose role holds for the accounts of these groups alone; None: for all accounts."""
    if groups is None:
        return Person(name, role)
    return Person(name, role, tuple((group, role) for group in groups), everywhere=False)
