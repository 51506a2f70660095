"""Local accounts in the database: made, listed, changed, removed; of a password only a slow hash is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from reconciler.facts.act import Act
from reconciler.facts.person import Account
from reconciler.facts.token import Role
from reconciler.storage.account_rows import EndedSessionRow, LocalAccountRow
from reconciler.storage.acts import add_act
from reconciler.storage.database import Database
from reconciler.storage.groups import names_of_groups
from reconciler.storage.readable import readable
from reconciler.storage.repeating import durably
from reconciler.storage.state_row import table
from verification.facts.clock import Clock

if TYPE_CHECKING:
    from argon2 import PasswordHasher

ACCOUNT = table(LocalAccountRow)
ENDED = table(EndedSessionRow)

NAME_MOST = 40
PASSWORD_LEAST = 10
PASSWORD_MOST = 200


class AccountError(Exception):
    """An account could not be made, changed or found: one plain line for the person who asked for it."""


@dataclass(frozen=True, slots=True)
class StoredAccounts:
    """`console.Accounts` on the state database."""

    database: Database
    clock: Clock

    def add(self, name: str, role: Role, password: str, *, groups: Sequence[str] | None = None) -> Account:
        """Make an account; its role holds for the accounts of `groups` alone, None for all accounts.

        Raises:
            AccountError: The name is taken or no name, or the password is too short.
        """
        called = _checked_name(name)
        now = self.clock.now().utc
        values = {
            "key": called.casefold(),
            "name": called,
            "role": role.value,
            "password_hash": _hashed(password),
            "account_groups": None if groups is None else list(groups),
            "created_at": now,
            "changed_at": now,
        }

        def work(connection: sa.Connection) -> Account:
            if connection.execute(_standing(called)).first() is not None:
                raise AccountError(f"there is an account of {called} already: see `trueup user list`")
            made = sa.insert(ACCOUNT).values(values).returning(*ACCOUNT.c)
            return _account_of(connection.execute(made).one())

        return durably(self.database, work)

    def every(self) -> tuple[Account, ...]:
        """Return every account that can be read, removed ones too, oldest first."""
        with self.database.read() as connection:
            # What a row that cannot be read says is not known: it lets nobody in, and keeps nobody out.
            found, _ = readable(connection, sa.select(ACCOUNT).order_by(ACCOUNT.c.id), ACCOUNT, _account_of)
        return tuple(found)

    def set_password(self, name: str, password: str) -> Account:
        """Give an account another password; its sessions are over.

        Raises:
            AccountError: There is no such account, or the password is too short.
        """
        return self._change(name, {"password_hash": _hashed(password)})

    def set_role(self, name: str, role: Role, *, groups: Sequence[str] | None = None) -> Account:
        """Give an account another role, for `groups` alone, None for all; its sessions are over.

        Raises:
            AccountError: There is no such account.
        """
        kept = None if groups is None else list(groups)
        return self._change(name, {"role": role.value, "account_groups": kept})

    def remove(self, name: str) -> Account:
        """Let nobody in by an account any more; its sessions are over.

        Raises:
            AccountError: There is no such account.
        """
        return self._change(name, {"removed_at": self.clock.now().utc})

    def check(self, name: str, password: str) -> Account | None:
        """Return the account that name and password are of; None for none. Takes as long for any name."""
        with self.database.read() as connection:
            row = connection.execute(_standing(name.strip())).first()
        known = row is not None and _is_hash_of(row.password_hash, password)
        if row is None:
            _is_hash_of(_of_nobody(), password)
        return _account_of(row) if known and row is not None else None

    def end_session(self, digest: str, until: datetime) -> None:
        """Store that a session is over, until when it would have been at most. On return it is durable."""

        def work(connection: sa.Connection) -> None:
            connection.execute(sa.delete(ENDED).where(ENDED.c.until < self.clock.now().utc))
            if connection.execute(sa.select(ENDED).where(ENDED.c.digest == digest)).first() is None:
                connection.execute(sa.insert(ENDED).values(digest=digest, until=until))

        durably(self.database, work)

    def ended_sessions(self) -> frozenset[str]:
        """Return the sessions that were ended before their time."""
        with self.database.read() as connection:
            return frozenset(connection.execute(sa.select(ENDED.c.digest)).scalars())

    def note(self, acts: Sequence[Act]) -> None:
        """Store who was let in, left or was refused, all of it or nothing."""

        def work(connection: sa.Connection) -> None:
            for act in acts:
                add_act(connection, act)

        durably(self.database, work)

    def _change(self, name: str, values: dict[str, Any]) -> Account:
        def work(connection: sa.Connection) -> Account:
            row = connection.execute(_standing(name.strip()).with_for_update()).first()
            if row is None:
                raise AccountError(f"there is no account of {name}: see `trueup user list`")
            change = sa.update(ACCOUNT).where(ACCOUNT.c.id == row.id)
            changed = change.values(**values, changed_at=self.clock.now().utc).returning(*ACCOUNT.c)
            return _account_of(connection.execute(changed).one())

        return durably(self.database, work)


def _standing(name: str) -> sa.Select[Any]:
    return sa.select(ACCOUNT).where(ACCOUNT.c.key == name.casefold(), ACCOUNT.c.removed_at.is_(None))


def _account_of(row: sa.Row[Any]) -> Account:
    groups = names_of_groups(row.account_groups)
    return Account(row.id, row.name, Role(row.role), row.created_at, row.changed_at, row.removed_at, groups)


def _checked_name(name: str) -> str:
    called = name.strip()
    if not called or len(called) > NAME_MOST or not called.isprintable():
        raise AccountError(f"a name has 1 to {NAME_MOST} printable characters: choose another one")
    return called


def _hashed(password: str) -> str:
    if not PASSWORD_LEAST <= len(password) <= PASSWORD_MOST:
        raise AccountError(f"a password has {PASSWORD_LEAST} to {PASSWORD_MOST} characters: choose another")
    return _hasher().hash(password)


def _is_hash_of(kept: str, password: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _of_nobody() -> str:
    """Return a hash that costs as much to try as any other, for names that nobody has."""
    return _hasher().hash("of nobody, whatever is typed")


def _hasher() -> "PasswordHasher":
    # Most that opens the state database checks no password.
    from argon2 import PasswordHasher

    return PasswordHasher()
