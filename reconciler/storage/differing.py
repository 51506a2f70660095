"""Writes of what a look has seen only what differs from what is stored; the rest is said by `looked`.

Each function takes what the caller knows to be stored, None for nothing, and returns what is from then on.
Prices move all the time: where nothing else differs they are written once they have moved by a hundredth.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import attrgetter
from typing import TypeVar

import sqlalchemy as sa

from reconciler.storage.looked import LegTimes, Looked, looked_of, note
from reconciler.storage.mapping import position_values
from reconciler.storage.records import POSITION, save_cycle, save_positions, save_sources
from reconciler.storage.upsert import put
from reconciler.views.account import CycleView, PositionView, SourceView
from verification.facts.clock import Clock
from verification.facts.leg import Leg, LegKey

T = TypeVar("T")

MOVED = Decimal("0.01")
"""The share by which a price or what follows from one may differ from what is stored."""

_LEG = attrgetter(
    *("venue", "expected", "expected_low", "expected_high", "ledger_state", "ledgers", "observed"),
    *("observed_by", "contract_size", "entry_price", "stop", "stop_price", "verdict"),
    *("ledger_changed_at", "observed_changed_at", "waits"),
)
_TIMES = attrgetter("ledger_at", "observed_at", "stop_at")
_PRICES = attrgetter("notional", "mark_price", "liquidation_price")
_SWEEP = attrgetter("venue", "status", "matched", "legs", "problems", "in_flight")
_SOURCE = attrgetter("state", "detail")


@dataclass(frozen=True, slots=True)
class Legs:
    """The rows of an account's positions.

    Attributes:
        rows: Each as it is stored.
        late: Those of them that have not the times of the last look.
        looked: What the last look says of them.
        wrote: Whether anything of them was written with it.
    """

    rows: Mapping[LegKey, PositionView]
    late: frozenset[LegKey]
    looked: Looked
    wrote: bool

    def holds(self, key: LegKey, row: PositionView, common: LegTimes) -> bool:
        """Return whether a row is stored, where those times are those of the last look."""
        before = self.rows.get(key)
        return before is not None and _is_stored(row, before, common, late=key in self.late)

    def hold_all(self, positions: Sequence[PositionView], common: LegTimes) -> bool:
        """Return whether just these rows are stored: mostly they come in the same order, and all are."""
        if len(positions) != len(self.rows):
            return False
        late = self.late
        return all(
            now.symbol == key.symbol
            and now.leg is key.leg
            and now.account == key.account
            and _is_stored(now, before, common, late=key in late)
            for now, (key, before) in zip(positions, self.rows.items(), strict=True)
        )


def write_legs(
    connection: sa.Connection, account: str, positions: Sequence[PositionView], known: Legs | None
) -> Legs:
    """Store the positions of an account in the place of all that were stored of it."""
    common = _common(positions)
    looked = Looked(legs=common)
    if known is not None and known.hold_all(positions, common):
        return Legs(known.rows, known.late, looked, wrote=False)
    rows = _rows_of(positions)
    late = _late(rows, common)
    if known is None:
        save_positions(connection, account, positions, with_look=rows.keys() - late)
        note(connection, account, looked)
        return Legs(rows, late, looked, wrote=True)
    before = known.rows
    new = {key: row for key, row in rows.items() if not known.holds(key, row, common)}
    if not new and len(rows) == len(before):
        return Legs(before, known.late, looked, wrote=False)
    gone = before.keys() - rows.keys()
    _write(connection, account, new, gone, late)
    note(connection, account, looked)
    kept = {key: row if key in new else before[key] for key, row in rows.items()}
    return Legs(kept, late, looked, wrote=True)


def write_some_legs(
    connection: sa.Connection,
    account: str,
    positions: Sequence[PositionView],
    known: Legs,
    *,
    symbols: Collection[str],
) -> Legs:
    """Store the positions of some symbols in the place of those of them; all others are as they are known.

    The times of the last look at the whole account stand for all the others.
    """
    common: LegTimes = known.looked.legs or (None, None, None)
    rows = _rows_of([each for each in positions if each.symbol in symbols])
    new = {key: row for key, row in rows.items() if not known.holds(key, row, common)}
    named = {LegKey(account, symbol, leg) for symbol in symbols for leg in Leg}
    gone = (named & known.rows.keys()) - rows.keys()
    if not new and not gone:
        return known
    late = _late(new, common)
    _write(connection, account, new, gone, late)
    if not known.wrote:  # else the lease's row says it already
        note(connection, account, known.looked)
    kept = {key: row for key, row in known.rows.items() if key not in gone}
    return Legs(kept | new, (known.late - named) | _late(rows, common), known.looked, wrote=True)


def _common(positions: Sequence[PositionView]) -> LegTimes:
    """Return the times that most of the rows have."""
    if positions:
        first = ledger_at, observed_at, stop_at = _TIMES(positions[0])
        same = sum(
            each.ledger_at is ledger_at and each.observed_at is observed_at and each.stop_at is stop_at
            for each in positions
        )
        if 2 * same > len(positions):
            return first
    times = Counter(map(_TIMES, positions))
    return max(times, key=times.__getitem__, default=(None, None, None))


def _rows_of(positions: Sequence[PositionView]) -> dict[LegKey, PositionView]:
    return {LegKey(each.account, each.symbol, each.leg): each for each in positions}


def _late(rows: Mapping[LegKey, PositionView], common: LegTimes) -> frozenset[LegKey]:
    return frozenset(key for key, row in rows.items() if _TIMES(row) != common)


def _write(
    connection: sa.Connection,
    account: str,
    new: Mapping[LegKey, PositionView],
    gone: Collection[LegKey],
    late: Collection[LegKey],
) -> None:
    if any(key.account != account for key in new):
        raise ValueError(f"positions of another account were given for {account}")
    for key in gone:
        same = (POSITION.c.account == account) & (POSITION.c.symbol == key.symbol)
        connection.execute(sa.delete(POSITION).where(same, POSITION.c.leg == key.leg.value))
    put(connection, POSITION, [position_values(row, with_look=key not in late) for key, row in new.items()])


@dataclass(frozen=True, slots=True)
class Sweep:
    """The newest row of an account's sweeps, what the last one says, and whether that was written with it."""

    row: CycleView
    looked: Looked
    wrote: bool


def write_sweep(connection: sa.Connection, cycle: CycleView, known: Sweep | None) -> Sweep:
    """Add a sweep, unless it came to what the newest one came to."""
    complete = cycle.last_complete_at or (cycle.finished_at if cycle.status == "complete" else None)
    if known is not None and complete is None:
        assert known.looked.sweep is not None
        complete = known.looked.sweep[1]
    if known is not None and _is_same_sweep(known.row, cycle):
        return Sweep(known.row, Looked(sweep=(cycle.finished_at, complete, cycle.seconds)), wrote=False)
    before = looked_of(connection, cycle.account).sweep
    told = replace(cycle, last_complete_at=complete)
    complete = save_cycle(connection, told, before=before and before[1])
    looked = Looked(sweep=(cycle.finished_at, complete, cycle.seconds))
    note(connection, cycle.account, looked)
    return Sweep(cycle, looked, wrote=True)


@dataclass(frozen=True, slots=True)
class Sources:
    """The states of an account's sources as stored, what the last look says, and whether all was written."""

    rows: Mapping[str, SourceView]
    looked: Looked
    wrote: bool


def write_sources(
    connection: sa.Connection, account: str, sources: Sequence[SourceView], known: Sources | None
) -> Sources:
    """Renew the states of an account's sources."""
    before = Sources({}, looked_of(connection, account), wrote=False) if known is None else known
    seen, new = _seen(sources, before)
    if new:
        save_sources(connection, new)
        note(connection, account, seen.looked)
    stored = {**seen.rows, **{each.source: each for each in new}}
    return Sources(stored, seen.looked, wrote=bool(new))


def same_sources(sources: Sequence[SourceView], known: Sources | None) -> Sources | None:
    """Return what is stored of an account's sources, where all of it is as known; None where it is not."""
    if known is None:
        return None
    seen, new = _seen(sources, known)
    return None if new else seen


def _seen(sources: Sequence[SourceView], before: Sources) -> tuple[Sources, list[SourceView]]:
    """Return what the last look says, beside what is stored, and the states that differ from that."""
    rows = before.rows
    seen = [_carried(each, before.looked) for each in sources]
    new = [each for each in seen if each.source not in rows or _SOURCE(rows[each.source]) != _SOURCE(each)]
    looked = before.looked.then(Looked(sources={each.source: (each.at, each.last_ok) for each in seen}))
    return Sources(rows, Looked(sources=looked.sources), wrote=False), new


WHOLE_SECONDS = 3600.0
"""How often all is written anew: a row that somebody or a disk has damaged does not stay so."""


class Stored:
    """What a process knows to be stored of an account, and what of its last looks is not stored yet."""

    def __init__(self, clock: Clock) -> None:
        """Nothing is known."""
        self.sweep: Sweep | None = None
        self.legs: Legs | None = None
        self.sources: Sources | None = None
        self._clock = clock
        self._whole: dict[str, float] = {}

    @property
    def looked(self) -> Looked:
        """The times of the last looks, which the next heartbeat takes along."""
        looked = Looked()
        for each in (self.sweep, self.legs, self.sources):
            if each is not None and not each.wrote:
                looked = looked.then(each.looked)
        return looked

    def take_sweep(self) -> Sweep | None:
        """Return what is stored of the sweeps; it is forgotten until the next write ends well."""
        known, self.sweep = self.sweep, None
        return self._young("sweep", known)

    def take_legs(self) -> Legs | None:
        """Return what is stored of the positions; it is forgotten until the next write ends well."""
        known, self.legs = self.legs, None
        return self._young("legs", known)

    def take_sources(self) -> Sources | None:
        """Return what is stored of the sources; it is forgotten until the next write ends well."""
        known, self.sources = self.sources, None
        return self._young("sources", known)

    def _young(self, name: str, known: T | None) -> T | None:
        """Return what is known, but for nothing once it is time to write all anew."""
        now = self._clock.now().monotonic
        if known is not None and now - self._whole[name] < WHOLE_SECONDS:
            return known
        self._whole[name] = now
        return None


def _carried(source: SourceView, before: Looked) -> SourceView:
    """Return the state of a source, with the time at which it was last good where it does not say that."""
    if source.last_ok is not None:
        return source
    return replace(source, last_ok=before.sources.get(source.source, (None, None))[1])


def _is_stored(now: PositionView, before: PositionView, common: LegTimes, *, late: bool) -> bool:
    if (_TIMES(now) != common) is not late or _LEG(now) != _LEG(before):
        return False
    if late and _TIMES(now) != _TIMES(before):
        return False
    prices, then = _PRICES(now), _PRICES(before)
    return prices == then or all(map(_is_near, then, prices))


def _is_same_sweep(before: CycleView, now: CycleView) -> bool:
    near = _is_near(before.unprotected_notional, now.unprotected_notional)
    return near and bool(_SWEEP(before) == _SWEEP(now))


def _is_near(before: Decimal | None, now: Decimal | None) -> bool:
    if before is None or now is None or before == now:
        return before == now
    return abs(now - before) <= MOVED * min(abs(before), abs(now))
