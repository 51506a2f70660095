"""Why a stop that rests does not protect, in words: pieces of reasons, evidence and problems."""

from reconciler.comparison.protection import Protection
from reconciler.comparison.stop_judgement import Doubt, Fault, Idle, Stop, Unsure
from reconciler.facts.wording import number
from verification.facts.account import RestingOrder
from verification.facts.prices import PriceKind

_PRICES = {
    None: "price",
    PriceKind.MARK: "mark price",
    PriceKind.LAST: "last price",
    PriceKind.INDEX: "index price",
}


def why_idle(stops: Protection) -> str:
    """Return why the stops of a leg that rest do not protect, without a full stop; empty if none is idle."""
    return "; ".join(idle_words(each) for each in stops.idle)


def idle_words(idle: Idle) -> str:
    """Return why one stop does not protect: `stop 7001 has triggered and its limit 59000 rests unfilled`."""
    name, against = _named(idle.stop), None if idle.against is None else number(idle.against)
    match idle.fault:
        case Fault.TRIGGERED:
            if against is None:
                return f"{name} has triggered and has not closed the position"
            return f"{name} has triggered and its limit {against} rests unfilled"
        case Fault.DORMANT:
            before = "" if against is None else f" before {against}"
            return f"{name} is not active{before}"
        case Fault.BEYOND_LIQUIDATION:
            return f"{name}{_at(idle.stop)} lies beyond the liquidation price {against}"
        case Fault.WRONG_SIDE:
            return f"{name}{_at(idle.stop)} is on the wrong side of the {_PRICES[idle.price]} {against}"


def unsure_words(unsure: Unsure) -> str:
    """Return why it cannot be told whether one stop would act."""
    name = _named(unsure.stop)
    match unsure.doubt:
        case Doubt.PRICE_UNREAD:
            price = _PRICES[unsure.stop.watches]
            return f"the {price} that {name}{_at(unsure.stop)} watches could not be read"
        case Doubt.MAY_TRAIL:
            trailing = unsure.stop.trailing
            activation = None if trailing is None else trailing.activation
            since = "" if activation is None else f" since {number(activation)}"
            return f"the exchange does not tell whether {name} is active{since}"
        case Doubt.MAY_BE_BEYOND:
            return (
                f"{name}{_at(unsure.stop)} lay beyond the liquidation price of the former size, "
                "and that of the present size was not read yet"
            )


def unjudged(stops: Protection, symbol: str) -> tuple[str, ...]:
    """Return why it is not known whether a leg is protected, plain lines; none where other stops cover it."""
    if not stops.doubtful:
        return ()
    return tuple(
        f"{symbol}: whether it is protected is not known: {unsure_words(each)}" for each in stops.unsure
    )


def untold_words(order: RestingOrder) -> str:
    """Return what is not known of a conditional order whose purpose the venue does not tell."""
    at = "" if order.trigger_price is None else f" at {number(order.trigger_price)}"
    return (
        f"conditional order {order.order_id}{at} rests: "
        "the exchange does not tell whether it is a stop loss, so it is not counted as one"
    )


def evidence_of_stops(stops: Protection) -> tuple[tuple[str, dict[str, str]], ...]:
    """Return the lines of evidence, with their values, about stops that do not count or may not."""
    idle = [(f"{idle_words(each)}: it does not protect", _values(each)) for each in stops.idle]
    unsure = [(unsure_words(each), _identity(each.stop)) for each in stops.unsure]
    untold = [(untold_words(order), {"order": order.order_id}) for order in stops.untold]
    return (*idle, *unsure, *untold)


def _values(idle: Idle) -> dict[str, str]:
    values = _identity(idle.stop) | {"fault": idle.fault.value}
    return values if idle.against is None else values | {"against": number(idle.against)}


def _identity(stop: Stop) -> dict[str, str]:
    values = {} if stop.order_id is None else {"order": stop.order_id}
    return values if stop.trigger is None else values | {"trigger": number(stop.trigger)}


def _named(stop: Stop) -> str:
    kind = "stop" if stop.trailing is None else "trailing stop"
    return f"the position's own {kind}" if stop.order_id is None else f"{kind} {stop.order_id}"


def _at(stop: Stop) -> str:
    return "" if stop.trigger is None else f" at {number(stop.trigger)}"
