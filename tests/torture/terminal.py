"""A person's terminal, open all the time: alerts, their histories, an acknowledgement."""

from collections.abc import Collection, Sequence

from reconciler.alerts.alert import Alert, AlertState
from reconciler.console import AlertCommandError, Console, StateDatabaseError
from reconciler.views.alert import AlertView
from tests.torture.witness import Promise

ALL = 5000
_OPEN = tuple(state for state in AlertState if state.open)


class Terminal:
    """Any thread may ask."""

    def __init__(self, url: str) -> None:
        """`url` is the state database's; it is there.

        Raises:
            StateDatabaseError: It cannot be used.
        """
        self._console = Console.open(url)

    def close(self) -> None:
        """Close it."""
        self._console.close()

    def open_now(self) -> tuple[Alert, ...] | None:
        """Return the alerts that are open; None where the database does not answer."""
        try:
            return self._console.queries.alerts(states=_OPEN, limit=ALL)
        except StateDatabaseError:
            return None

    def news(self, before: Collection[int]) -> tuple[Alert, ...] | None:
        """Return the alerts that are open, and those of `before`, by their numbers; None for no answer.

        All there ever were would be hundreds in an hour, of which most are long over and judged.
        """
        now = self.open_now()
        if now is None:
            return None
        try:
            over = self._console.queries.alerts_numbered(set(before) - {alert.id for alert in now})
        except StateDatabaseError:
            return None
        return (*now, *over)

    def everything(self) -> tuple[Alert, ...]:
        """Return all alerts there are; none where the database does not answer."""
        try:
            return self._console.queries.alerts(limit=ALL)
        except StateDatabaseError:
            return ()

    def acknowledged(self, promise: Promise) -> bool:
        """Acknowledge an alert; return whether that was said to be durable."""
        try:
            self._console.commands.acknowledge(promise.alert, by=promise.by, note=promise.note, origin="cli")
        except (AlertCommandError, StateDatabaseError):
            return False
        return True

    def histories(self, alerts: Sequence[Alert]) -> dict[int, AlertView]:
        """Return what is known of each of these alerts, by its number."""
        return {alert.id: self._console.queries.alert(alert.id) for alert in alerts}
