"""People answer from their phones: what messages offer, what came back, and up to where was heard."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TEXT = sa.Text()
_TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "offer",
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("channel", _TEXT, nullable=False),
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("text", _TEXT, nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("place", _TEXT, nullable=False),
        sa.Column("used_at", _TIME),
        sa.Column("used_by", _TEXT, nullable=False),
        sa.Column("shown", _TEXT, nullable=False),
        sa.Column("over_at", _TIME),
        sa.PrimaryKeyConstraint("name", name="pk_offer"),
        sa.UniqueConstraint("digest", name="uq_offer_digest"),
    )
    op.create_index("ix_offer_place", "offer", ["channel", "place"])
    op.create_index("ix_offer_made_at", "offer", ["made_at"])
    op.create_table(
        "offer_alert",
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("alert_id", _WHOLE, nullable=False),
        sa.Column("version", _WHOLE, nullable=False),
        sa.Column("severity", _TEXT, nullable=False),
        sa.Column("exposure", _TEXT),
        sa.PrimaryKeyConstraint("name", "alert_id", name="pk_offer_alert"),
    )
    op.create_index("ix_offer_alert_alert", "offer_alert", ["alert_id"])
    op.create_table(
        "reply",
        sa.Column("id", _WHOLE, nullable=False),
        sa.Column("channel", _TEXT, nullable=False),
        sa.Column("number", _TEXT, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("by", _TEXT, nullable=False),
        sa.Column("note", _TEXT, nullable=False),
        sa.Column("offer", _TEXT, nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.Column("told", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reply"),
        sa.UniqueConstraint("channel", "number", name="uq_reply_channel_number"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reply_at", "reply", ["at"])
    op.create_table(
        "reply_cursor",
        sa.Column("channel", _TEXT, nullable=False),
        sa.Column("cursor", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_reply_cursor"),
    )
