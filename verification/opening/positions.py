"""What one opener knows of its entries in this life: which are held, which are over, which are in doubt."""

from verification.facts.leg import LegKey
from verification.facts.verdict import Grade, VerdictKind
from verification.opening.case import OpeningCase
from verification.opening.manage_position import Held
from verification.opening.outcome import Exposed, Opened, Outcome, Unknown


class Positions:
    """The entries of one opener, by their number in the journal."""

    def __init__(self) -> None:
        """None yet."""
        self._held: dict[int, Held] = {}
        self._over: set[int] = set()
        self._begun: set[int] = set()
        self._met: set[int] = set()
        self._doubts: dict[LegKey, set[int]] = {}

    def begin(self, entry: int) -> None:
        """Note that an entry is under way."""
        self._begun.add(entry)
        self._met.add(entry)

    def remember(self, case: OpeningCase, outcome: Outcome) -> None:
        """Note how something ended that was done with an entry."""
        self._begun.discard(case.entry)
        doubts = self._doubts.setdefault(case.key, set())
        (doubts.add if isinstance(outcome, (Unknown, Exposed)) else doubts.discard)(case.entry)
        match outcome:
            case Opened():
                self._held[case.entry] = Held(case, outcome.quantity, outcome.verification, outcome.stop)
            case Exposed():
                self._keep(case)
            case Unknown():
                pass
            case _:
                self._held.pop(case.entry, None)
                self._over.add(case.entry)

    def held(self, entry: int) -> Held:
        """Return a position.

        Raises:
            ValueError: Nothing is known to be held of that entry.
        """
        if entry in self._over:
            raise ValueError(f"entry {entry} is closed")
        if entry not in self._held:
            raise ValueError(f"nothing is known to be held of entry {entry}: recover it from the journal")
        return self._held[entry]

    def to_recover(self, entry: int) -> bool:
        """Return False of an entry that is under way, that is over, or that is held with its stop."""
        held = self._held.get(entry)
        safe = held is not None and held.stop is not None and entry not in self._in_doubt(held.case.key)
        return not safe and entry not in self._over and entry not in self._begun

    def met(self, entry: int) -> bool:
        """Return True of an entry that this life has begun or taken over."""
        return entry in self._met

    def in_doubt(self, key: LegKey) -> list[int]:
        """Return the entries of a leg that may or may not have executed, or be held."""
        return sorted(self._in_doubt(key))

    def person_has_looked(self, entry: int) -> None:
        """Forget a doubt."""
        for entries in self._doubts.values():
            entries.discard(entry)

    def _in_doubt(self, key: LegKey) -> set[int]:
        return self._doubts.get(key, set())

    def _keep(self, case: OpeningCase) -> None:
        """Keep what is exposed, so that it can be left or protected, where its entry is proved."""
        before = self._held.get(case.entry)
        if before is not None:
            self._held[case.entry] = Held(case, before.quantity, before.proved, before.stop)
            return
        proved = case.proved
        if proved is None or proved.verdict.quantity is None or proved.verdict.grade is not Grade.PROOF:
            return
        if proved.verdict.kind in {VerdictKind.CONFIRMED, VerdictKind.PARTIAL}:
            self._held[case.entry] = Held(case, proved.verdict.quantity, proved, None)
