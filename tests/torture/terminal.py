"""What a person at a terminal reads and says there: alerts, their histories, an acknowledgement."""

from collections.abc import Sequence

from reconciler.alerts.alert import Alert
from reconciler.console import AlertCommandError, Console, StateDatabaseError
from reconciler.views.alert import AlertView
from tests.torture.witness import Promise

ALL = 5000


def read_alerts(url: str) -> tuple[Alert, ...]:
    """Return all alerts; none where the database does not answer."""
    try:
        with Console.open(url) as console:
            return console.queries.alerts(limit=ALL)
    except StateDatabaseError:
        return ()


def acknowledged(url: str, promise: Promise) -> bool:
    """Acknowledge an alert; return whether that was said to be durable."""
    try:
        with Console.open(url) as console:
            console.commands.acknowledge(promise.alert, by=promise.by, note=promise.note, origin="cli")
    except (AlertCommandError, StateDatabaseError):
        return False
    return True


def read_histories(url: str, alerts: Sequence[Alert]) -> dict[int, AlertView]:
    """Return what is known of each of these alerts, by its number."""
    with Console.open(url) as console:
        return {alert.id: console.queries.alert(alert.id) for alert in alerts}
