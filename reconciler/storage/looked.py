"""When an account was last looked at: all that a look leaves behind which found everything as it is stored.

It goes with the heartbeat: one small row, or a page of memory, where each position, source and sweep would be
written anew for its times alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

import sqlalchemy as sa
from msgspec import structs

from reconciler.storage.ready import Ready
from reconciler.storage.rows import LeaseRow, table
from reconciler.views.account import CycleView, PositionView, SourceView

_LEASE = table(LeaseRow)
_TWO = 2
_OF = _LEASE.c.account == sa.bindparam("of")
_ASKED = Ready(sa.select(_LEASE.c.looked).where(_OF))
_NOTED = Ready(sa.update(_LEASE).where(_OF).values(looked=sa.bindparam("new")))

Times = tuple[datetime | None, datetime | None]
LegTimes = tuple[datetime | None, datetime | None, datetime | None]


@dataclass(frozen=True, slots=True)
class Looked:
    """The times of an account's last looks, aware UTC.

    Attributes:
        sweep: When the last one was finished, when the last complete one, and how many seconds it took.
        legs: When the ledgers were read, the positions seen, and the orders asked for that stops are told by:
            of all rows that were as stored.
        sources: When each source was judged, and when it was last known good; by its name.
    """

    sweep: tuple[datetime, datetime | None, float] | None = None
    legs: LegTimes | None = None
    sources: Mapping[str, Times] = field(default_factory=dict)

    def then(self, later: "Looked") -> "Looked":
        """Return it with what is known later in the place of what that tells anew."""
        return Looked(later.sweep or self.sweep, later.legs or self.legs, {**self.sources, **later.sources})

    def of_sweep(self, cycle: CycleView) -> CycleView:
        """Return the stored sweep with the times of the last one, which came to the same."""
        if self.sweep is None:
            return cycle
        finished, complete, seconds = self.sweep
        return replace(cycle, finished_at=finished, last_complete_at=complete, seconds=seconds)

    def of_leg(self, position: PositionView) -> PositionView:
        """Return a stored row that is as the last look has seen it with the times of that look."""
        if self.legs is None:
            return position
        ledger_at, observed_at, stop_at = self.legs
        return structs.replace(position, ledger_at=ledger_at, observed_at=observed_at, stop_at=stop_at)

    def of_source(self, source: SourceView) -> SourceView:
        """Return a stored state with the times at which it was last found to be so."""
        at, last_ok = self.sources.get(source.source, (None, None))
        return source if at is None else replace(source, at=at, last_ok=last_ok or source.last_ok)

    def values(self) -> dict[str, Any]:
        """Return it as JSON values."""
        sweep, legs = self.sweep, self.legs
        return {
            "sweep": sweep and [_text(sweep[0]), _text(sweep[1]), sweep[2]],
            "legs": legs and [_text(at) for at in legs],
            "sources": {name: [_text(at) for at in times] for name, times in self.sources.items()},
        }

    @classmethod
    def of_values(cls, stored: Mapping[str, Any] | None) -> Self:
        """Read it back; None is what no look has left yet."""
        if stored is None:
            return cls()
        sweep, legs = stored["sweep"], stored["legs"]
        return cls(
            sweep and (datetime.fromisoformat(sweep[0]), _time(sweep[1]), sweep[2]),
            # One that was stored before stops had a time has two: then nothing is known of the third.
            legs and (_time(legs[0]), _time(legs[1]), _time(legs[2]) if len(legs) > _TWO else None),
            {name: (_time(at), _time(last_ok)) for name, (at, last_ok) in stored["sources"].items()},
        )


def looked_of(connection: sa.Connection, account: str) -> Looked:
    """Return when an account was last looked at, by the row of its lease. Reads only."""
    rows = _ASKED.ask(connection, {"of": account})
    return Looked.of_values(rows[0].looked if rows else None)


def note(connection: sa.Connection, account: str, looked: Looked) -> None:
    """Store what is new of an account's last looks; its lease must have been given before."""
    new = looked_of(connection, account).then(looked).values()
    _NOTED.tell(connection, [{"of": account, "new": new}])


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
