"""What a person says of an alert beside acknowledging it; how often it fires; maintenance windows."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_OPEN = "uq_alert_open"
_IDENTITY = ["kind", "account", "symbol", "leg"]
_STILL_OPEN = sa.text("state NOT IN ('resolved', 'retired', 'closed')")
_TEXT = sa.Text()
_TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for name in ("held_as", "held_by", "held_note", "held_severity", "held_exposure", "held_surplus"):
        op.add_column("alert", sa.Column(name, _TEXT))
    for name in ("held_at", "held_until"):
        op.add_column("alert", sa.Column(name, _TIME))
    for name in ("closed_by", "closed_because"):
        op.add_column("alert", sa.Column(name, _TEXT, nullable=False, server_default=""))
    op.add_column("alert", sa.Column("flaps", _WHOLE, nullable=False, server_default="0"))
    op.drop_index(_OPEN, "alert")
    op.create_index(
        _OPEN, "alert", _IDENTITY, unique=True, sqlite_where=_STILL_OPEN, postgresql_where=_STILL_OPEN
    )
    op.create_table(
        "maintenance",
        sa.Column("id", _WHOLE, nullable=False),
        sa.Column("account", _TEXT, nullable=False),
        sa.Column("by", _TEXT, nullable=False),
        sa.Column("note", _TEXT, nullable=False),
        sa.Column("origin", _TEXT, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.Column("ended_by", _TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_maintenance"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_maintenance_account", "maintenance", ["account", "id"])
