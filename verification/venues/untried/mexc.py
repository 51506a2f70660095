"""What is known of MEXC's futures: one list shows all positions."""

from typing import Any

from verification.facts.leg import Side
from verification.venues.capabilities import Capabilities, PartLists, RowRules, Shape
from verification.venues.web import Web

_SERVED = ("success", frozenset({"True"}))
# 1 opens a long, 2 closes a short, 3 opens a short, 4 closes a long.
_WAYS = {"1": Side.BUY, "2": Side.BUY, "3": Side.SELL, "4": Side.SELL}


def _shape(path: str, rows: tuple[str, ...] | None, *told: str, **more: Any) -> Shape:
    return Shape(f"/api/v1{path}", "GET", rows, told=told, says=_SERVED, **more)


def _lists_of(_part: str) -> PartLists:
    return PartLists({}, {"type": "swap"})


_ORDER = ("orderId", "symbol", "state")
_SIZES = ("vol", "dealVol")
_ORDER_WAY = {"side": frozenset(_WAYS)}

CAPABILITIES = Capabilities(
    web=Web("MEXC", "https://www.mexc.com/futures/{base}_{quote}"),
    documented=True,
    shapes=(
        _shape(
            "/private/position/open_positions",
            ("data",),
            "symbol",
            numbers=("holdVol",),
            one_of={"positionType": frozenset({"1", "2"}), "openType": frozenset({"1", "2"})},
        ),
        _shape("/private/position/position_mode", None, one_of={"data": frozenset({"1", "2"})}),
        _shape("/private/order/list/open_orders*", ("data",), *_ORDER, numbers=_SIZES, one_of=_ORDER_WAY),
        _shape("/private/order/get/*", None, *_ORDER, numbers=_SIZES, one_of=_ORDER_WAY, at=("data",)),
        _shape(
            "/private/order/list/order_deals",
            ("data",),
            *("id", "orderId", "symbol", "positionMode"),
            numbers=("vol", "price", "timestamp"),
            one_of=_ORDER_WAY,
        ),
        _shape("/contract/detail", ("data",), "symbol", "contractSize", "volUnit", "priceUnit"),
        _shape("/contract/ping", None, "data"),
    ),
    settings={"has": {"fetchCurrencies": False}},
    lists_of=_lists_of,
    rows=RowRules(contract=("symbol",), sides=("side", _WAYS), sizes=("vol", "dealVol")),
    order_page=100,
)
