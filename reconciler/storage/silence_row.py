"""The table of silences: which alert an Alertmanager says nothing of, as it last said so."""

from datetime import datetime

from sqlmodel import Field

from reconciler.storage.column import BigNumber, PlainText, UtcTime
from reconciler.storage.state_row import StateRow


class SilenceRow(StateRow, table=True):
    """The silence of one alert."""

    __tablename__ = "silence"

    alert_id: int = Field(primary_key=True, sa_type=BigNumber)
    by: str = Field(sa_type=PlainText)
    until: datetime = Field(sa_type=UtcTime)
    note: str = Field(sa_type=PlainText)
