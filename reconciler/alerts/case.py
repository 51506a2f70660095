"""One question to the alert table, and the facts about it that its rules ask for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from reconciler.alerts.alert import Acknowledgement, Alert
from reconciler.alerts.event import Acknowledge, AlertSettings, Clear, Detected, Event
from reconciler.facts.finding import Severity

STEPPED = timedelta(seconds=60)
"""A finding further in the future than this was stored before the wall clock was set back."""


@dataclass(frozen=True, slots=True)
class AlertCase:
    """One question to the table: an alert (None or a resolved one: no open episode) and an event."""

    alert: Alert | None
    event: Event
    settings: AlertSettings
    now: datetime

    @property
    def open(self) -> Alert:
        """The open episode; a rule that asks for it is only listed for open states."""
        assert self.alert is not None
        assert self.alert.state.open
        return self.alert

    @property
    def found(self) -> Detected:
        """The event of a rule listed for `Detected`."""
        assert isinstance(self.event, Detected)
        return self.event

    @property
    def clear(self) -> Clear:
        """The event of a rule listed for `Clear`."""
        assert isinstance(self.event, Clear)
        return self.event

    @property
    def person(self) -> Acknowledge:
        """The event of a rule listed for `Acknowledge`."""
        assert isinstance(self.event, Acknowledge)
        return self.event

    @property
    def severer(self) -> bool:
        """It is worse than it was."""
        return self.found.finding.severity.rank > self.open.severity.rank

    @property
    def severer_than_acknowledged(self) -> bool:
        """It is worse than what the person saw."""
        return _severer(self.open.acknowledgement, self.found.finding.severity)

    @property
    def grown(self) -> bool:
        """Exposure grew by the settings' share over what the person saw. Unknown exposure shows no growth."""
        return _grown(self.open.acknowledgement, self.found.finding.exposure, self.settings)

    @property
    def broken(self) -> bool:
        """What the person acknowledged is no longer all of it."""
        return self.severer_than_acknowledged or self.grown

    @property
    def outgrown(self) -> bool:
        """What the person acknowledged was not all of it any more when they did."""
        alert = self.open
        given = alert.acknowledgement
        return _severer(given, alert.severity) or _grown(given, alert.exposure, self.settings)

    @property
    def seconded(self) -> bool:
        """Somebody else has acknowledged it meanwhile, and this person could not know."""
        given = self.open.acknowledgement
        return self.person.unaware and given is not None and given.by != self.person.by.strip()

    @property
    def run_out(self) -> bool:
        """There is an acknowledgement and its time is over."""
        given = self.open.acknowledgement
        return given is not None and given.until <= self.now

    @property
    def stands(self) -> bool:
        """There is an acknowledgement and it still holds."""
        return self.open.acknowledgement is not None and not self.run_out and not self.broken

    @property
    def outdated(self) -> bool:
        """The clear read ended before the last finding, or is the one already counted: nothing new."""
        latest = max(self.open.last_seen, self.open.last_clear or self.open.last_seen)
        if latest - self.now > STEPPED:
            # The wall clock was set back: its times before say nothing about what came first.
            return False
        return self.clear.at <= latest

    @property
    def enough(self) -> bool:
        """With this clear read there are enough of them in a row."""
        return self.open.clears + 1 >= self.settings.clears_to_resolve

    @property
    def noteless(self) -> bool:
        """What the person saw is critical, and they write nothing about it."""
        return self.severity_seen is Severity.CRITICAL and not self.person.note.strip()

    @property
    def severity_seen(self) -> Severity:
        """The severity that the person saw."""
        return self.open.severity if self.person.seen is None else self.person.seen.severity

    @property
    def frozen(self) -> bool:
        """It is already marked as not checkable."""
        return self.open.frozen_since is not None


def _severer(given: Acknowledgement | None, severity: Severity) -> bool:
    return given is not None and severity.rank > given.severity.rank


def _grown(given: Acknowledgement | None, exposure: Decimal | None, settings: AlertSettings) -> bool:
    if given is None or given.exposure is None or exposure is None:
        return False
    limit = given.exposure * (1 + settings.exposure_growth)
    return exposure > given.exposure and exposure >= limit
