"""Rows of one leg that a venue keeps apart, as cross and isolated margin, made one: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from msgspec.structs import replace

from verification.facts.account import Position
from verification.facts.errors import SourceMalformed
from verification.facts.leg import LegKey


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a position list.

    Attributes:
        position: What it shows.
        kept: How the venue keeps it apart from others of the leg: its margin mode, and its own id if any.
    """

    position: Position
    kept: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Summed:
    """A list with one position a leg.

    Attributes:
        positions: In the order of the rows.
        both_ways: Legs that are held long and short at once, which one signed quantity cannot tell.
    """

    positions: tuple[Position, ...]
    both_ways: frozenset[LegKey]


def summed(rows: Iterable[Row]) -> Summed:
    """Add up the rows of each leg. A row of nothing adds nothing.

    Raises:
        SourceMalformed: The same row is there twice.
    """
    legs: dict[LegKey, list[Row]] = {}
    for row in rows:
        legs.setdefault(row.position.key, []).append(row)
    both_ways = frozenset(key for key, of_leg in legs.items() if len(_ways(of_leg)) > 1)
    positions = tuple(_one(of_leg) for key, of_leg in legs.items() if key not in both_ways)
    return Summed(positions, both_ways)


def _ways(rows: list[Row]) -> set[bool]:
    return {row.position.quantity > 0 for row in rows if row.position.quantity != 0}


def _one(rows: list[Row]) -> Position:
    held = [row for row in rows if row.position.quantity != 0]
    if len({row.kept for row in held}) != len(held):
        raise SourceMalformed("the position list names a leg twice")
    if len(held) < 2:  # noqa: PLR2004 - one row is the leg
        return (held or rows)[0].position
    positions = [row.position for row in held]
    first = positions[0]
    quantity = sum((each.quantity for each in positions), Decimal(0))
    liquidations = [each.liquidation_price for each in positions if each.liquidation_price is not None]
    nearest = max if quantity > 0 else min
    return replace(
        first,
        quantity=quantity,
        entry_price=_mean(positions),
        mark_price=next((each.mark_price for each in positions if each.mark_price is not None), None),
        notional=_total(positions),
        updated_at=_latest(each.updated_at for each in positions),
        # A stop of one of them does not cover the others.
        attached_stop=None,
        liquidation_price=nearest(liquidations) if liquidations else None,
    )


def _mean(positions: list[Position]) -> Decimal | None:
    """Return the mean entry price by quantity; None where one is not known."""
    worth = Decimal(0)
    for each in positions:
        if each.entry_price is None:
            return None
        worth += each.entry_price * abs(each.quantity)
    return worth / sum((abs(each.quantity) for each in positions), Decimal(0))


def _total(positions: list[Position]) -> Decimal | None:
    values = [each.notional for each in positions]
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if len(known) == len(values) else None


def _latest(times: Iterable[datetime | None]) -> datetime | None:
    return max((at for at in times if at is not None), default=None)


def kept_apart(row: Mapping[str, object]) -> tuple[str, str]:
    """Return how a row in ccxt's form is kept apart."""
    return str(row.get("marginMode") or ""), str(row.get("id") or "")
