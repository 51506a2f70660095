"""How Trueup itself fares, since when each source is as it is, what was done, and tests of channels."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TEXT = sa.Text()
_TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "process_state",
        sa.Column("process", _TEXT, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("told", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("process", name="pk_process_state"),
    )
    op.create_table(
        "source_change",
        sa.Column("account", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("account", "source", "at", name="pk_source_change"),
    )
    op.create_table(
        "act",
        sa.Column("id", _WHOLE, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("actor", _TEXT, nullable=False),
        sa.Column("origin", _TEXT, nullable=False),
        sa.Column("action", _TEXT, nullable=False),
        sa.Column("subject", _TEXT, nullable=False),
        sa.Column("note", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_act"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_act_at", "act", ["at"])
    op.create_table(
        "channel_test",
        sa.Column("id", _WHOLE, nullable=False),
        sa.Column("channel", _TEXT, nullable=False),
        sa.Column("asked_by", _TEXT, nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("taken_up_by", _TEXT, nullable=True),
        sa.Column("answered_at", _TIME, nullable=True),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.Column("said", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_channel_test"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_channel_test_channel", "channel_test", ["channel", "id"])
