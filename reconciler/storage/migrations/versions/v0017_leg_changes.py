"""What has changed legs, who did, up to where that is counted; and what a leg waits for before it is told."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_TEXT = sa.Text()
_TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "leg_change",
        sa.Column("account", _TEXT, nullable=False),
        sa.Column("symbol", _TEXT, nullable=False),
        sa.Column("leg", _TEXT, nullable=False),
        sa.Column("order_id", _TEXT, nullable=False),
        sa.Column("client_order_id", _TEXT, nullable=False),
        sa.Column("contracts", _TEXT, nullable=False),
        sa.Column("trades", _WHOLE, nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("by", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("row_id", _TEXT, nullable=False),
        sa.Column("role", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("account", "symbol", "leg", "order_id", name="pk_leg_change"),
    )
    op.create_index("ix_leg_change_account_at", "leg_change", ["account", "at"])
    op.create_table(
        "leg_change_mark",
        sa.Column("account", _TEXT, nullable=False),
        sa.Column("symbol", _TEXT, nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.Column("held", _TEXT, nullable=False),
        sa.Column("counted", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("account", "symbol", name="pk_leg_change_mark"),
    )
    op.add_column("position_state", sa.Column("waits", _TEXT, nullable=False, server_default=""))
