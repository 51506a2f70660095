"""The tables of who may sign in to the screens, and of the sessions that were ended before their time."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from reconciler.storage.column import BigNumber, JsonText, PlainText, UtcTime
from reconciler.storage.state_row import StateRow


class LocalAccountRow(StateRow, table=True):
    """A name and the hash of a password. A name is free again once its account was removed."""

    __tablename__ = "local_account"
    __table_args__ = (
        sa.Index(
            "uq_local_account_key",
            "key",
            unique=True,
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},  # an account in a cookie never comes to mean another one
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigNumber)
    key: str = Field(sa_type=PlainText)  # the name without case: two that look alike are one
    name: str = Field(sa_type=PlainText)
    role: str = Field(sa_type=PlainText)
    password_hash: str = Field(sa_type=PlainText)
    created_at: datetime = Field(sa_type=UtcTime)
    changed_at: datetime = Field(sa_type=UtcTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    account_groups: list[str] | None = Field(default=None, sa_type=JsonText)  # null: all accounts


class EndedSessionRow(StateRow, table=True):
    """A session that somebody signed out of; it is forgotten once it would have ended by itself."""

    __tablename__ = "ended_session"

    digest: str = Field(primary_key=True, sa_type=PlainText)
    until: datetime = Field(sa_type=UtcTime)
