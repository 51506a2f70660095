"""That somebody has silenced an alert in an Alertmanager."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Silence:
    """That an Alertmanager says nothing of an alert. It silences nothing of ours.

    Attributes:
        by: Who has silenced it there.
        until: Aware UTC.
        note: Why.
    """

    by: str
    until: datetime
    note: str

    def words(self, until: str) -> str:
        """Return it as a clause; `until` is its end in words."""
        return f"Silenced in the Alertmanager by {self.by}, until {until}: {self.note}"
