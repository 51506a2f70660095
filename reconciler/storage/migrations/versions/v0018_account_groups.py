"""To which group each account belongs, by the settings of who watches it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lease", sa.Column("account_group", sa.Text(), nullable=False, server_default=""))
