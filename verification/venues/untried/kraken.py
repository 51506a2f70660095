"""What is known of Kraken's futures: one list shows all positions, and nothing tells its clock."""

from typing import Any

from verification.venues.capabilities import Capabilities, RowRules, Shape

_SERVED = ("result", frozenset({"success"}))
_SIDES = frozenset({"buy", "sell"})
# What it does not find it may call so too, which ccxt takes for an end.
_STATUS = frozenset(
    {
        "ENTERED_BOOK",
        "FULLY_EXECUTED",
        "REJECTED",
        "CANCELLED",
        "TRIGGER_PLACED",
        "TRIGGER_ACTIVATION_FAILURE",
    }
)


def _shape(path: str, rows: tuple[str, ...] | None, *told: str, **more: Any) -> Shape:
    return Shape(f"/derivatives/api/v3{path}", "GET", rows, told=told, says=_SERVED, **more)


FUTURES = Capabilities(
    documented=True,
    shapes=(
        _shape(
            "/openpositions",
            ("openPositions",),
            "symbol",
            numbers=("size",),
            one_of={"side": frozenset({"long", "short"})},
        ),
        _shape(
            "/openorders",
            ("openOrders",),
            *("order_id", "symbol", "status"),
            numbers=("unfilledSize", "filledSize"),
            one_of={"side": _SIDES},
        ),
        _shape(
            "/orders/status",
            ("orders",),
            *("order.orderId", "order.symbol"),
            numbers=("order.quantity", "order.filled"),
            one_of={"order.side": _SIDES, "status": _STATUS},
        ),
        _shape(
            "/fills",
            ("fills",),
            *("fill_id", "order_id", "symbol"),
            instants=("fillTime",),
            numbers=("size", "price"),
            one_of={"side": _SIDES},
        ),
        _shape("/instruments", ("instruments",), "symbol"),
    ),
    rows=RowRules(contract=("symbol",)),
    names=frozenset({"kraken", "krakenfutures"}),
)
