"""Asks the venue what a look at an account is to go by: all of it, some symbols, or what verdicts rest on."""

from collections.abc import Iterable, Mapping

from reconciler.account.look import Look
from reconciler.account.memory.order_lists import OrderLists
from reconciler.account.priced import priced
from reconciler.account.trouble import held_back, held_back_by_us, unstreamed
from reconciler.alerts.alert import Alert
from reconciler.comparison.venue_view import VenueView
from reconciler.facts.expectation import Expectation, LedgerReading
from reconciler.facts.finding import Kind
from reconciler.sight.sources import ORDER_LISTS
from verification.facts.account import AccountReading, PositionsReading
from verification.facts.clock import Clock
from verification.facts.leg import LegKey
from verification.facts.observation import PositionSeen
from verification.facts.order_scope import OrderScope
from verification.facts.spell import Spell
from verification.venues.port import Venue

SUBSCRIBING_SECONDS = 2.0
"""How long the first look waits for the stream."""

_CHECK_SECONDS = 0.05


class AskedAccount:
    """What was asked of one account, from look to look.

    Attributes:
        orders: When all of its orders are due.
    """

    def __init__(self, venue: Venue, clock: Clock) -> None:
        """Nothing has been asked yet."""
        self.orders = OrderLists()
        self._venue = venue
        self._clock = clock
        self._unpriced = Spell()

    async def read(
        self,
        symbols: frozenset[str] | None,
        ledgers: Mapping[str, LedgerReading],
        before: VenueView | None,
        pushed: Mapping[LegKey, PositionSeen],
    ) -> AccountReading:
        """Read the account, or some symbols of it, and the prices that its stops must be judged by.

        Args:
            symbols: Of which symbols; None: of the whole account.
            ledgers: What the bots believe now.
            before: What was known of the account until now; None at the start.
            pushed: The newest position that the stream showed of each leg, which goes on while this reads.
        """
        rows: tuple[Expectation, ...] = ()
        for each in ledgers.values():
            rows = (*rows, *each.rows) if rows else each.rows  # those of one ledger are the very tuple
        known = () if before is None or symbols is not None else before.legs.items()
        seen = frozenset(key.symbol for key, leg in known if leg.position.quantity)

        def wanted(listed: PositionsReading | None) -> OrderScope:
            held = seen.union(key.symbol for key, leg in pushed.items() if leg.quantity)
            return self.orders.scope(rows, held, listed)

        if symbols is not None:
            ordinary = self.orders.ordinary(symbols, rows, self._venue.stream_health())
            reading = await (
                self._venue.read(symbols) if ordinary == symbols else self._venue.read_some(symbols, ordinary)
            )
        elif self.orders.due(self._venue.stream_health(), self._clock.now()):
            reading = await self._venue.read()
            ours = held_back_by_us(reading)
            if ours or held_back(reading):
                self.orders.put_off(self._clock.now())
            if ours:  # what verdicts rest on costs little, and may fit
                reading = await self._venue.sweep(wanted)
        else:
            reading = await self._venue.sweep(wanted)
        return await priced(self._venue, reading, before, self._clock, self._unpriced)

    def again(self, look: Look) -> bool:
        """Take note of a look; return True for a sweep that is to be done again, with all orders."""
        return self.orders.noted(look)

    def follow(self, alerts: Iterable[Alert], unread: frozenset[str]) -> None:
        """Have all orders asked for where their lists cannot be read, or people are told so.

        That they can be read again only a list of all shows, and only twice (see `Health`).

        Args:
            alerts: The open alerts of the account.
            unread: What could not be read when it was last tried, by the name of its source.
        """
        known = tuple(alerts)
        self.orders.tell(alert.key.symbol for alert in known)
        told = {alert.key.symbol for alert in known if alert.key.kind is Kind.SOURCE_DOWN}
        if ORDER_LISTS & (told | unread):
            self.orders.want()


async def subscribed(venue: Venue, clock: Clock) -> None:
    """Wait for the stream, not for long: orders that are asked for earlier have to be asked for again."""
    waited = 0.0
    while waited < SUBSCRIBING_SECONDS and unstreamed(venue.stream_health()):
        await clock.sleep(_CHECK_SECONDS)
        waited += _CHECK_SECONDS


def unasked(view: VenueView) -> frozenset[str]:
    """Return the symbols that a sweep has not asked about orders: they were opened while it was under way."""
    if view.symbols is not None or view.scope.conditional is None:
        return frozenset()
    return frozenset(
        key.symbol
        for key, leg in view.legs.items()
        if leg.quantity != 0 and key.symbol not in view.scope.conditional
    )
