"""What each leg was last shown to hold, and since when it is flat again, by whoever spoke of it last."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from reconciler.comparison.renaming import renamed, without
from verification.facts.account import Position
from verification.facts.leg import LegKey


@dataclass(frozen=True, slots=True)
class Holding:
    """The last position of one leg.

    Attributes:
        quantity: Signed contracts; zero only where no position was ever shown.
        version: The venue's version of that fact; None if it has none.
        at: The venue's own time of it, aware UTC; None where it gives none.
        flat_at: The venue's own time of the first newer fact that shows the leg flat; None if none has.
    """

    quantity: Decimal
    version: int | None
    at: datetime | None
    flat_at: datetime | None = None


class Holdings:
    """The legs of one account."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._legs: dict[LegKey, Holding] = {}
        self._newest: dict[LegKey, int] = {}

    def note(self, key: LegKey, shown: Holding) -> None:
        """Take what a source showed of a leg, unless something newer is known."""
        newest = self._newest.get(key)
        if newest is not None and shown.version is not None and shown.version < newest:
            return
        if shown.version is not None:
            self._newest[key] = shown.version
        known = self._legs.get(key)
        if shown.quantity != 0 or known is None:
            self._legs[key] = shown
        elif known.flat_at is None:
            self._legs[key] = replace(known, flat_at=shown.at)

    def known(self) -> Mapping[LegKey, Holding]:
        """Return what is known now."""
        return dict(self._legs)

    def follow(self, names: Mapping[str, str], anew: Collection[str]) -> None:
        """Know contracts by the names that they have now, and forget those that are counted anew."""
        self._legs = without(renamed(self._legs, names), anew)
        self._newest = without(renamed(self._newest, names), anew)


def holds_the_same(before: Position, now: Position) -> bool:
    """Return whether nothing but prices has moved: of thousands they do with every list."""
    return now is before or (
        now.quantity == before.quantity
        and now.version == before.version
        and now.updated_at == before.updated_at
    )
