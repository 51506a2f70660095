"""What ought to be told, by what was done to the world; and whether Trueup told that, and nothing else.

Nothing here asks Trueup what is so: a story states what it has done, the venue what it holds, and the bot's
side is what the strategy was told of before the story broke something.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from reconciler.alerts.alert import Alert, AlertState
from tests.freqtrade.clock import utc


@dataclass(slots=True, eq=False)
class Condition:
    """Something that is wrong, from when it was made so until it was mended.

    Attributes:
        story: Which story made it.
        subject: The symbol, or what cannot be seen.
        kinds: What it may be called: one of these is told, once.
        also: What may be told besides, for it follows from it.
        severity: How bad it is; None where that depends.
        bot: What the bot believes, signed contracts; None where that is not told, or it knows of nothing.
        venue: What the exchange holds, signed contracts; None where that is not told.
        within: How soon it must be told, seconds.
        made: When, aware UTC.
        mended: When, aware UTC; None while it lasts.
        must: False where it may be told and need not.
    """

    story: str
    subject: str
    kinds: frozenset[str]
    also: frozenset[str] = frozenset()
    severity: str | None = None
    bot: Decimal | None = None
    venue: Decimal | None = None
    within: float = 90.0
    made: datetime = field(default_factory=utc)
    mended: datetime | None = None
    must: bool = True

    def mend(self) -> None:
        """Note that it is over."""
        self.mended = utc()

    def is_of(self, alert: Alert) -> bool:
        """Tell whether an alert is of this condition, and not of an earlier or later one of the same leg."""
        assert alert.fired_at is not None
        fired = alert.fired_at
        return (
            alert.key.symbol == self.subject
            and self.made <= fired
            and (self.mended is None or fired <= self.mended)
        )

    def told(self, alerts: Sequence[Alert]) -> Alert | None:
        """Return the alert that tells of it; None where there is none."""
        return next((alert for alert in alerts if self.is_of(alert) and alert.key.kind in self.kinds), None)

    def is_over(self, alerts: Sequence[Alert]) -> bool:
        """Tell whether everything that was told of it was resolved."""
        mine = [alert for alert in alerts if self.is_of(alert)]
        return bool(mine) and all(alert.state is AlertState.RESOLVED for alert in mine)


def wrong(conditions: Sequence[Condition], alerts: Sequence[Alert]) -> list[str]:
    """Return what was told wrongly or not at all, one line each."""
    lines = []
    for alert in alerts:
        causes = [each for each in conditions if each.is_of(alert)]
        if not any(alert.key.kind in each.kinds | each.also for each in causes):
            lines.append(f"false: {words_of(alert)}")
    for condition in conditions:
        mine = [alert for alert in alerts if condition.is_of(alert) and alert.key.kind in condition.kinds]
        called = f"{condition.story} ({' or '.join(sorted(condition.kinds))} of {condition.subject})"
        if not mine and condition.must:
            lines.append(f"not told: {called}")
        if len(mine) > 1:
            lines.append(f"told {len(mine)} times: {called}")
        lines += [f"{problem}: {called}" for alert in mine[:1] for problem in _misjudged(condition, alert)]
        lines += [f"not resolved: {called}" for alert in mine if condition.mended and alert.state.open]
    return lines


def _misjudged(condition: Condition, alert: Alert) -> list[str]:
    assert alert.fired_at is not None
    lines = []
    took = (alert.fired_at - condition.made).total_seconds()
    if took > condition.within:
        lines.append(f"told after {took:.0f} s")
    if condition.severity is not None and alert.severity.value != condition.severity:
        lines.append(f"{alert.severity.value}, not {condition.severity}")
    if condition.bot is not None and (alert.expected or 0) != condition.bot:
        lines.append(f"says that the bot believes {alert.expected}, not {condition.bot}")
    if condition.venue is not None and alert.observed != condition.venue:
        lines.append(f"says that the exchange holds {alert.observed}, not {condition.venue}")
    return lines


def words_of(alert: Alert) -> str:
    """Return an alert in a line."""
    what = f"{alert.severity.value} {alert.key.kind} of {alert.key.symbol}"
    return f"{alert.fired_at:%H:%M:%S} {what}: {alert.reason}"
