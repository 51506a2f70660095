"""The table of what stood without a stop: a row a day and account."""

from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Field

from reconciler.storage.column import ExactDecimal, PlainText, UtcTime
from reconciler.storage.state_row import StateRow


class UnprotectedDayRow(StateRow, table=True):
    """One day of one account; `day` is its date, UTC, in ISO 8601."""

    __tablename__ = "unprotected_day"

    account: str = Field(primary_key=True, sa_type=PlainText)
    day: str = Field(primary_key=True, sa_type=PlainText)
    since: datetime = Field(sa_type=UtcTime)
    until: datetime = Field(sa_type=UtcTime)
    dollar_seconds: Decimal = Field(sa_type=ExactDecimal)
    exposed_seconds: float = Field(sa_type=sa.Double)
    seen_seconds: float = Field(sa_type=sa.Double)
