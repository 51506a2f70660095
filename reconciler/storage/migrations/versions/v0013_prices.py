"""What a position was entered at, and where the exchange would close it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_EXACT = sa.Text()


def upgrade() -> None:
    op.add_column("position_state", sa.Column("entry_price", _EXACT))
    op.add_column("position_state", sa.Column("liquidation_price", _EXACT))
