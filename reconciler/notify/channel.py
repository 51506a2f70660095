"""A channel on which people are told, and what they want to be told on it; pure."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from reconciler.facts.finding import FindingKey, Kind, Severity

REPEATS: Final = {
    Severity.INFO: timedelta(hours=4),
    Severity.WARNING: timedelta(hours=1),
    Severity.CRITICAL: timedelta(minutes=5),
}
"""How often what nobody has acknowledged is told again, where the settings do not say."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel.

    Attributes:
        name: Its name in the settings.
        min_severity: What is less severe is not told on it.
        accounts: Those it is for; None for all.
        kinds: The kinds of alert it is for; None for all.
        after: How long an alert must have fired without anybody who attends to it; zero for at once.
        repeat: Time between two reminders of what nobody attends to, zero for none; None: by its severity.
    """

    name: str
    min_severity: Severity = Severity.WARNING
    accounts: frozenset[str] | None = None
    kinds: frozenset[Kind] | None = None
    after: timedelta = timedelta(0)
    repeat: timedelta | None = None

    def is_for(self, key: FindingKey) -> bool:
        """Return whether a condition is told on it, if it is severe enough. None tells of its own failure."""
        if key.kind is Kind.NOTIFIER_FAILED and key.symbol == self.name:
            return False
        ours = self.accounts is None or key.account in self.accounts
        return ours and (self.kinds is None or key.kind in self.kinds)

    def wants(self, severity: Severity) -> bool:
        """Return whether something is severe enough for it."""
        return severity.rank >= self.min_severity.rank

    def repeats_after(self, severity: Severity) -> timedelta | None:
        """Return the time between two reminders of an alert; None where it is not told again."""
        every = REPEATS[severity] if self.repeat is None else self.repeat
        return every or None
