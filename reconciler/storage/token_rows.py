"""The table of the tokens by which programs are let in."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from reconciler.storage.column import BigNumber, JsonText, PlainText, UtcTime
from reconciler.storage.state_row import StateRow


class ApiTokenRow(StateRow, table=True):
    """A token by which a program is let in: its hash, never itself."""

    __tablename__ = "api_token"
    __table_args__ = (
        sa.UniqueConstraint("digest", name="uq_api_token_digest"),
        {"sqlite_autoincrement": True},  # a number that was revoked never comes to mean another token
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigNumber)
    name: str = Field(sa_type=PlainText)
    role: str = Field(sa_type=PlainText)
    digest: str = Field(sa_type=PlainText)
    created_at: datetime = Field(sa_type=UtcTime)
    revoked_at: datetime | None = Field(sa_type=UtcTime)
    account_groups: list[str] | None = Field(default=None, sa_type=JsonText)  # null: all accounts
