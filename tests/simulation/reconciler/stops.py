"""The stops that stand at the simulated venue, as changes of the world leave them."""

from decimal import Decimal

from tests.simulation.reconciler.plan import Placed
from tests.simulation.reconciler.scale import Scale
from tests.simulation.reconciler.stop import Stop, StopKind
from verification.facts.account import RestingOrder
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.prices import PriceKind

LIQUIDATED_AT = Decimal("0.8")
"""The share of the price at which a long is liquidated; a short as far on the other side."""

TRIGGERS = {StopKind.DISTANT: Decimal("0.7"), StopKind.WRONG_SIDE: Decimal("1.1")}
"""The share of the price at which a long's stop triggers; where it is right it is `NEAR`."""

NEAR = Decimal("0.9")


class Stops:
    """What stands now, and what did. An id is used once: what was taken back does not come again."""

    def __init__(self) -> None:
        self.standing: dict[tuple[LegKey, str], Stop] = {}
        self.gone: dict[tuple[LegKey, str], tuple[Stop, str | None]] = {}

    def take(self, placed: Placed) -> None:
        """Let something befall a stop."""
        name = (placed.key, placed.order_id)
        if name in self.gone:
            return
        if placed.stop is not None:
            self.standing[name] = placed.stop
        elif name in self.standing:
            self.gone[name] = (self.standing.pop(name), placed.became)


def mirrored(share: Decimal, sign: int) -> Decimal:
    """Return a share of the price that is as far on the other side for a short."""
    return share if sign > 0 else 2 - share


def stop_row(key: LegKey, order_id: str, stop: Stop, scale: Scale) -> RestingOrder:
    """Return a stop as the gateway gives it."""
    whole = stop.kind is StopKind.WHOLE
    trigger = scale.price * mirrored(TRIGGERS.get(stop.kind, NEAR), stop.sign)
    limited = stop.kind is StopKind.TRIGGERED
    return RestingOrder(
        order_id=order_id,
        client_order_id=None,
        symbol=key.symbol,
        leg=key.leg,
        side=Side.SELL if stop.sign > 0 else Side.BUY,
        kind="trailing" if stop.kind is StopKind.DORMANT else "stop" if limited else "stop_market",
        conditional=True,
        stop_loss=True,
        quantity=None if whole else scale.contracts(stop.lots),
        filled=Decimal(0),
        price=trigger if limited else None,
        trigger_price=trigger,
        reduce_only=key.leg is Leg.NET,
        close_position=whole,
        created_at=None,
        triggered=limited,
        dormant=stop.kind is StopKind.DORMANT,
        watches=PriceKind.MARK,
    )
