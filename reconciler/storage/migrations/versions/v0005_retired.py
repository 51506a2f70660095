"""Alerts that are retired are over and not resolved; since when each side of a position is as it is."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_OPEN = "uq_alert_open"
_IDENTITY = ["kind", "account", "symbol", "leg"]
_STILL_OPEN = sa.text("state NOT IN ('resolved', 'retired')")
_TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.add_column("alert", sa.Column("retired", sa.Text(), nullable=False, server_default=""))
    op.drop_index(_OPEN, "alert")
    op.create_index(
        _OPEN, "alert", _IDENTITY, unique=True, sqlite_where=_STILL_OPEN, postgresql_where=_STILL_OPEN
    )
    for name in ("ledger_changed_at", "observed_changed_at"):
        op.add_column("position_state", sa.Column(name, _TIME))
