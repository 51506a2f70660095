"""How a symbol's lots look at the venue and in ledgers: the world counts lots, everybody else decimals."""

import math
import random
from dataclasses import dataclass
from decimal import Decimal

LOT_VALUE = Decimal(10)
"""Quote currency that one lot of anything is worth."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The measures of one symbol.

    Attributes:
        lot: Contracts in one lot.
        size: Base currency in one contract.
        base: True when ledgers count base currency, as freqtrade's do.
        floats: True when they keep floats: sums of them miss the number by a bit or two.
    """

    lot: Decimal = Decimal(1)
    size: Decimal = Decimal(1)
    base: bool = False
    floats: bool = False

    @property
    def price(self) -> Decimal:
        """Quote currency for one base: one lot is worth as much everywhere."""
        return LOT_VALUE / (self.lot * self.size)

    @property
    def unit_size(self) -> Decimal | None:
        """What a ledger's unit is (see `Expectation.unit_size`)."""
        return Decimal(1) if self.base else None

    @property
    def step(self) -> Decimal | None:
        """What ledgers say of their own exactness."""
        return self.of_ledger(Decimal(1)) if self.base else None

    def contracts(self, lots: int) -> Decimal:
        """Return a venue's number."""
        return lots * self.lot

    def of_ledger(self, lots: Decimal) -> Decimal:
        """Return a ledger's number, exactly."""
        contracts = lots * self.lot
        return contracts * self.size if self.base else contracts

    def noted(self, lots: Decimal) -> Decimal:
        """Return a ledger's number as the bot keeps it."""
        exact = self.of_ledger(lots)
        if not self.floats or not lots:
            return exact
        upwards = int(lots) % 2 == 0
        return Decimal(repr(math.nextafter(float(exact), math.inf if upwards else 0.0)))


WHOLE = Scale()
FRACTIONS = (
    (Decimal("0.001"), Decimal(1)),
    (Decimal("0.1"), Decimal(1)),
    (Decimal("0.1"), Decimal("0.01")),
    (Decimal(1), Decimal("0.001")),
    (Decimal("0.5"), Decimal(10)),
)
"""Lots and contract sizes that venues have."""


def scale_of(rng: random.Random, *, fractions: bool, inexact: bool) -> Scale:
    """Draw the measures of a symbol."""
    lot, size = rng.choice(FRACTIONS) if fractions else (Decimal(1), Decimal(1))
    base = rng.choice([True, False]) or inexact
    return Scale(lot, size, base, floats=inexact) if fractions or inexact else WHOLE
