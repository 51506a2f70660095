"""Which orders of an account are known to rest: by the lists, and by what the stream tells of orders; pure.

It says what is to be asked for, and is never what a verdict rests on.
"""

from dataclasses import dataclass, field

from verification.facts.account import AccountReading, RestingOrder
from verification.facts.observation import OrderSeen

LATE_SECONDS = 60.0
"""For how long an order may be missing in lists and is still taken to rest: they lag behind the stream."""

_Name = tuple[str, bool, str]
"""The symbol of an order, whether it is conditional, and its number, which is one of its symbol and kind."""


@dataclass(slots=True)
class WorkingOrders:
    """Those of one account, each with the monotonic time at which it was last shown to rest."""

    _shown: dict[_Name, float] = field(default_factory=dict)

    def symbols(self, *, conditional: bool) -> frozenset[str]:
        """Return the symbols on which an order of a kind is known to rest."""
        return frozenset(symbol for symbol, kind, _ in self._shown if kind is conditional)

    def on_order(self, seen: OrderSeen) -> None:
        """Take what the stream tells of an order."""
        name = (seen.key.symbol, seen.conditional, seen.order_id)
        if seen.terminal:
            self._shown.pop(name, None)
        else:
            self._shown[name] = seen.provenance.received.monotonic

    def looked(self, reading: AccountReading) -> None:
        """Take what a look has listed; a list that failed, and one not asked for, says nothing."""
        for conditional, orders in ((False, reading.orders), (True, reading.conditional_orders)):
            if orders is not None:
                self._listed(reading, orders, conditional=conditional)

    def _listed(
        self, reading: AccountReading, orders: tuple[RestingOrder, ...], *, conditional: bool
    ) -> None:
        listed = {(order.symbol, conditional, order.order_id) for order in orders}
        late, covered = reading.sent.monotonic - LATE_SECONDS, reading.symbols
        gone = [
            name
            for name, at in self._shown.items()
            if name[1] is conditional
            and at < late
            and name not in listed
            and reading.scope.holds(name[0], conditional=conditional)
            and (covered is None or name[0] in covered)
        ]
        for name in gone:
            del self._shown[name]
        self._shown.update(dict.fromkeys(listed, reading.received.monotonic))
