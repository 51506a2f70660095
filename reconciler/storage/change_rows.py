"""The tables of changes: what each order has traded, who has sent it, and up to where that is counted."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from reconciler.storage.column import BigNumber, ExactDecimal, JsonText, PlainText, UtcTime
from reconciler.storage.state_row import StateRow


class ChangeRow(StateRow, table=True):
    """What one order has traded of a leg, or what no trade accounts for."""

    __tablename__ = "leg_change"
    __table_args__ = (sa.Index("ix_leg_change_account_at", "account", "at"),)

    account: str = Field(primary_key=True, sa_type=PlainText)
    symbol: str = Field(primary_key=True, sa_type=PlainText)
    leg: str = Field(primary_key=True, sa_type=PlainText)
    order_id: str = Field(primary_key=True, sa_type=PlainText)
    client_order_id: str = Field(sa_type=PlainText)
    contracts: Decimal = Field(sa_type=ExactDecimal)
    trades: int = Field(sa_type=BigNumber)
    since: datetime = Field(sa_type=UtcTime)
    at: datetime = Field(sa_type=UtcTime)
    by: str = Field(sa_type=PlainText)
    name: str = Field(sa_type=PlainText)
    row_id: str = Field(sa_type=PlainText)
    role: str = Field(sa_type=PlainText)


class ChangeMarkRow(StateRow, table=True):
    """Up to where the changes of a symbol are counted; of the account itself where the symbol is empty."""

    __tablename__ = "leg_change_mark"

    account: str = Field(primary_key=True, sa_type=PlainText)
    symbol: str = Field(primary_key=True, sa_type=PlainText)
    since: datetime = Field(sa_type=UtcTime)
    until: datetime = Field(sa_type=UtcTime)
    held: Mapping[str, Any] = Field(sa_type=JsonText)
    counted: list[str] = Field(sa_type=JsonText)
