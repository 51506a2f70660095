"""The world that is built: on each leg what the venue truly holds, what the bot believes, what follows.

Nothing here is read back from Trueup, nor from a journal: a leg knows what was done to it.
"""

import random
from dataclasses import dataclass, field
from decimal import Decimal

from reconciler.journal.journal import Journal
from simulator.engine.order import Kind, Side, Ticket
from simulator.server import SimulatedVenue
from verification.facts.clock import Clock
from verification.facts.leg import Side as BotSide

SIZES = {
    "AVL/USDT:USDT": Decimal(100),
    "BTC/USDT:USDT": Decimal("0.01"),
    "ETH/USDT:USDT": Decimal("0.1"),
    "SOL/USDT:USDT": Decimal(1),
    "DOGE/USDT:USDT": Decimal(200),
    "LINK/USDT:USDT": Decimal(2),
    "AVAX/USDT:USDT": Decimal(1),
}
CONTROL = "NEAR/USDT:USDT"
CONTROL_SIZE = Decimal(5)
"""A leg that is held with its stop all the time: whatever is told of it is false."""

ORPHAN = frozenset({"orphaned_position", "reappeared_position"})
PHANTOM = frozenset({"phantom_position"})
MISMATCH = frozenset({"quantity_mismatch"})
UNPROTECTED = frozenset({"unprotected_position"})
AGREES = frozenset[str]()

STOP_SHARE = Decimal("0.7")


@dataclass(slots=True, eq=False)
class Episode:
    """One condition of one leg, from when it was planted until it was healed.

    Attributes:
        number: Counts from 1, over the act.
        symbol: The leg.
        kinds: What it may be called: one of these.
        over: True once it was healed.
    """

    number: int
    symbol: str
    kinds: frozenset[str]
    over: bool = False


@dataclass(slots=True)
class WorldLeg:
    """One leg. Quantities in contracts, long.

    Attributes:
        symbol: ccxt unified form.
        size: What a trade of it is.
        believed: What the bot's journal says.
        entry: The journal's number of the row that is alive; None without one.
        stop: The venue's number of the stop that rests; None without one.
        episode: The condition that lasts; None while both agree.
    """

    symbol: str
    size: Decimal
    believed: Decimal = Decimal(0)
    entry: int | None = None
    stop: int | None = None
    episode: Episode | None = None


@dataclass(slots=True)
class Legs:
    """All legs of our own hands, with the venue and the journal that they stand in.

    Attributes:
        venue: The exchange, which is the truth.
        journal_url: Where the bot writes down what it believes.
        clock: The machine's.
        planted: Every condition so far.
    """

    venue: SimulatedVenue
    journal_url: str
    clock: Clock
    planted: list[Episode] = field(default_factory=list)
    legs: dict[str, WorldLeg] = field(default_factory=dict)
    _names: int = 0

    def build(self) -> None:
        """Put the legs there: flat, but the control, which is held."""
        self.legs = {symbol: WorldLeg(symbol, size) for symbol, size in SIZES.items()}
        control = WorldLeg(CONTROL, CONTROL_SIZE)
        with self._journal() as journal:
            self._enter(control, journal)
        self.legs[CONTROL] = control

    def held(self, leg: WorldLeg) -> Decimal:
        """Return what the venue holds, signed."""
        return self.venue.exchange.position(leg.symbol).amount

    def truth(self, leg: WorldLeg) -> frozenset[str]:
        """Return the kinds that the leg's condition may be told as; empty where all is well."""
        held = self.held(leg)
        if leg.believed == held:
            return UNPROTECTED if held and leg.stop is None else AGREES
        if not leg.believed:
            return ORPHAN
        return MISMATCH if held else PHANTOM

    def change(self, leg: WorldLeg, rng: random.Random) -> str:
        """Do the next thing to a leg, and return what was done. The control is left alone.

        Raises:
            JournalError: The journal could not be written; nothing was done.
        """
        with self._journal() as journal:  # first: without it nothing is done to the venue either
            done = self._change(leg, journal, rng)
        self._note(leg)
        return done

    def lasting(self) -> list[Episode]:
        """Return the conditions that last."""
        return [leg.episode for leg in self.legs.values() if leg.episode is not None]

    def _change(self, leg: WorldLeg, journal: Journal, rng: random.Random) -> str:
        match self.truth(leg):
            case kinds if kinds == ORPHAN:
                self._trade(leg, Side.SELL, self.held(leg), reduce_only=True)
                return f"{leg.symbol}: the orphan is closed by hand"
            case kinds if kinds == PHANTOM:
                self._forget(leg, journal)
                return f"{leg.symbol}: the bot takes note that its position is gone"
            case kinds if kinds == MISMATCH:
                self._trade(leg, Side.SELL, self.held(leg) - leg.believed, reduce_only=True)
                return f"{leg.symbol}: what was added by hand is taken off"
            case kinds if kinds == UNPROTECTED:
                self._place_stop(leg, journal)
                return f"{leg.symbol}: the bot places a new stop"
        if not leg.believed:
            if rng.random() < 0.4:
                self._trade(leg, Side.BUY, leg.size)
                return f"{leg.symbol}: bought by hand, an orphan"
            self._enter(leg, journal)
            return f"{leg.symbol}: the bot opens"
        match rng.choice(("phantom", "mismatch", "unprotected", "leave")):
            case "phantom":
                self._trade(leg, Side.SELL, self.held(leg), reduce_only=True)
                self._cancel_stop(leg)
                return f"{leg.symbol}: closed by hand, a phantom"
            case "mismatch":
                self._trade(leg, Side.BUY, leg.size)
                return f"{leg.symbol}: doubled by hand"
            case "unprotected":
                self._cancel_stop(leg)
                return f"{leg.symbol}: its stop is cancelled by hand"
            case _:
                self._leave(leg, journal)
                return f"{leg.symbol}: the bot leaves"

    def _enter(self, leg: WorldLeg, journal: Journal) -> None:
        name = self._name("in")
        leg.entry = journal.opening(leg.symbol, BotSide.BUY, leg.size, client_order_id=name)
        order = self._trade(leg, Side.BUY, leg.size, client_id=name)
        journal.ordered(leg.entry, order)
        journal.opened(leg.entry, leg.size)
        leg.believed = leg.size
        self._place_stop(leg, journal)

    def _leave(self, leg: WorldLeg, journal: Journal) -> None:
        assert leg.entry is not None
        name = self._name("out")
        journal.closing(leg.entry, client_order_id=name, quantity=leg.believed)
        self._cancel_stop(leg)
        order = self._trade(leg, Side.SELL, leg.believed, client_id=name, reduce_only=True)
        journal.ordered(leg.entry, order)
        self._forget(leg, journal)

    def _forget(self, leg: WorldLeg, journal: Journal) -> None:
        assert leg.entry is not None
        journal.closed(leg.entry)
        leg.believed, leg.entry = Decimal(0), None

    def _place_stop(self, leg: WorldLeg, journal: Journal) -> None:
        assert leg.entry is not None
        price = self.venue.exchange.truth.markets.find(leg.symbol)
        trigger = (price.price * STOP_SHARE).quantize(price.tick)
        ticket = Ticket(
            leg.symbol,
            Side.SELL,
            None,
            kind=Kind.STOP_MARKET,
            trigger_price=trigger,
            close_position=True,
            client_id=self._name("stop"),
        )
        leg.stop = self.venue.exchange.place_conditional(ticket).id
        journal.stop_placed(leg.entry, str(leg.stop), trigger)

    def _cancel_stop(self, leg: WorldLeg) -> None:
        """Cancel it, unless the venue has done so with the position."""
        resting = {algo.id for algo in self.venue.exchange.open_algos(leg.symbol)}
        if leg.stop in resting:
            self.venue.exchange.cancel_conditional(leg.stop)
        leg.stop = None

    def _trade(
        self,
        leg: WorldLeg,
        side: Side,
        quantity: Decimal,
        *,
        client_id: str | None = None,
        reduce_only: bool = False,
    ) -> str:
        ticket = Ticket(leg.symbol, side, quantity, client_id=client_id, reduce_only=reduce_only)
        return str(self.venue.exchange.place(ticket).id)

    def _note(self, leg: WorldLeg) -> None:
        kinds = self.truth(leg)
        if leg.episode is not None and leg.episode.kinds != kinds:
            leg.episode.over = True
            leg.episode = None
        if kinds and leg.episode is None:
            leg.episode = Episode(len(self.planted) + 1, leg.symbol, kinds)
            self.planted.append(leg.episode)

    def _journal(self) -> Journal:
        return Journal(self.journal_url, bot="hands", clock=self.clock)

    def _name(self, what: str) -> str:
        self._names += 1
        return f"{what}-{self._names}"
