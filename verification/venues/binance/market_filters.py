"""The exact steps of a contract on Binance, which hold in the filters of its own row."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from verification.venues.reading.exactness import exact, rows


def steps(info: Mapping[str, Any]) -> tuple[Decimal | None, Decimal | None]:
    """Return the smallest step of a quantity and of a price; None for one that has no filter.

    ccxt makes them of numbers of decimal places, which are not always those of the filters.

    Raises:
        SourceMalformed: They cannot be read.
    """
    filters = info.get("filters")
    return _filter(filters, "LOT_SIZE", "stepSize"), _filter(filters, "PRICE_FILTER", "tickSize")


def _filter(filters: object, kind: str, name: str) -> Decimal | None:
    if not isinstance(filters, list):
        return None
    row = next((each for each in rows(filters, "filters") if each.get("filterType") == kind), None)
    return exact(row, name) if row is not None else None
