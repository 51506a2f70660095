"""Finds a stream that is connected and says nothing: what position lists show and it never pushed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from verification.facts.account import PositionsReading
from verification.facts.clock import Moment
from verification.facts.leg import LegKey
from verification.facts.observation import Observation, PositionSeen
from verification.venues.capabilities import StreamRules


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A change that a list showed first.

    Attributes:
        version: The list's version of it; None for a leg that has left the list.
        since: When the list that first showed it had arrived.
    """

    version: int | None
    since: Moment


class MissedFacts:
    """Holds each difference against the stream until it catches up or begins a new epoch."""

    def __init__(self, rules: StreamRules) -> None:
        self._rules = rules
        self._suspicions: dict[LegKey, Suspicion] = {}
        self._nothing_in: tuple[object, object] | None = None

    @property
    def any(self) -> bool:
        """True while a difference is held against the stream, however young."""
        return bool(self._suspicions)

    def clear(self) -> None:
        """Start afresh: a new epoch has taken a snapshot."""
        self._suspicions = {}

    def rename(self, name_now: Callable[[str], str]) -> None:
        """Hold what was suspected of a contract against the name that it has now."""
        self._suspicions = {
            LegKey(key.account, name_now(key.symbol), key.leg): each for key, each in self._suspicions.items()
        }

    def compare(self, reading: PositionsReading, facts: Mapping[LegKey, Observation]) -> None:
        """Compare a position list with what the stream has shown, as far as the list reaches.

        The very rows that were held against the very same facts, and gave rise to nothing, do not again.
        """
        nothing, self._nothing_in = self._nothing_in, None
        known_rows = nothing is not None and nothing[0] is reading.positions and nothing[1] is facts
        if known_rows and not self._suspicions:
            self._nothing_in = nothing
            return
        left_out = False
        listed = {row.key for row in reading.positions}
        for row in reading.positions:
            known = facts.get(row.key)
            quantity = known.quantity if isinstance(known, PositionSeen) else Decimal(0)
            if row.quantity == quantity:
                self._drop(row.key, row.version)
            elif row.version is not None and row.version > _version(known):
                self._suspect(row.key, row.version, reading.received)
        for key, known in facts.items():
            if key in listed or not (isinstance(known, PositionSeen) and known.quantity != 0):
                continue
            left_out = True  # time alone may make it suspect
            if reading.why_unread(key.symbol) is None:
                quiet = reading.sent.monotonic - known.provenance.received.monotonic
                if quiet >= self._rules.absent_after:
                    self._suspect(key, None, reading.received)
        if not (left_out or self._suspicions):
            self._nothing_in = reading.positions, facts

    def pushed(self, seen: PositionSeen) -> None:
        """Drop a suspicion that a push has caught up with."""
        if self._suspicions:
            self._drop(seen.key, seen.version)

    def since(self, now: Moment) -> Moment | None:
        """Return since when a change is known that the stream has not pushed in time; None if none is."""
        due = [
            suspicion.since
            for suspicion in self._suspicions.values()
            if now.monotonic - suspicion.since.monotonic >= self._rules.missed_after
        ]
        return min(due, key=lambda moment: moment.monotonic, default=None)

    def _drop(self, key: LegKey, version: int | None) -> None:
        """Drop a suspicion, unless what contradicts it is older than what gave rise to it."""
        suspicion = self._suspicions.get(key)
        if suspicion is not None and (
            suspicion.version is None or (version is not None and version >= suspicion.version)
        ):
            del self._suspicions[key]

    def _suspect(self, key: LegKey, version: int | None, since: Moment) -> None:
        held = self._suspicions.get(key)
        self._suspicions[key] = Suspicion(version, held.since if held is not None else since)


def agrees(reading: PositionsReading, facts: Mapping[LegKey, Observation]) -> bool:
    """Return True when a position list covers the whole account and holds just what the stream has shown."""
    if reading.unread or reading.unnamed is not None:
        return False
    listed = {row.key: row.quantity for row in reading.positions if row.quantity != 0}
    shown = {
        key: fact.quantity
        for key, fact in facts.items()
        if isinstance(fact, PositionSeen) and fact.quantity != 0
    }
    return listed == shown


def _version(known: Observation | None) -> int:
    """Return the version of what the stream showed; without one any versioned row is newer."""
    if isinstance(known, PositionSeen) and known.version is not None:
        return known.version
    return -1
