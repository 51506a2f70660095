"""The clauses about a leg of which the sentence of a kind is put together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StopWords:
    """What is said of the stops of a leg.

    Attributes:
        none_acts: No resting stop would close anything.
        covered: How much resting stops would close: `43 AVL`.
        needed: How much the bots know of and keep a stop at the exchange for.
        uncovered: How much of that has none.
        idle: Why stops that rest do not protect, without a full stop; empty where none is idle.
        loose: Stops that could open the opposite position, by their ids.
        entry_since: Since when the entry works that what has no stop came from; None where it did not.
    """

    none_acts: bool
    covered: str
    needed: str
    uncovered: str
    idle: str
    loose: tuple[str, ...]
    entry_since: datetime | None


@dataclass(frozen=True, slots=True)
class TwinWords:
    """What is said of rows that are there more than once.

    Attributes:
        rows: Their names, oldest first.
        order_id: The order that they all name; None where they are only of one size.
        trades_since: Since when the account's trades are known, aware UTC; None where they could not be seen.
    """

    rows: tuple[str, ...]
    order_id: str | None
    trades_since: datetime | None


class LegWords(Protocol):
    """What can be said of one leg that differs. Each is made when it is asked for."""

    @property
    def held(self) -> str:
        """What the exchange holds: `long 43 AVL`, `nothing`."""
        ...

    @property
    def long(self) -> bool:
        """What the exchange holds is long."""
        ...

    @property
    def believed(self) -> str:
        """What the bots believe: `long 43 AVL`, `nothing`."""
        ...

    @property
    def apart(self) -> str:
        """How far the sides are apart, unsigned: `43 AVL`."""
        ...

    @property
    def more(self) -> bool:
        """The exchange holds more than the bots believe, whichever way."""
        ...

    @property
    def traded_back(self) -> str:
        """What was traded against the bots' own orders, so that both sides hold the same; else empty.

        It is a clause: `its exit 7 has sold 5 AVL and the bot has not taken note: 5 AVL were traded ...`.
        """
        ...

    @property
    def known_as(self) -> str:
        """What the bots know of a position that no live row is of, as a clause."""
        ...

    @property
    def who_traded(self) -> str:
        """Which orders made the leg what it is, as it follows on a clause; empty where that is not shown."""
        ...

    @property
    def what_happened(self) -> str:
        """What the venue shows of how the sides came apart, or why that cannot be told, as it follows."""
        ...

    @property
    def appeared_at(self) -> datetime | None:
        """When the position last changed, aware UTC; None if not known."""
        ...

    @property
    def late_order(self) -> str:
        """The order whose late fill it may be, as it follows on "after"; empty where it is none."""
        ...

    @property
    def protected(self) -> str:
        """How far stops protect it, as a clause of its own."""
        ...

    @property
    def stopped_in_software(self) -> bool:
        """No stop rests, and its bots keep theirs in software."""
        ...

    @property
    def stops_that_did_nothing(self) -> str:
        """What became of the bots' stops that did not fire, as further clauses; empty where none are."""
        ...

    @property
    def stops(self) -> StopWords:
        """Its stops."""
        ...

    @property
    def twins(self) -> TwinWords:
        """The rows that are there more than once. Only to be asked where there are some."""
        ...
