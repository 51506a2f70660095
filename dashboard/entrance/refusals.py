"""Tries to sign in that were refused: the first of an address is told, what follows is counted; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.entrance.lockout import subscriber
from reconciler.facts.sign_in import Way

WINDOW = timedelta(hours=1)
"""How long what follows is counted before it is told as one."""

MOST_ADDRESSES = 10
"""How many addresses are told apart in that time: whoever floods us fills no page with it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """What is told of tries that were refused.

    Attributes:
        way: By which way somebody tried.
        address: From where; empty for more addresses than are told apart.
        at: When, of the last one, aware UTC.
        more: How many have followed the first since `since`; 0 for that first one.
        since: When the first was.
        name: Who, where a provider vouches for them. Never what somebody typed: people type passwords there.
    """

    way: Way
    address: str
    at: datetime
    more: int
    since: datetime
    name: str = ""


@dataclass(slots=True)
class _Run:
    since: datetime
    last: datetime
    more: int = 0


class Refusals:
    """Those of the last hour, in memory."""

    def __init__(self) -> None:
        """Nobody was refused yet."""
        self._runs: dict[tuple[Way, str], _Run] = {}

    def tried(self, way: Way, address: str, now: datetime, *, name: str = "") -> Refused | None:
        """Return what is to be told of a refused try now; None where it is counted."""
        where = subscriber(address)
        if (way, where) not in self._runs and len(self._runs) >= MOST_ADDRESSES:
            where = ""
        run = self._runs.get((way, where))
        if run is not None:
            run.last, run.more = now, run.more + 1
            return None
        self._runs[way, where] = _Run(now, now)
        return Refused(way, where, now, 0, now, name)

    def due(self, now: datetime) -> list[Refused]:
        """Return what was counted for long enough, and forget it."""
        over = [(key, run) for key, run in self._runs.items() if now - run.since >= WINDOW]
        for key, _ in over:
            del self._runs[key]
        return [Refused(way, where, run.last, run.more, run.since) for (way, where), run in over if run.more]
