"""The tokens of programs in the database: only their hashes, each made, listed and revoked by itself."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from reconciler.facts.token import PREFIX, Role, Token, digest_of
from reconciler.storage.database import Database
from reconciler.storage.groups import names_of_groups
from reconciler.storage.readable import readable
from reconciler.storage.repeating import durably
from reconciler.storage.rows import ApiTokenRow, table
from verification.facts.clock import Clock

TOKEN = table(ApiTokenRow)


class TokenNotFound(Exception):
    """No token has this number. The message is one plain line for the person who named it."""


@dataclass(frozen=True, slots=True)
class StoredTokens:
    """`console.Tokens` on the state database."""

    database: Database
    clock: Clock

    def new(self, *, role: Role, name: str, groups: Sequence[str] | None = None) -> tuple[Token, str]:
        """Make a token, for the accounts of `groups` alone, None for all; known here and never again."""
        token = PREFIX + secrets.token_urlsafe(32)

        def work(connection: sa.Connection) -> Token:
            values = {
                "name": name,
                "role": role.value,
                "digest": digest_of(token),
                "account_groups": None if groups is None else list(groups),
                "created_at": self.clock.now().utc,
            }
            made = sa.insert(TOKEN).values(values).returning(*TOKEN.c)
            return _token_of(connection.execute(made).one())

        return durably(self.database, work), token

    def every(self) -> tuple[Token, ...]:
        """Return every token that can be read, revoked ones too, oldest first."""
        with self.database.read() as connection:
            # What a row that cannot be read says is not known: it opens nothing, and closes no other.
            found, _ = readable(connection, sa.select(TOKEN).order_by(TOKEN.c.id), TOKEN, _token_of)
        return tuple(found)

    def revoke(self, token_id: int) -> Token:
        """Let a token open nothing any more; one that is revoked stays so, since when it was."""

        def work(connection: sa.Connection) -> Token:
            query = sa.select(TOKEN).where(TOKEN.c.id == token_id).with_for_update()
            row = connection.execute(query).one_or_none()
            if row is None:
                raise TokenNotFound(f"there is no token {token_id}: see `trueup token list`")
            if row.revoked_at is None:
                at = self.clock.now().utc
                change = sa.update(TOKEN).where(TOKEN.c.id == token_id).values(revoked_at=at)
                row = connection.execute(change.returning(*TOKEN.c)).one()
            return _token_of(row)

        return durably(self.database, work)


def _token_of(row: sa.Row[Any]) -> Token:
    groups = names_of_groups(row.account_groups)
    return Token(row.id, row.name, Role(row.role), row.created_at, row.revoked_at, row.digest, groups)
