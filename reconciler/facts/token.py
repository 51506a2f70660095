"""Tokens by which programs are let in: what each may do, and the hash that is kept in its place; pure."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

PREFIX = "trueup_"
"""What every token begins with: whoever finds one in a file knows whose it is, and scanners find it."""


class Role(StrEnum):
    """What a token or a person may do, least first."""

    VIEWER = "viewer"  # read, and ask the gate
    OPERATOR = "operator"  # and answer alerts
    ADMIN = "admin"  # and what goes past the checks, or beyond one alert

    @property
    def with_article(self) -> str:
        """The role in a sentence: `an operator`."""
        return f"a {self}" if self is Role.VIEWER else f"an {self}"

    def may(self, wanted: "Role") -> bool:
        """Return whether this role may do what takes the other one."""
        every = list(Role)
        return every.index(self) >= every.index(wanted)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is known after it was made: never the token itself.

    Attributes:
        id: Its row.
        name: Who uses it, as a person named it; what is done with it is done in this name.
        role: What it may do.
        created_at: Aware UTC.
        revoked_at: Since when it opens nothing, aware UTC; None while it does.
        digest: The hash of the token.
        groups: To the accounts of which groups it is limited; None for all accounts.
    """

    id: int
    name: str
    role: Role
    created_at: datetime
    revoked_at: datetime | None
    digest: str
    groups: tuple[str, ...] | None = None


def digest_of(token: str) -> str:
    """Return the hash under which a token is kept. It holds 256 bits of chance: one round is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
