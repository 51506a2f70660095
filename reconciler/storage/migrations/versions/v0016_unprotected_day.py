"""What stood without a stop, a row a day and account."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TEXT = sa.Text()
_TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "unprotected_day",
        sa.Column("account", _TEXT, nullable=False),
        sa.Column("day", _TEXT, nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.Column("dollar_seconds", _TEXT, nullable=False),
        sa.Column("exposed_seconds", sa.Double(), nullable=False),
        sa.Column("seen_seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("account", "day", name="pk_unprotected_day"),
    )
