"""One row of a SELECT as an expectation. Pure: values in, value out, or an error in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal
from typing import Any

from reconciler.facts.expectation import Direction, Expectation, ExpectationState, StopPolicy
from reconciler.ledgers.stored_values import number_of, time_of

_SIDES = {
    "long": Direction.LONG,
    "buy": Direction.LONG,
    "short": Direction.SHORT,
    "sell": Direction.SHORT,
}
_OVER = frozenset({ExpectationState.CLOSED, ExpectationState.FAILED})
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the settings say of the rows of a SELECT.

    Attributes:
        ledger: Its name in the settings.
        contracts: True when quantities are contracts, False when they are base currency.
        states: Words for states, by what the bot writes.
        stops: Where the bot keeps its stops; None: at the venue where a row names one.
        zone: In which times without a zone were written.
    """

    ledger: str
    contracts: bool
    states: Mapping[str, str]
    stops: StopPolicy | None
    zone: tzinfo

    def row(self, row: Mapping[str, Any], held_before: Decimal | None = None) -> Expectation:
        """Return what one row means.

        Args:
            row: Its values by the names of `columns.COLUMNS`.
            held_before: What was held on its leg before it began to count, signed.

        Raises:
            ValueError: It holds what cannot be read; the message names the column.
        """
        state = self._state(row)
        direction, quantity = _held(row, state, held_before or _ZERO)
        state = state or (ExpectationState.OPEN if quantity else ExpectationState.CLOSED)
        expected, low, high = _range(row, state, quantity)
        stop_ids = _ids(row, "stop_order_ids")
        symbol = _text(row, "symbol")
        if symbol is None:
            raise ValueError("`symbol` is empty")
        return Expectation(
            ledger=self.ledger,
            row_id=_text(row, "id") or f"{symbol} {direction.value}",
            symbol=symbol,
            direction=direction,
            unit_size=None if self.contracts else Decimal(1),
            expected=expected,
            expected_low=low,
            expected_high=high,
            step=None,
            state=state,
            entry_order_ids=_ids(row, "entry_order_ids"),
            exit_order_ids=_ids(row, "exit_order_ids"),
            stop_order_ids=() if state in _OVER else stop_ids,
            stop_price=_price(row, "stop_price"),
            entry_price=_price(row, "entry_price") if expected else None,
            stop_policy=self.stops or (StopPolicy.VENUE if stop_ids else StopPolicy.UNKNOWN),
            entry_client_id=_text(row, "entry_client_id"),
            exit_client_id=_text(row, "exit_client_id"),
            opened_at=_column(row, "opened_at", lambda value: time_of(value, self.zone)),
            updated_at=_column(row, "updated_at", lambda value: time_of(value, self.zone)),
        )

    def _state(self, row: Mapping[str, Any]) -> ExpectationState | None:
        """Return the state that a row names; None where the SELECT has no such column."""
        if "state" not in row:
            return None
        written = "" if row["state"] is None else str(row["state"]).strip()
        word = self.states.get(written, written.lower())
        try:
            return ExpectationState(word)
        except ValueError:
            known = ", ".join(ExpectationState)
            raise ValueError(
                f'`state` is {written!r}, which is not known: write states = {{ "{written}" = "open" }}, or '
                f"another of {known}"
            ) from None


def _held(
    row: Mapping[str, Any], state: ExpectationState | None, before: Decimal
) -> tuple[Direction, Decimal]:
    """Return which way a row is exposed, and by how much, unsigned."""
    stored = row["quantity"]
    if stored is None and state in _OVER:
        stored = 0
    quantity = _column({"quantity": stored}, "quantity", number_of)
    side = _side(row)
    if side is None:
        quantity += before
        if quantity == 0 and state not in (None, *_OVER):
            raise ValueError("`quantity` is zero and there is no `side`: which way it is, is not known")
        return (Direction.SHORT if quantity < 0 else Direction.LONG), abs(quantity)
    if quantity < 0 and side is Direction.SHORT and before == 0:
        return side, -quantity  # a sign that says the same as the side
    quantity += before * side.sign
    if quantity < 0 and state not in _OVER:
        raise ValueError(f"`quantity` is {quantity} and `side` is {side.value}: one of the two is wrong")
    return side, abs(quantity)


def _side(row: Mapping[str, Any]) -> Direction | None:
    if row.get("side") is None:
        return None
    written = str(row["side"]).strip()
    side = _SIDES.get(written.lower())
    if side is None:
        raise ValueError(f"`side` is {written!r}, and has to be one of {', '.join(_SIDES)}")
    return side


def _range(
    row: Mapping[str, Any], state: ExpectationState, quantity: Decimal
) -> tuple[Decimal, Decimal, Decimal]:
    """Return what is expected, the least and the most.

    What a bot opens it may hold by now or not, and so what it closes, unless the row says more exactly.
    """
    if state in _OVER:
        return _ZERO, _ZERO, _ZERO
    low, high = _bound(row, "quantity_low"), _bound(row, "quantity_high")
    expected = _ZERO if state is ExpectationState.OPENING and high is None else quantity
    if low is None:
        low = _ZERO if state is ExpectationState.CLOSING else expected
    high = quantity if high is None else high
    if not low <= expected <= high:
        raise ValueError(f"`quantity` is {expected}, and not between {low} and {high} as the row says it is")
    return expected, low, high


def _bound(row: Mapping[str, Any], name: str) -> Decimal | None:
    if row.get(name) is None:
        return None
    bound: Decimal = _column(row, name, number_of)
    if bound < 0:
        raise ValueError(f"`{name}` is {bound}: it is unsigned")
    return bound


def _price(row: Mapping[str, Any], name: str) -> Decimal | None:
    if row.get(name) is None:
        return None
    price: Decimal = _column(row, name, number_of)
    return price if price > 0 else None


def _text(row: Mapping[str, Any], name: str) -> str | None:
    value = row.get(name)
    text = "" if value is None else str(value).strip()
    return text or None


def _ids(row: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = row.get(name)
    if value is None:
        return ()
    parts = value if isinstance(value, list | tuple) else str(value).split(",")
    return tuple(dict.fromkeys(text for part in parts if part is not None and (text := str(part).strip())))


def _column(row: Mapping[str, Any], name: str, read: Any) -> Any:
    try:
        return read(row.get(name))
    except ValueError as error:
        raise ValueError(f"`{name}`: {error}") from error
