"""Raises and resolves `notifier_failed`: that a channel takes no messages is told on the others."""

from collections.abc import Mapping
from datetime import timedelta

from reconciler.alerts.event import Clear, Detected, Observed
from reconciler.facts.finding import Evidence, Finding, FindingKey, Kind, Party
from reconciler.facts.message import ChannelView
from reconciler.facts.wording import span
from reconciler.kinds import notifier_failed
from reconciler.notify.answer import Answer
from reconciler.notify.channel import Channel
from reconciler.storage.held_store import HeldStore
from reconciler.storage.store import Store
from verification.facts.clock import Clock
from verification.facts.leg import Leg

TOLD_AFTER = timedelta(seconds=30)
BUSY_TOLD_AFTER = timedelta(minutes=5)
"""How long a channel may only ask us to wait, before that is told."""


class ChannelAlarm:
    """Tells of channels that take no messages. It stands under an account that is ours: one of them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Nothing is told yet."""
        self._store = store
        self._clock = clock
        self._well: set[str] = set()

    async def failing(
        self,
        channel: Channel,
        state: ChannelView,
        answer: Answer,
        held: Mapping[str, HeldStore],
        *,
        others: bool,
    ) -> None:
        """Tell of a channel that has not taken a message, if that has lasted.

        Raises:
            StateDatabaseError: It could not be stored.
        """
        self._well.discard(channel.name)
        now = self._clock.now().utc
        lasted = now - (state.failing_since or now)
        if not answer.refused and lasted < (BUSY_TOLD_AFTER if answer.busy else TOLD_AFTER):
            return
        open_ones = await self._open(channel, held)
        account = open_ones[0].account if open_ones else min(held, default=None)
        if account is None:
            return
        told = span(lasted)
        finding = Finding(
            kind=Kind.NOTIFIER_FAILED,
            account=account,
            symbol=channel.name,
            leg=Leg.NET,
            severity=notifier_failed.SPEC.severity.where(otherwise=not others),
            reason=notifier_failed.sentence(channel.name, lasted=told, said=answer.said, others=others),
            evidence=(Evidence(Party.TRUEUP, channel.name, answer.said, now, {}),),
        )
        await held[account].observe(Observed((Detected(finding, now, confirmed=True),)), now=now)

    async def well(self, channel: Channel, held: Mapping[str, HeldStore], *, known_bad: bool) -> None:
        """Hear that a channel has taken a message; what was told of it is over.

        Raises:
            StateDatabaseError: It could not be stored.
        """
        if channel.name in self._well and not known_bad:
            return
        for key in await self._open(channel, held):
            # One message that was taken shows it. The policy wants to hear it twice: as it was, and as it is.
            for _ in range(2):
                now = self._clock.now().utc
                shown = Evidence(Party.TRUEUP, channel.name, "it has taken a message", now, {})
                clear = Clear((shown,), now, "it takes messages again")
                await held[key.account].observe(Observed(clear={key: clear}), now=now)
        self._well.add(channel.name)

    async def _open(self, channel: Channel, held: Mapping[str, HeldStore]) -> list[FindingKey]:
        alerts = await self._store.open_alerts(list(held))
        mine = (alert.key for alert in alerts if alert.key.kind is Kind.NOTIFIER_FAILED)
        return [key for key in mine if key.symbol == channel.name]
