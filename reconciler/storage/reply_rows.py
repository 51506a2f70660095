"""The tables of answers from phones: what each message offers, what came back, and up to where was heard."""

from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Field

from reconciler.storage.column import BigNumber, ExactDecimal, PlainText, UtcTime
from reconciler.storage.state_row import StateRow


class OfferRow(StateRow, table=True):
    """What a message offers: its token's hash, never the token. `name` is the message's."""

    __tablename__ = "offer"
    __table_args__ = (
        sa.UniqueConstraint("digest", name="uq_offer_digest"),
        sa.Index("ix_offer_place", "channel", "place"),
        sa.Index("ix_offer_made_at", "made_at"),
    )

    name: str = Field(primary_key=True, sa_type=PlainText)
    channel: str = Field(sa_type=PlainText)
    digest: str = Field(sa_type=PlainText)
    text: str = Field(sa_type=PlainText)
    made_at: datetime = Field(sa_type=UtcTime)
    place: str = Field(sa_type=PlainText)
    used_at: datetime | None = Field(sa_type=UtcTime)
    used_by: str = Field(sa_type=PlainText)
    shown: str = Field(sa_type=PlainText)
    over_at: datetime | None = Field(sa_type=UtcTime)


class OfferAlertRow(StateRow, table=True):
    """An alert of which a message told, and what it showed of it."""

    __tablename__ = "offer_alert"
    __table_args__ = (sa.Index("ix_offer_alert_alert", "alert_id"),)

    name: str = Field(primary_key=True, sa_type=PlainText)
    alert_id: int = Field(primary_key=True, sa_type=BigNumber)
    version: int = Field(sa_type=BigNumber)
    severity: str = Field(sa_type=PlainText)
    exposure: Decimal | None = Field(sa_type=ExactDecimal)


class ReplyRow(StateRow, table=True):
    """What came from a phone and what was made of it: refused ones too, once each."""

    __tablename__ = "reply"
    __table_args__ = (
        sa.UniqueConstraint("channel", "number", name="uq_reply_channel_number"),
        sa.Index("ix_reply_at", "at"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigNumber)
    channel: str = Field(sa_type=PlainText)
    number: str = Field(sa_type=PlainText)
    at: datetime = Field(sa_type=UtcTime)
    by: str = Field(sa_type=PlainText)
    note: str = Field(sa_type=PlainText)
    offer: str = Field(sa_type=PlainText)
    taken: bool
    told: str = Field(sa_type=PlainText)


class ReplyCursorRow(StateRow, table=True):
    """Up to where a channel was heard."""

    __tablename__ = "reply_cursor"

    channel: str = Field(primary_key=True, sa_type=PlainText)
    cursor: str = Field(sa_type=PlainText)
