"""The client order ids of one opening: one is chosen and written down, the others follow from it."""

import random
from dataclasses import dataclass

_BITS = 64
_STOP_BITS = 24


@dataclass(frozen=True, slots=True)
class OrderNames:
    """The ids of an opening's orders. Whoever knows the entry's id knows them all, after a crash too.

    Attributes:
        entry: The id of the entry; at most 32 characters, so that every venue takes the longest of them.
    """

    entry: str

    @staticmethod
    def drawn(chance: random.Random) -> "OrderNames":
        """Choose ids that no other order has."""
        return OrderNames(f"tu{chance.getrandbits(_BITS):016x}")

    @property
    def stop(self) -> str:
        """The id of the first stop loss."""
        return f"{self.entry}-s"

    def another_stop(self, chance: random.Random) -> str:
        """Choose the id of a stop that takes the place of one before."""
        return f"{self.entry}-s{chance.getrandbits(_STOP_BITS):06x}"

    def exit(self, number: int) -> str:
        """Return the id of the exit with that number, from 1."""
        return f"{self.entry}-x{number}"

    def number_of(self, exit_name: str) -> int:
        """Return the number of an exit; 0 for one that has another sender."""
        head, _, number = exit_name.rpartition("-x")
        return int(number) if head == self.entry and number.isdecimal() else 0
