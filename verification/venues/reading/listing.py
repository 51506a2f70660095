"""One market list, read once: exact facts of every contract, for whoever asks. Nobody can change it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import ccxt

from verification.facts.account import Market
from verification.facts.errors import SourceMalformed
from verification.venues.capabilities import RowRules
from verification.venues.reading.exactness import exact_value

_PLACES = 30  # more than any number has

PartOf = Callable[[Mapping[str, Any]], str]
"""Names the part of the position lists that shows a ccxt market."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a venue lists.

    Attributes:
        symbols: The unified symbol of each of the venue's ids. A contract without steps (delisted, say)
            still has a name, so what is held in it shows.
        ids: The other way round.
        facts: Facts of every contract that is listed with its steps, by symbol.
        parts: The part of the position lists that shows each contract, by symbol.
    """

    symbols: Mapping[str, str]
    ids: Mapping[str, str]
    facts: Mapping[str, Market]
    parts: Mapping[str, str]


def listing_of(exchange: Any, part_of: PartOf, rules: RowRules) -> Listing:
    """Return the contracts that a ccxt exchange has loaded.

    Args:
        exchange: It has loaded its markets.
        part_of: Names the part of the position lists that shows a market.
        rules: How the venue counts contracts, where ccxt does not tell.

    Raises:
        SourceMalformed: There are none, or a size or step is not exact.
    """
    rows = [row for row in exchange.markets.values() if row.get("contract") and not row.get("option")]
    if not rows:
        raise SourceMalformed("it holds no futures contract")
    symbols = {str(row["id"]): str(row["symbol"]) for row in rows}
    parts = {str(row["symbol"]): part_of(row) for row in rows}
    facts = {
        str(row["symbol"]): _market(row, exchange.precisionMode, parts[str(row["symbol"])], rules)
        for row in rows
        if _has_steps(row)
    }
    return Listing(
        MappingProxyType(symbols), _turned(symbols.items()), MappingProxyType(facts), MappingProxyType(parts)
    )


def _turned(names: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    return MappingProxyType({symbol: market_id for market_id, symbol in names})


def _has_steps(row: Mapping[str, Any]) -> bool:
    precision = row["precision"]
    return None not in (precision["amount"], precision["price"], row.get("contractSize"))


def _market(row: Mapping[str, Any], precision_mode: int, part: str, rules: RowRules) -> Market:
    info = row.get("info")
    lot, price = rules.steps(info if isinstance(info, Mapping) else {})
    precision, settle, size = row["precision"], row.get("settle"), "contractSize"
    return Market(
        symbol=str(row["symbol"]),
        market_id=str(row["id"]),
        contract_size=Decimal(1) if rules.coins else _positive(exact_value(row["contractSize"], size), size),
        lot_step=_positive(lot or _step(precision["amount"], precision_mode, "amount"), "a lot"),
        price_step=_positive(price or _step(precision["price"], precision_mode, "price"), "a price step"),
        active=row.get("active") is not False,
        least=_least(row),
        part=part,
        inverse=bool(row.get("inverse")) and settle == row.get("base") and not rules.inverse_in_base,
        quanto=settle not in {row.get("base"), row.get("quote")},
    )


def _least(row: Mapping[str, Any]) -> Decimal | None:
    """Return the smallest quantity of an order; None where ccxt tells none."""
    limits = row.get("limits")
    amounts = limits.get("amount") if isinstance(limits, Mapping) else None
    least = amounts.get("min") if isinstance(amounts, Mapping) else None
    return None if least is None else exact_value(least, "limits.amount.min")


def _positive(number: Decimal, what: str) -> Decimal:
    if number <= 0:
        raise SourceMalformed(f"{what} is {number}")
    return number


def _step(value: object, precision_mode: int, name: str) -> Decimal:
    number = exact_value(value, name)
    if precision_mode != ccxt.DECIMAL_PLACES:
        return number
    if abs(number) > _PLACES:
        raise SourceMalformed(f"`{name}` has {number} decimal places")
    return Decimal(1).scaleb(-int(number))
