"""Market facts of a venue, exact, and the way from its own ids to unified symbols."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import ccxt

from verification.account import Market
from verification.errors import SourceMalformed
from verification.gateway.exactness import exact, exact_value
from verification.leg import Leg, LegKey


class Markets:
    """The contracts of one venue. Filled at connecting, filled again when an unknown id turns up."""

    def __init__(self, part_of: Callable[[Mapping[str, Any]], str]) -> None:
        """Nothing is known yet. `part_of` names the part of the position lists that shows a ccxt market."""
        self._part_of = part_of
        self.parts: Mapping[str, str] = {}
        self.by_symbol: dict[str, Market] = {}
        self._by_id: dict[str, str] = {}
        self._keys: dict[tuple[str, str, Leg], LegKey] = {}
        self.unknown: set[str] = set()

    def fill(self, exchange: Any) -> None:
        """Take the markets that a ccxt exchange has loaded.

        Raises:
            SourceMalformed: There are none, or a size or step is not exact.
        """
        rows = [row for row in exchange.markets.values() if row.get("contract") and not row.get("option")]
        if not rows:
            raise SourceMalformed("it holds no futures contract")
        # A contract without steps (delisted, say) still has a name, so what is held in it shows.
        self._by_id = {str(row["id"]): str(row["symbol"]) for row in rows}
        self._keys = {}
        self.parts = {str(row["symbol"]): self._part_of(row) for row in rows}
        self.by_symbol = {
            str(row["symbol"]): _market(row, exchange.precisionMode, self.parts[str(row["symbol"])])
            for row in rows
            if _has_steps(row)
        }
        self.unknown -= set(self._by_id)

    def symbol_of(self, market_id: str) -> str:
        """Return the unified symbol of a venue's id.

        An id that is not listed (a contract younger than our list) stands for itself, so that nothing held in
        it is lost, and is remembered in `unknown`.
        """
        symbol = self._by_id.get(market_id)
        if symbol is None:
            self.unknown.add(market_id)
            return market_id
        return symbol

    def key_of(self, account: str, market_id: str, which: Leg) -> LegKey:
        """Return the leg of a contract by the venue's id; see `symbol_of` for one that is not listed."""
        place = (account, market_id, which)
        key = self._keys.get(place)
        if key is None:
            key = LegKey(account, self.symbol_of(market_id), which)
            if key.named:
                self._keys[place] = key
        return key

    def name_now(self, symbol: str) -> str:
        """Return the unified symbol of an id that stood for itself and has been learnt since."""
        return self._by_id.get(symbol, symbol)

    def id_of(self, symbol: str) -> str | None:
        """Return the venue's id of a symbol; None if the venue does not list it."""
        if symbol in self.unknown:
            return symbol
        return next((market_id for market_id, name in self._by_id.items() if name == symbol), None)


def _has_steps(row: Mapping[str, Any]) -> bool:
    precision = row["precision"]
    return None not in (precision["amount"], precision["price"], row.get("contractSize"))


def _market(row: Mapping[str, Any], precision_mode: int, part: str) -> Market:
    info = row.get("info")
    filters = info.get("filters") if isinstance(info, Mapping) else None
    lot = _filter(filters, "LOT_SIZE", "stepSize")
    price = _filter(filters, "PRICE_FILTER", "tickSize")
    precision = row["precision"]
    return Market(
        symbol=str(row["symbol"]),
        market_id=str(row["id"]),
        contract_size=exact_value(row["contractSize"], "contractSize"),
        lot_step=lot if lot is not None else _step(precision["amount"], precision_mode, "amount"),
        price_step=price if price is not None else _step(precision["price"], precision_mode, "price"),
        active=row.get("active") is not False,
        least=_least(row),
        part=part,
    )


def _least(row: Mapping[str, Any]) -> Decimal | None:
    """Return the smallest quantity of an order; None where ccxt tells none."""
    limits = row.get("limits")
    amounts = limits.get("amount") if isinstance(limits, Mapping) else None
    least = amounts.get("min") if isinstance(amounts, Mapping) else None
    return None if least is None else exact_value(least, "limits.amount.min")


def _filter(filters: object, kind: str, name: str) -> Decimal | None:
    """Return a step from the venue's own filter rows (Binance), which hold it as text."""
    if not isinstance(filters, list):
        return None
    row = next((each for each in filters if each.get("filterType") == kind), None)
    return exact(row, name) if row is not None else None


def _step(value: object, precision_mode: int, name: str) -> Decimal:
    number = exact_value(value, name)
    return Decimal(1).scaleb(-int(number)) if precision_mode == ccxt.DECIMAL_PLACES else number
