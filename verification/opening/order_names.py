"""The client order ids of one opening: one is chosen and written down, the others follow from it."""

import random
from dataclasses import dataclass

_BITS = 64
_FORMER_STOP = 6  # digits of a number that was drawn, as it was done once


@dataclass(frozen=True, slots=True)
class OrderNames:
    """The ids of an opening's orders. Whoever knows the entry's id knows them all, after a crash too.

    Attributes:
        entry: The id of the entry; at most 32 characters, so that every venue takes the longest of them.
    """

    entry: str

    @staticmethod
    def drawn(rng: random.Random) -> "OrderNames":
        """Choose ids that no other order has."""
        return OrderNames(f"tu{rng.getrandbits(_BITS):016x}")

    @property
    def stop(self) -> str:
        """The id of the first stop loss."""
        return f"{self.entry}-s"

    def stop_numbered(self, number: int) -> str:
        """Return the id of the stop with that number, from 1: each takes the place of the one before."""
        return self.stop if number == 1 else f"{self.stop}{number}"

    def number_of_stop(self, stop_name: str) -> int:
        """Return the number of a stop; 0 for one that has another sender, or whose number was drawn."""
        if stop_name == self.stop:
            return 1
        head, _, number = stop_name.rpartition("-s")
        numbered = head == self.entry and number.isdecimal() and len(number) < _FORMER_STOP
        return int(number) if numbered else 0

    def is_stop(self, name: str | None) -> bool:
        """True for the id of any stop of this entry."""
        return name is not None and name.startswith(self.stop)

    def exit(self, number: int) -> str:
        """Return the id of the exit with that number, from 1."""
        return f"{self.entry}-x{number}"

    def number_of(self, exit_name: str) -> int:
        """Return the number of an exit; 0 for one that has another sender."""
        head, _, number = exit_name.rpartition("-x")
        return int(number) if head == self.entry and number.isdecimal() else 0
