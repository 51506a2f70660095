"""One log line for every alert that fires, worsens or ends, and for what people say of it, in any process."""

from collections.abc import Callable

import structlog

from reconciler.alerts.event import Action
from reconciler.alerts.wording import ended, subject
from reconciler.facts.finding import FindingKey
from reconciler.serve.open_alerts import OpenAlerts
from reconciler.storage.alerts import Recorded
from reconciler.storage.store import Store

_LOUD = {
    Action.CONFIRMED.value: "alert.fires",
    Action.WORSENED.value: "alert.worsens",
    Action.ACKNOWLEDGEMENT_EXPIRED.value: "alert.acknowledgement_expired",
    Action.SNOOZE_ENDED.value: "alert.snooze_ended",
    Action.INTENT_ENDED.value: "alert.intent_ended",
}
_CALM = {
    Action.ACKNOWLEDGED.value: "alert.acknowledged",
    Action.ALSO_ACKNOWLEDGED.value: "alert.also_acknowledged",
    Action.SNOOZED.value: "alert.snoozed",
    Action.INTENDED.value: "alert.intended",
    Action.NOTED.value: "alert.noted",
    Action.CHECK_ASKED.value: "alert.check_asked",
    Action.CLOSED.value: "alert.closed",
    Action.RESOLVED.value: "alert.resolved",
    Action.RETIRED.value: "alert.retired",
}

log = structlog.get_logger()


class AlertLog:
    """Follows the history of alerts in the state database: it holds what people do on the screens, too."""

    def __init__(
        self, store: Store, open_alerts: OpenAlerts, *, look_again: Callable[[FindingKey], None] | None = None
    ) -> None:
        """Nothing is written yet.

        Args:
            store: Where the history is read.
            open_alerts: Is told whenever that was done.
            look_again: Is called with the condition at which a person wants another look; None for nobody.
        """
        self._look_again = look_again
        self._store = store
        self._open_alerts = open_alerts
        self._last: int | None = None
        self._grown = True

    async def write(self) -> bool:
        """Write a line for each change since the last call; the first one begins with what is new then.

        Returns:
            Whether there were any.

        Raises:
            StateDatabaseError: The history could not be read; nothing is skipped by that.
        """
        if self._last is None:
            self._last = await self._store.newest_recorded()
        before = self._last
        while recorded := await self._store.recorded_after(self._last):
            self._grown = True
            for each in recorded:
                _write(each)
                if self._look_again is not None and each.change.action == Action.CHECK_ASKED.value:
                    self._look_again(each.alert.key)
                self._last = each.number
        await self._open_alerts.follow(grown=self._grown)
        self._grown = False
        return self._last != before


def _write(recorded: Recorded) -> None:
    alert, change = recorded.alert, recorded.change
    words = {
        "alert_id": alert.id,
        "kind": str(alert.key.kind),
        "account": alert.key.account,
        "symbol": alert.key.symbol,
        "leg": str(alert.key.leg),
        "severity": str(change.severity),
        "why": change.reason,
    }
    if not change.after.open:
        words["was"] = ended(alert, subject(alert))
    if change.action in _LOUD:
        log.warning(_LOUD[change.action], **words)
    elif change.action in _CALM:
        log.info(_CALM[change.action], by=change.actor, origin=change.origin, **words)
