"""What the stores on one database share: the process's own, and one for each lease that it holds."""

from dataclasses import dataclass

from reconciler.alerts.event import AlertSettings
from reconciler.storage.database import Database
from reconciler.storage.outage import Outage
from reconciler.storage.writer import Writer


@dataclass(frozen=True, slots=True)
class Shared:
    """The parts of which each has one."""

    database: Database
    writer: Writer
    settings: AlertSettings
    outage: Outage
