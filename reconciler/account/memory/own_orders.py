"""Which row of which ledger names an order: remembered after the row is gone, for trades are listed late."""

from collections import OrderedDict
from collections.abc import Iterable

from reconciler.facts.attribution import Owner
from reconciler.facts.expectation import Expectation, OrderRole
from verification.facts.order_fact import OrderFacts, OrderRef

KEPT = 5000
"""Names of orders; those that were named longest ago go first."""

_STOPS = 4
"""The newest stops of a row may have fired; what older ones became was asked for before."""


class OwnOrders:
    """The orders of one account's bots. Ordinary and conditional orders are two spaces of ids."""

    def __init__(self) -> None:
        """None is known."""
        self._by_id: OrderedDict[tuple[str, str, bool], Owner] = OrderedDict()
        self._by_client_id: OrderedDict[tuple[str, str], Owner] = OrderedDict()
        self._read: frozenset[int] = frozenset()
        self._rows: dict[str, list[Expectation]] = {}

    def note(self, rows: Iterable[Expectation]) -> None:
        """Take note of what rows name; rows that were noted just before are not read again."""
        listed = tuple(rows)
        for row in listed:
            if id(row) not in self._read:
                self._note(row)
        for names in (self._by_id, self._by_client_id):
            while len(names) > KEPT:
                names.popitem(last=False)
        self._read = frozenset(map(id, listed))
        self._rows = {}
        for row in listed:  # they stay referred to, or another row could come to have the id of one
            self._rows.setdefault(row.symbol, []).append(row)

    def owner(self, symbol: str, order_id: str, client_order_id: str, facts: OrderFacts) -> Owner | None:
        """Return the row that names an ordinary order, or the conditional order that it was.

        A client id may be used again once its order has ended: it counts where no row has the venue's id.
        """
        found = self._by_id.get((symbol, order_id, False)) or self._stop_of(symbol, order_id, facts)
        if found is None and client_order_id:
            return self._by_client_id.get((symbol, client_order_id))
        return found

    def stops(self, symbol: str) -> tuple[OrderRef, ...]:
        """Return the stops of a symbol's rows that may have become orders of another id."""
        refs: dict[OrderRef, None] = {}
        for row in self._rows.get(symbol, ()):
            given = [each.order_id for each in row.orders if each.role is OrderRole.STOP and each.order_id]
            for order_id in [*row.stop_order_ids, *given][-_STOPS:]:
                refs[OrderRef(symbol, order_id, conditional=True)] = None
        return tuple(refs)

    def _stop_of(self, symbol: str, order_id: str, facts: OrderFacts) -> Owner | None:
        for ref in (*self.stops(symbol), OrderRef(symbol, order_id, conditional=True)):
            fact = facts.get(ref)
            if fact is not None and fact.became == order_id:
                return self._by_id.get((symbol, ref.order_id, True))
        return None

    def _note(self, row: Expectation) -> None:
        ids = {
            OrderRole.ENTRY: row.entry_order_ids,
            OrderRole.EXIT: row.exit_order_ids,
            OrderRole.STOP: row.stop_order_ids,
        }
        for role, named in ids.items():
            for order_id in named:
                self._put(row, role, order_id)
        for order in row.orders:
            if order.order_id is not None:
                self._put(row, order.role, order.order_id)
            if order.client_order_id is not None:
                name = (row.symbol, order.client_order_id)
                self._by_client_id[name] = Owner(row.ledger, row.row_id, order.role)
                self._by_client_id.move_to_end(name)

    def _put(self, row: Expectation, role: OrderRole, order_id: str) -> None:
        name = (row.symbol, order_id, role is OrderRole.STOP)
        self._by_id[name] = Owner(row.ledger, row.row_id, role)
        self._by_id.move_to_end(name)
