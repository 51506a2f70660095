"""Which numbers and times a venue can mean, as data: what lies beyond is a broken answer and no fact."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

from verification.facts.clock import microseconds

NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,60})?(?:[eE][+-]?[0-9]{1,2})?")
"""A number as JSON writes it. Python takes more: `1_000`, digits of every script, spaces, a plus, `nan`."""

FIRST_MS = microseconds(datetime(2015, 1, 1, tzinfo=UTC)) // 1000
"""No venue here is older. Seconds that are taken for milliseconds are in January 1970."""

LAST_MS = microseconds(datetime(2100, 1, 1, tzinfo=UTC)) // 1000
"""Nothing of ours is as late. Microseconds that are taken for milliseconds are in the year 56000."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a number may be.

    Attributes:
        least: The smallest.
        most: The largest.
        why: Why nothing beyond is meant.
    """

    least: Decimal
    most: Decimal
    why: str


ANY = Bound(
    Decimal("-1e20"),
    Decimal("1e20"),
    "ids and sequences fit in 63 bits, and no coin is worth, or has in existence, as much",
)
PRICE = Bound(Decimal(0), Decimal("1e12"), "the dearest coin in the cheapest money costs some 10^10")
QUANTITY = Bound(Decimal(0), Decimal("1e18"), "the most plentiful coin has some 10^18 units, all together")

FINEST = Decimal("1e-30")
"""Nothing but zero is smaller: the finest step of any venue is above 10^-18."""

_QUANTITIES = ("qty", "quantity", "filled")


def implausible(number: Decimal, name: str) -> str | None:
    """Return why no venue can mean this number in a field of this name; None if one can."""
    if not number.is_finite():
        return "it is not finite"
    if number and abs(number) < FINEST:
        return "nothing but zero is as small"
    bound = _bound_of(name)
    return None if bound.least <= number <= bound.most else bound.why


@lru_cache(maxsize=1024)
def _bound_of(name: str) -> Bound:
    """Return the bound of a field by its name. A liquidation price is computed, and may be anything."""
    plain = name.lower()
    if plain.endswith("price") and not plain.startswith("liq"):
        return PRICE
    return QUANTITY if plain.endswith(_QUANTITIES) else ANY
