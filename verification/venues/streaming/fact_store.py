"""The newest position fact of each leg in the stream's present life: it never goes back in versions."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from msgspec.structs import replace

from verification.facts.clock import Moment
from verification.facts.leg import LegKey
from verification.facts.observation import (
    Observation,
    PositionSeen,
    Provenance,
    Silence,
    Source,
    SourceSilent,
)


class FactStore:
    """Facts by leg. An epoch begins empty; what the last one knew is kept only to see what is gone."""

    def __init__(self) -> None:
        self._facts: dict[LegKey, Observation] = {}
        self._before: dict[LegKey, Observation] = {}
        self._told: Mapping[LegKey, Observation] | None = None

    def begin(self) -> None:
        """Forget the facts of the life that ended: nothing says that they still hold."""
        self._before = {**self._before, **self._facts}
        self._facts, self._told = {}, None

    def rename(self, name_now: Callable[[str], str]) -> list[Observation]:
        """Keep facts under the name that their contract has now; return those of this epoch that moved."""
        before = self._facts
        self._facts, self._told = _renamed(before, name_now), None
        self._before = _renamed(self._before, name_now)
        return [fact for key, fact in self._facts.items() if key not in before]

    def latest(self, key: LegKey) -> Observation | None:
        """Return the newest fact of a leg in the present epoch; None if there is none."""
        return self._facts.get(key)

    def facts(self) -> Mapping[LegKey, Observation]:
        """Return a copy of all facts of the present epoch: the same one again until one of them changes."""
        if self._told is None:
            self._told = MappingProxyType(dict(self._facts))
        return self._told

    def offer(self, seen: PositionSeen) -> bool:
        """Take a fact unless a newer one is known; return True if it was taken.

        Of two pushes with the same version the later one on the connection is the newer. A list's row is not
        newer than a push of the same version.
        """
        known = self._facts.get(seen.key)
        if isinstance(known, PositionSeen) and not _replaces(seen, known):
            return False
        self._facts[seen.key], self._told = seen, None
        return True

    def take_snapshot(
        self,
        rows: Iterable[PositionSeen],
        sent: Moment,
        received: Moment,
        epoch: int,
        why_unread: Callable[[str], str | None] = lambda _: None,
    ) -> list[Observation]:
        """Merge a position list; return the facts that it brought, for the listeners.

        A leg that the last epoch held open and that is in neither the list nor a push becomes
        `SourceSilent(ABSENT)`: it may have been closed unseen. It is not a complete absence when a row of the
        list cannot be named: that may be the leg. Nor is it where its part of the list was not read.

        Args:
            rows: The rows of the list.
            sent: When the list was asked for.
            received: When it had come.
            epoch: The life of the stream that it belongs to.
            why_unread: Says why the list does not cover a symbol; None if it does.
        """
        rows = tuple(rows)
        named = all(row.key.named for row in rows)
        brought: list[Observation] = [row for row in rows if self.offer(row)]
        provenance = Provenance(Source.REST, received, sent=sent, epoch=epoch)
        for key, known in self._before.items():
            if key in self._facts:
                continue
            if isinstance(known, PositionSeen) and known.quantity == 0:
                continue
            unread = why_unread(key.symbol)
            gone = SourceSilent(
                key,
                Silence.ABSENT,
                f"the position list that was read after connecting does not tell: {unread}"
                if unread is not None
                else "not in the position list that was read after connecting",
                complete=named and unread is None,
                provenance=provenance,
            )
            self._facts[key], self._told = gone, None
            brought.append(gone)
        self._before = {}
        return brought


def _renamed(facts: dict[LegKey, Observation], name_now: Callable[[str], str]) -> dict[LegKey, Observation]:
    """Return the facts under their present names; of two about one leg the one that had the name counts."""
    moved = {key: LegKey(key.account, name_now(key.symbol), key.leg) for key in facts}
    if all(key == now for key, now in moved.items()):
        return facts
    named = {key: fact for key, fact in facts.items() if moved[key] == key}
    return {now: replace(facts[key], key=now) for key, now in moved.items() if key != now} | named


def _replaces(new: PositionSeen, known: PositionSeen) -> bool:
    if new.version is None:
        return known.version is None and new.provenance.source is Source.WEBSOCKET
    if known.version is None or new.version > known.version:
        return True
    return new.version == known.version and new.provenance.source is Source.WEBSOCKET
