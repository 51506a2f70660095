"""Messages to people: what was sent, what it told of which alert, and how each channel fares."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "message",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("tried_at", _TIME, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("attempts", _NUMBER, nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("name", name="uq_message_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_message_at", "message", ["at"])
    op.create_table(
        "message_alert",
        sa.Column("message_id", _NUMBER, nullable=False),
        sa.Column("alert_id", _NUMBER, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("seq", _NUMBER, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("message_id", "alert_id", name="pk_message_alert"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_message_alert_message_id_message"),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name="fk_message_alert_alert_id_alert"),
    )
    op.create_index("ix_message_alert_alert", "message_alert", ["alert_id", "channel", "message_id"])
    op.create_table(
        "channel",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("taken_at", _TIME),
        sa.Column("failing_since", _TIME),
        sa.Column("failures", _NUMBER, nullable=False),
        sa.Column("next_at", _TIME),
        sa.Column("said", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_channel"),
    )
