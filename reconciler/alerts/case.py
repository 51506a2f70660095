"""One question to the alert table, and the facts about it that its rules ask for."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from reconciler.alerts.alert import STEPPED, Acknowledgement, Alert, Hold, HoldKind
from reconciler.alerts.event import AlertSettings, Clear, Detected, Event
from reconciler.alerts.limits import Lasting
from reconciler.alerts.said import Acknowledge, Bounded, Close, Intend, Note, Said, Snooze
from reconciler.facts.finding import Severity
from reconciler.kinds.registry import spec_of


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
    def said(self) -> Said:
        """The event of a rule listed for something that a person says."""
        assert isinstance(self.event, Said)
        return self.event

    @property
    def bounded(self) -> Bounded:
        """The event of a rule listed for what a person says for a while."""
        assert isinstance(self.event, Bounded)
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
    def held(self) -> Hold | None:
        """A person's word by which it is quiet, run out or not."""
        return self.open.hold

    @property
    def unspoken(self) -> bool:
        """No word of a person is in force: what has become worse is measured by what was found before."""
        return self.open.acknowledgement is None and self.open.hold is None

    @property
    def hold_run_out(self) -> bool:
        """There is such a word and its time is over."""
        return self.held is not None and not self.held.stands(self.now)

    @property
    def hold_broken(self) -> bool:
        """What is found is not what the person saw who wanted it quiet."""
        finding = self.found.finding
        surplus = None if finding.observed is None else finding.observed - (finding.expected or 0)
        return _no_longer(self.held, finding.severity, finding.exposure, surplus, self.settings)

    @property
    def hold_outgrown(self) -> bool:
        """What the person saw was not all of it any more when they wanted it quiet."""
        alert = self.open
        return _no_longer(alert.hold, alert.severity, alert.exposure, alert.surplus, self.settings)

    @property
    def overtaken(self) -> bool:
        """Somebody else has taken it meanwhile, or holds it quiet, and this person could not know."""
        said, alert = self.said, self.open
        word = alert.acknowledgement or alert.hold
        unaware = not isinstance(said, Note) and said.unaware
        return unaware and word is not None and word.by != said.by.strip()

    @property
    def seconded(self) -> bool:
        """Somebody else has acknowledged it meanwhile, and this person could not know."""
        return self.overtaken and self.open.acknowledgement is not None

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
    def nameless(self) -> bool:
        """Nobody says it."""
        return not self.said.by.strip()

    @property
    def noteless(self) -> bool:
        """They write nothing, and a word is needed: of what is critical, and of what is more than a while."""
        needed = isinstance(self.said, Intend | Close | Note) or self.severity_seen is Severity.CRITICAL
        return needed and not self.said.note.strip()

    @property
    def severity_seen(self) -> Severity:
        """The severity that the person saw."""
        seen = None if isinstance(self.said, Note) else self.said.seen
        return self.open.severity if seen is None else seen.severity

    @property
    def exposure_seen(self) -> Decimal | None:
        """The exposure that the person saw: growth is measured from the first that is known."""
        seen = None if isinstance(self.said, Note) else self.said.seen
        return self.open.exposure if seen is None or seen.exposure is None else seen.exposure

    @property
    def grown_since_seen(self) -> bool:
        """It has become worse than the person saw."""
        alert, seen = self.open, self.exposure_seen
        worse = alert.severity.rank > self.severity_seen.rank
        return worse or _risen(seen, alert.exposure, self.settings)

    @property
    def lasting(self) -> Lasting:
        """How long what the person says may last."""
        limits = self.settings.limits
        match self.bounded:
            case Acknowledge():
                return limits.acknowledged(self.severity_seen)
            case Snooze():
                return limits.snoozed(self.severity_seen)
            case _:
                return limits.intended

    @property
    def until(self) -> datetime:
        """When what the person says is to end."""
        return self.bounded.until or self.now + self.lasting.usual

    @property
    def too_late(self) -> bool:
        """The end that was chosen is over already."""
        return self.until <= self.now

    @property
    def too_long(self) -> bool:
        """The end that was chosen is later than is allowed."""
        return self.until - self.now > self.lasting.most

    @property
    def not_by_hand(self) -> bool:
        """It is no position that somebody may have opened by hand."""
        return not spec_of(self.open.key.kind).by_hand

    @property
    def another_size(self) -> bool:
        """Its size is not known, or is not the one that the person saw."""
        assert isinstance(self.event, Intend)
        surplus = self.open.surplus
        return not surplus or (self.event.surplus is not None and self.event.surplus != surplus)

    @property
    def frozen(self) -> bool:
        """It is already marked as not checkable."""
        return self.open.frozen_since is not None


def _severer(given: Acknowledgement | None, severity: Severity) -> bool:
    return given is not None and severity.rank > given.severity.rank


def _grown(given: Acknowledgement | None, exposure: Decimal | None, settings: AlertSettings) -> bool:
    return given is not None and _risen(given.exposure, exposure, settings)


def _risen(known: Decimal | None, exposure: Decimal | None, settings: AlertSettings) -> bool:
    if known is None or exposure is None:
        return False
    return exposure > known and exposure >= known * (1 + settings.exposure_growth)


def _no_longer(
    hold: Hold | None,
    severity: Severity,
    exposure: Decimal | None,
    surplus: Decimal | None,
    settings: AlertSettings,
) -> bool:
    if hold is None:
        return False
    if severity.rank > hold.severity.rank:
        return True
    if hold.kind is HoldKind.INTENDED:
        return surplus is not None and surplus != hold.surplus
    return _risen(hold.exposure, exposure, settings)
