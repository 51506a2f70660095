"""How many legs of a sweep were in flight: what neither agrees nor is in flight is not green."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("cycle", sa.Column("in_flight", whole, nullable=False, server_default="0"))
