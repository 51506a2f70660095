"""To the accounts of which groups a person or a program is limited; null for all accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("local_account", "api_token"):
        op.add_column(table, sa.Column("account_groups", sa.Text(), nullable=True))
