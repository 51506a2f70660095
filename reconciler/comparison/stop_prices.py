"""Which prices are known of a reading, and of which contracts more must be asked before stops are judged."""

from collections.abc import Iterator, Mapping

from reconciler.comparison.stop_judgement import Stop, is_near_or_past, wants_prices
from reconciler.comparison.trails import Trails, of_position
from reconciler.comparison.venue_view import LegView
from verification.facts.account import AccountReading, Part, Position, RestingOrder
from verification.facts.leg import LegKey, Side
from verification.facts.prices import Prices
from verification.facts.slices import Slices, cut

_NO_PRICES = Prices()
_AT_ONCE = 256
"""How many orders are looked at in one slice."""


def prices_of(reading: AccountReading) -> Mapping[str, Prices]:
    """Return the prices that a reading tells, by symbol: its list's marks, and what was asked for then."""
    listed: Mapping[str, Prices] = {} if reading.positions is None else reading.positions.index.marks
    if not reading.prices:
        return listed  # as nearly always: nobody changes it
    known = dict(listed)
    for symbol, new in reading.prices.items():
        old = known.get(symbol, Prices())
        known[symbol] = Prices(new.mark or old.mark, new.last or old.last, new.index or old.index)
    return known


def unpriced(
    reading: AccountReading, before: Mapping[LegKey, LegView], trails: Trails
) -> Slices[frozenset[str]]:
    """Return the symbols whose stops cannot be judged by the prices that the reading tells, in slices.

    Args:
        reading: The account as just read.
        before: What was known of each leg until then: it holds that where the list does not show it.
        trails: What is remembered of trailing stops.
    """
    shown = {} if reading.positions is None else reading.positions.index.by_key
    known = prices_of(reading)
    found: set[str] = set()
    for part, orders in (
        (Part.ORDERS, reading.orders),
        (Part.CONDITIONAL_ORDERS, reading.conditional_orders),
    ):
        for slice_of in cut(orders or (), _AT_ONCE):
            for order in slice_of:
                if not (order.conditional and order.stop_loss):
                    continue
                prices = known.get(order.symbol, _NO_PRICES)
                if order.trailing is None and order.trigger_price is not None:
                    # Most are so, and there may be thousands: they are judged as they are.
                    told = order.watches is not None and prices.of(order.watches) is not None
                    lies = not told and is_near_or_past(order.side, order.trigger_price, prices.mark)
                    wanted = lies and not (order.triggered or order.dormant)
                else:
                    stop = trails.knowing(Stop.of(order), part, order.symbol, order.order_id)
                    wanted = wants_prices(stop, prices)
                if wanted and _closes(order, LegKey(reading.account, order.symbol, order.leg), shown, before):
                    found.add(order.symbol)
            yield
    found |= {
        symbol
        for symbol, stop in _belonging(reading, trails)
        if wants_prices(stop, known.get(symbol, Prices()))
    }
    return frozenset(found)


def _closes(
    order: RestingOrder, key: LegKey, shown: Mapping[LegKey, Position], before: Mapping[LegKey, LegView]
) -> bool:
    """Return whether an order would close what its leg is known to hold."""
    leg = shown.get(key) or before.get(key)
    return leg is not None and bool(leg.quantity) and Side.closing(leg.quantity) is order.side


def _belonging(reading: AccountReading, trails: Trails) -> Iterator[tuple[str, Stop]]:
    for row in () if reading.positions is None else reading.positions.positions:
        if (row.attached_stop is None and row.trailing is None) or row.quantity == 0:
            continue
        symbol, leg = row.key.symbol, row.key.leg.value
        if row.attached_stop is not None:
            yield symbol, Stop(None, Side.closing(row.quantity), row.attached_stop)
        if row.trailing is not None:
            stop = of_position(row.quantity, row.trailing)
            yield symbol, trails.knowing(stop, Part.POSITIONS, symbol, leg)
