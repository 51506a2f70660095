"""What is known of Kraken's futures: one list shows all positions, and nothing tells its clock."""

from typing import Any

from verification.capabilities import Capabilities, RowRules, Shape

_SERVED = ("result", frozenset({"success"}))
_SIDES = frozenset({"buy", "sell"})


def _shape(path: str, rows: tuple[str, ...] | None, *told: str, **more: Any) -> Shape:
    return Shape(f"/derivatives/api/v3{path}", "GET", rows, told=told, says=_SERVED, **more)


FUTURES = Capabilities(
    documented=True,
    shapes=(
        _shape(
            "/openpositions",
            ("openPositions",),
            *("symbol", "size"),
            one_of={"side": frozenset({"long", "short"})},
        ),
        _shape(
            "/openorders",
            ("openOrders",),
            *("order_id", "symbol", "unfilledSize", "filledSize", "status"),
            one_of={"side": _SIDES},
        ),
        Shape(
            "/derivatives/api/v3/orders/status",
            "POST",
            ("orders",),
            told=("order.orderId", "order.symbol", "order.quantity", "order.filled", "status"),
            one_of={"order.side": _SIDES},
            says=_SERVED,
        ),
        _shape(
            "/fills",
            ("fills",),
            *("fill_id", "order_id", "symbol", "size", "price", "fillTime"),
            one_of={"side": _SIDES},
        ),
        _shape("/instruments", ("instruments",), "symbol"),
    ),
    rows=RowRules(contract=("symbol",)),
)
