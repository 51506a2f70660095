"""A page of the list of alerts: what was looked for, what was found, and how many there are of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.quiet import Quiet
from reconciler.facts.finding import Kind, Severity


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts are looked for. What is left empty leaves nothing out.

    Attributes:
        states: Of these states.
        severities: Of these severities.
        kinds: Of these kinds.
        accounts: Of these accounts.
        text: With this in its symbol, account, reason, or in what a person said of it; or of this number.
        since: Those that were not over before, aware UTC.
        until: Those that had begun by then, aware UTC.
    """

    states: frozenset[AlertState] = frozenset()
    severities: frozenset[Severity] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    accounts: frozenset[str] = frozenset()
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def narrow(self) -> bool:
        """Return whether it leaves anything out."""
        return self != AlertFilter()


@dataclass(frozen=True, slots=True)
class Facets:
    """How many alerts there are of each, were that the one choice of its own row; the other rows hold.

    A value of which there is none is not named.
    """

    states: Mapping[AlertState, int]
    severities: Mapping[Severity, int]
    kinds: Mapping[Kind, int]
    accounts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class AlertListView:
    """A page of the list.

    Attributes:
        read_at: When it was read, aware UTC.
        alerts: What fits, open ones first, the worst first; then what is over, the latest first.
        total: How many fit on all pages.
        facets: How many there are of each.
        quiet: By what an open one of these is quiet, by its number.
        unreadable: A line for each stored row that cannot be read, and is missing here.
    """

    read_at: datetime
    alerts: tuple[Alert, ...]
    total: int
    facets: Facets
    quiet: Mapping[int, Quiet] = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()
