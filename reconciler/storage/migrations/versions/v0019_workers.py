"""The processes that share the accounts among each other, for as long as each renews its row."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_TEXT = sa.Text()
_TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "worker",
        sa.Column("instance", _TEXT, nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("told", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("instance", name="pk_worker"),
    )
