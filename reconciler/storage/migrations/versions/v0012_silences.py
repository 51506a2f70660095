"""Who has silenced an alert in the Alertmanager, for the screens."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TEXT = sa.Text()
_TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "silence",
        sa.Column("alert_id", _WHOLE, nullable=False),
        sa.Column("by", _TEXT, nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.Column("note", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name="pk_silence"),
    )
