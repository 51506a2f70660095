"""What is known of BingX: linear swaps in one list, coin-margined swaps in another."""

from collections.abc import Mapping
from typing import Any

from verification.venues.capabilities import Capabilities, PartLists, RowRules, Shape
from verification.venues.web import Web

_SERVED = ("code", frozenset({"0"}))
_LINEAR, _COIN = "of linear swaps", "of coin-margined swaps"
_SIDES = frozenset({"BUY", "SELL"})


def _part_of(market: Mapping[str, Any]) -> str:
    return _LINEAR if market["linear"] else _COIN


def _lists_of(part: str) -> PartLists:
    kind = "linear" if part == _LINEAR else "inverse"
    return PartLists({"subType": kind}, {"subType": kind, "type": "swap"})


def _shape(path: str, rows: tuple[str, ...] | None, *told: str, **more: Any) -> Shape:
    return Shape(f"/openApi{path}", "GET", rows, told=told, says=_SERVED, **more)


_POSITION = {"positionSide": frozenset({"LONG", "SHORT"})}
_ORDER = ("orderId", "symbol", "status")
_SIZES = ("origQty", "executedQty")
_SIZES_OF_ONE = ("order.origQty", "order.executedQty")
_ONE = tuple(f"order.{key}" for key in _ORDER)

CAPABILITIES = Capabilities(
    web=Web("BingX", "https://bingx.com/en/perpetual/{base}-{quote}"),
    documented=True,
    shapes=(
        _shape("/*/user/positions", ("data",), "symbol", numbers=("positionAmt",), one_of=_POSITION),
        _shape(
            "/swap/v1/positionSide/dual",
            None,
            at=("data",),
            one_of={"dualSidePosition": frozenset({"true", "false"})},
        ),
        _shape("/*/trade/openOrders", ("data", "orders"), *_ORDER, numbers=_SIZES, one_of={"side": _SIDES}),
        _shape(
            "/swap/v2/trade/order",
            None,
            *_ONE,
            numbers=_SIZES_OF_ONE,
            one_of={"order.side": _SIDES},
            at=("data",),
        ),
        _shape(
            "/cswap/v1/trade/orderDetail",
            None,
            *_ONE,
            numbers=_SIZES_OF_ONE,
            one_of={"order.side": _SIDES},
            at=("data",),
        ),
        _shape(
            "/swap/v2/trade/allFillOrders",
            ("data", "fill_orders"),
            *("orderId", "symbol"),
            numbers=("price", "volume"),
            instants=("filledTm",),
            one_of={"side": _SIDES},
        ),
        _shape("/swap/v2/quote/contracts", ("data",), "symbol", "currency"),
        _shape("/cswap/v1/market/contracts", ("data",), "symbol", "minTickSize"),
        _shape("/swap/v2/server/time", None, "serverTime", at=("data",)),
    ),
    settings={"has": {"fetchCurrencies": False}},
    part_of=_part_of,
    lists_of=_lists_of,
    rows=RowRules(contract=("symbol",)),
)
