"""Who is let in: the accounts of people, and the tokens of programs, through the one door."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from reconciler.facts.act import Act
from reconciler.facts.person import Account
from reconciler.facts.token import Role, Token


class Tokens(Protocol):
    """The tokens of programs. Every method raises `StateDatabaseError` when the database cannot be used."""

    def new(self, *, role: Role, name: str, groups: Sequence[str] | None = None) -> tuple[Token, str]:
        """Make a token, for the accounts of `groups` alone, None for all; known here and never again."""

    def every(self) -> tuple[Token, ...]:
        """Return every token that can be read, revoked ones too, oldest first."""

    def revoke(self, token_id: int) -> Token:
        """Let a token open nothing any more.

        Raises:
            TokenNotFound: No token has this number.
        """


class Accounts(Protocol):
    """Who may sign in to the screens. Every method raises `StateDatabaseError` if the database is away.

    What a person has asked for and cannot have is an `AccountError`, in one plain line.
    """

    def add(self, name: str, role: Role, password: str, *, groups: Sequence[str] | None = None) -> Account:
        """Make an account; its role holds for the accounts of `groups` alone, None for all accounts."""

    def every(self) -> tuple[Account, ...]:
        """Return every account that can be read, removed ones too, oldest first."""

    def set_password(self, name: str, password: str) -> Account:
        """Give an account another password; its sessions are over."""

    def set_role(self, name: str, role: Role, *, groups: Sequence[str] | None = None) -> Account:
        """Give an account another role, for `groups` alone, None for all; its sessions are over."""

    def remove(self, name: str) -> Account:
        """Let nobody in by an account any more; its sessions are over."""

    def check(self, name: str, password: str) -> Account | None:
        """Return the account that name and password are of; None for none. It takes its time."""

    def end_session(self, digest: str, until: datetime) -> None:
        """Store that a session is over, until when it would have been at most."""

    def ended_sessions(self) -> frozenset[str]:
        """Return the sessions that were ended before their time."""

    def note(self, acts: Sequence[Act]) -> None:
        """Store who was let in, left or was refused, all of it or nothing, for whoever looks later."""
