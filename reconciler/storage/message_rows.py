"""The tables of messages to people: what was sent, what it told of which alert, how each channel fares."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from reconciler.storage.column import BigNumber, PlainText, UtcTime
from reconciler.storage.state_row import StateRow


class MessageRow(StateRow, table=True):
    """A message that a channel has taken. `name` is given before it is sent, so that it is stored once."""

    __tablename__ = "message"
    __table_args__ = (
        sa.UniqueConstraint("name"),
        sa.Index("ix_message_at", "at"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigNumber)
    name: str = Field(sa_type=PlainText)
    channel: str = Field(sa_type=PlainText)
    title: str = Field(sa_type=PlainText)
    body: str = Field(sa_type=PlainText)
    tried_at: datetime = Field(sa_type=UtcTime)
    at: datetime = Field(sa_type=UtcTime)
    attempts: int = Field(sa_type=BigNumber)
    said: str = Field(sa_type=PlainText)


class MessageAlertRow(StateRow, table=True):
    """What a message has told of one alert: all up to the alert's version `seq`."""

    __tablename__ = "message_alert"
    __table_args__ = (sa.Index("ix_message_alert_alert", "alert_id", "channel", "message_id"),)

    message_id: int = Field(primary_key=True, sa_type=BigNumber, foreign_key="message.id")
    alert_id: int = Field(primary_key=True, sa_type=BigNumber, foreign_key="alert.id")
    channel: str = Field(sa_type=PlainText)
    seq: int = Field(sa_type=BigNumber)
    why: str = Field(sa_type=PlainText)
    at: datetime = Field(sa_type=UtcTime)


class ChannelRow(StateRow, table=True):
    """How a channel on which people are told fares, as last written. Its address is not here."""

    __tablename__ = "channel"

    name: str = Field(primary_key=True, sa_type=PlainText)
    since: datetime = Field(sa_type=UtcTime)
    at: datetime = Field(sa_type=UtcTime)
    taken_at: datetime | None = Field(sa_type=UtcTime)
    failing_since: datetime | None = Field(sa_type=UtcTime)
    failures: int = Field(sa_type=BigNumber)
    next_at: datetime | None = Field(sa_type=UtcTime)
    said: str = Field(sa_type=PlainText)
