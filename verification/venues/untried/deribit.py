"""What is known of Deribit: one list shows all positions; quantities are coins or dollars, not contracts."""

from collections.abc import Mapping
from typing import Any

from verification.venues.capabilities import Capabilities, PartLists, RowRules, Shape
from verification.venues.web import Web

_SIDES = frozenset({"buy", "sell"})
_SETTLED = "settled in "


def _part_of(market: Mapping[str, Any]) -> str:
    return f"{_SETTLED}{market['settle']}"


def _lists_of(part: str) -> PartLists:
    coin = part.removeprefix(_SETTLED)
    return PartLists({}, {"code": coin, "currency": coin})


def _shape(path: str, rows: tuple[str, ...] | None, *told: str, **more: Any) -> Shape:
    return Shape(f"/api/v2{path}", "GET", rows, told=told, **more)


_ORDER = ("order_id", "instrument_name", "order_state")
_SIZES = ("amount", "filled_amount")
_WAY = {"direction": _SIDES}

CAPABILITIES = Capabilities(
    web=Web(
        "Deribit",
        "https://www.deribit.com/futures/{base}_{quote}-PERPETUAL",
        inverse="https://www.deribit.com/futures/{base}-PERPETUAL",
    ),
    documented=True,
    shapes=(
        _shape(
            "/private/get_positions",
            ("result",),
            "instrument_name",
            numbers=("size",),
            one_of={"direction": frozenset({"buy", "sell", "zero"})},
        ),
        _shape("/private/get_open_orders_by_*", ("result",), *_ORDER, numbers=_SIZES, one_of=_WAY),
        _shape("/private/get_order_state", None, *_ORDER, numbers=_SIZES, one_of=_WAY, at=("result",)),
        _shape(
            "/private/get_user_trades_by_*",
            ("result", "trades"),
            *("trade_id", "order_id", "instrument_name"),
            numbers=("amount", "price", "timestamp"),
            one_of=_WAY,
        ),
        _shape("/public/get_instruments", ("result",), "instrument_name", "kind"),
        _shape("/public/get_time", None, "result"),
    ),
    settings={"has": {"fetchCurrencies": False}},
    part_of=_part_of,
    lists_of=_lists_of,
    rows=RowRules(
        contract=("instrument_name",),
        kinds=("kind", frozenset({"option", "spot", "option_combo", "future_combo"})),
        coins=True,
    ),
)
