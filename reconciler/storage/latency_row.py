"""The table of latency: a sketch for each window, account, source and measure."""

from datetime import datetime

from sqlmodel import Field

from reconciler.storage.column import BigNumber, PlainText, UtcTime
from reconciler.storage.state_row import StateRow


class LatencyBucketRow(StateRow, table=True):
    """All samples of one window, account, source and measure, as one mergeable sketch; or of all accounts."""

    __tablename__ = "latency_bucket"

    # The width in seconds, or less than 0: of all accounts.
    tier: int = Field(primary_key=True, sa_type=BigNumber)
    start: datetime = Field(primary_key=True, sa_type=UtcTime)
    account: str = Field(primary_key=True, sa_type=PlainText)
    source: str = Field(primary_key=True, sa_type=PlainText)
    measure: str = Field(primary_key=True, sa_type=PlainText)
    sketch: str = Field(sa_type=PlainText)
