"""What each leg was last shown to hold, by whoever's word is newest; a flat leg holds zero."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from verification.leg import LegKey


@dataclass(frozen=True, slots=True)
class Holding:
    """The newest known fact about one leg.

    Attributes:
        quantity: Signed contracts; zero once the leg was shown to be flat.
        version: The venue's version of that fact; None if it has none.
        at: The venue's own time of it, aware UTC; None where it gives none.
    """

    quantity: Decimal
    version: int | None
    at: datetime | None


class Holdings:
    """The legs of one account. A position that has ended is not remembered as held."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._legs: dict[LegKey, Holding] = {}

    def note(self, key: LegKey, holding: Holding) -> None:
        """Take what a source showed for what the leg holds, unless something newer is known."""
        known = self._legs.get(key)
        newest = None if known is None else known.version
        older = newest is not None and holding.version is not None and holding.version < newest
        if not older:
            self._legs[key] = holding

    def known(self) -> Mapping[LegKey, Holding]:
        """Return what is known now."""
        return dict(self._legs)
