"""For how long a person's word may keep an alert quiet: what is usual, what is most, and what is offered."""

from dataclasses import dataclass
from datetime import timedelta

from reconciler.facts.finding import Severity

_MINUTES = (15, 30, 60, 2 * 60, 4 * 60, 8 * 60, 24 * 60)
_DAYS = (1, 3, 7, 30)


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long one kind of word lasts.

    Attributes:
        usual: Where the person says nothing else.
        most: A longer one is refused.
    """

    usual: timedelta
    most: timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """How long each word lasts: of a critical alert less than of any other.

    Attributes:
        acknowledged_critical: The acknowledgement of a critical alert.
        acknowledged_other: Any other acknowledgement.
        snoozed_critical: The snooze of a critical alert.
        snoozed_other: Any other snooze.
        intended: A position that is meant to be so.
        maintenance: A maintenance window of an account.
    """

    acknowledged_critical: Lasting = Lasting(timedelta(minutes=15), timedelta(hours=4))
    acknowledged_other: Lasting = Lasting(timedelta(hours=4), timedelta(hours=24))
    snoozed_critical: Lasting = Lasting(timedelta(minutes=15), timedelta(hours=1))
    snoozed_other: Lasting = Lasting(timedelta(hours=1), timedelta(hours=24))
    intended: Lasting = Lasting(timedelta(days=1), timedelta(days=30))
    maintenance: Lasting = Lasting(timedelta(hours=1), timedelta(hours=8))

    def acknowledged(self, severity: Severity) -> Lasting:
        """Return how long an acknowledgement of such an alert lasts."""
        return self.acknowledged_critical if severity is Severity.CRITICAL else self.acknowledged_other

    def snoozed(self, severity: Severity) -> Lasting:
        """Return how long a snooze of such an alert lasts."""
        return self.snoozed_critical if severity is Severity.CRITICAL else self.snoozed_other


LIMITS = Limits()
"""As they are unless somebody sets others."""


def offered(lasting: Lasting) -> tuple[timedelta, ...]:
    """Return the spans that a person is offered, shortest first; the usual one is among them."""
    spans = {timedelta(minutes=each) for each in _MINUTES} | {timedelta(days=each) for each in _DAYS}
    least = min(lasting.usual, timedelta(minutes=15))
    if lasting.usual >= timedelta(days=1):
        least = timedelta(days=1)
    return tuple(sorted(each for each in {*spans, lasting.usual} if least <= each <= lasting.most))
