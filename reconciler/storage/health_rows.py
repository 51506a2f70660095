"""The tables of how Trueup itself fares, and of what was done beside the alerts."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from reconciler.storage.column import BigNumber, PlainText, UtcTime
from reconciler.storage.state_row import StateRow


class ProcessStateRow(StateRow, table=True):
    """What one process that reconciles last said of itself, when that changed, and every few minutes."""

    __tablename__ = "process_state"

    process: str = Field(primary_key=True, sa_type=PlainText)
    at: datetime = Field(sa_type=UtcTime)
    told: str = Field(sa_type=PlainText)


class SourceChangeRow(StateRow, table=True):
    """From when on a source of an account was in a state. Only added, and only where the state is another."""

    __tablename__ = "source_change"

    account: str = Field(primary_key=True, sa_type=PlainText)
    source: str = Field(primary_key=True, sa_type=PlainText)
    at: datetime = Field(primary_key=True, sa_type=UtcTime)
    state: str = Field(sa_type=PlainText)


class ActRow(StateRow, table=True):
    """One thing that somebody did, and that no other table tells. Only added."""

    __tablename__ = "act"
    __table_args__ = (sa.Index("ix_act_at", "at"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True, sa_type=BigNumber)
    at: datetime = Field(sa_type=UtcTime)
    actor: str = Field(sa_type=PlainText)
    origin: str = Field(sa_type=PlainText)
    action: str = Field(sa_type=PlainText)
    subject: str = Field(sa_type=PlainText)
    note: str = Field(sa_type=PlainText)


class ChannelTestRow(StateRow, table=True):
    """A test message that somebody asked for on a screen; the reconciler sends it, and answers here."""

    __tablename__ = "channel_test"
    __table_args__ = (sa.Index("ix_channel_test_channel", "channel", "id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True, sa_type=BigNumber)
    channel: str = Field(sa_type=PlainText)
    asked_by: str = Field(sa_type=PlainText)
    asked_at: datetime = Field(sa_type=UtcTime)
    taken_up_by: str | None = Field(sa_type=PlainText)
    answered_at: datetime | None = Field(sa_type=UtcTime)
    taken: bool = Field(sa_type=sa.Boolean)
    said: str = Field(sa_type=PlainText)


class WorkerRow(StateRow, table=True):
    """A process that shares the accounts with others, for as long as it renews its row."""

    __tablename__ = "worker"

    instance: str = Field(primary_key=True, sa_type=PlainText)
    since: datetime = Field(sa_type=UtcTime)
    at: datetime = Field(sa_type=UtcTime)
    told: str = Field(sa_type=PlainText)
