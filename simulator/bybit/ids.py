"""Bybit's ids of orders and trades, made of the engine's numbers; an order keeps one for its whole life."""

from simulator.engine.order import AlgoOrder, Order, PositionSide

INDEX = {PositionSide.BOTH: 0, PositionSide.LONG: 1, PositionSide.SHORT: 2}
SIDES = {str(index): side for side, index in INDEX.items()}
_INVENTED = ("web_", "autoclose-", "adl_autoclose", "settlement_autoclose-")


def uuid_of(number: int) -> str:
    """Return the id that stands for a number of the engine's."""
    return f"{number:08x}-5a17-4000-8000-{number:012x}"


def order_id(order: Order | AlgoOrder) -> str:
    """Return an order's id: a conditional order and what it becomes are one order."""
    number = order.algo_id if isinstance(order, Order) and order.algo_id is not None else order.id
    return uuid_of(number)


def link_id(order: Order | AlgoOrder) -> str:
    """Return the sender's own id; empty when it chose none."""
    return "" if order.client_id.startswith(_INVENTED) else order.client_id
