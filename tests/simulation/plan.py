"""The world of one seed: what will happen, what the bot asks, and how badly it is told. Pure values."""

import random
from dataclasses import dataclass, replace

from tests.simulation.faults import Fault, some
from verification.facts.leg import Leg, LegKey, Side

ACCOUNT = "main"
SYMBOLS = ("AVL/USDT:USDT", "XRP/USDT:USDT")
END = 16.0
"""Seconds after which nothing happens any more."""


@dataclass(frozen=True, slots=True)
class Intent:
    """One order of the bot, its fate, and the question about it. Times in seconds of the world.

    Attributes:
        sign: The way it truly goes; `side` is the way it was meant to.
        fills: When and how much.
        ends: When it ends, and with which status, if its fills do not end it.
        asked: When the bot asks; None if it never does (its own stop, a second entry).
        watched: True when the watch starts before the order is sent.
        exclusive: What the bot says: nothing else can change the leg.
        knows: Whether the venue's id, and its own: with neither only the leg can tell.
        baseline: `true`, `unversioned` or `unknown`.
        gives_up: Seconds after which the asker goes away; None to stay.
    """

    opens: bool
    key: LegKey
    side: Side
    sign: int
    quantity: int
    order_id: str
    client_id: str
    sent: float
    fills: tuple[tuple[float, int], ...]
    ends: tuple[float, str] | None
    asked: float | None
    watched: bool
    exclusive: bool
    knows: tuple[bool, bool]
    baseline: str
    gives_up: float | None


@dataclass(frozen=True, slots=True)
class Weather:
    """How the venue answers and pushes. Lags in seconds, rates 0..1.

    Attributes:
        lists: The lag of each replica of the position list.
        orders: The lag of each replica of orders.
        trades: How far an order's trades are behind.
        answer: Typical seconds from a request to its answer.
        push: Typical seconds of a push.
        failures: What a request may meet, and how often any of it.
        refused: The endpoint that refuses for good, from when; None if none does.
        down: When the stream is down, from and to.
    """

    lists: tuple[float, ...]
    orders: tuple[float, ...]
    trades: float
    answer: float
    push: float
    failures: tuple[str, ...]
    failing: float
    refused: tuple[str, float] | None
    lost: float
    doubled: float
    late: float
    down: tuple[tuple[float, float], ...]
    bounded: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """All of one seed. `past` and `strangers` are moves of legs: (time, leg, by); None by: flattened."""

    seed: int
    faults: frozenset[Fault]
    past: tuple[tuple[float, LegKey, int], ...]
    strangers: tuple[tuple[float, LegKey, int | None], ...]
    intents: tuple[Intent, ...]
    weather: Weather
    steps: tuple[tuple[float, float], ...]
    measured: bool
    shuts: float | None


def plan_of(seed: int) -> Plan:
    """Draw the world of a seed."""
    return Draw(seed).plan()


class Draw:
    """Makes up one world."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        self.faults = some(self.rng)
        self.on = self.faults.__contains__
        legs = [Leg.LONG, Leg.SHORT] if self.on(Fault.HEDGE_MODE) else [Leg.NET]
        self.legs = [LegKey(ACCOUNT, symbol, leg) for symbol in SYMBOLS for leg in legs]
        self.past: list[tuple[float, LegKey, int]] = []
        self.strangers: list[tuple[float, LegKey, int | None]] = []

    def plan(self) -> Plan:
        pick = self.rng.choice
        count = pick([1, 1, 1, 2, 3])
        legs = self.rng.sample(self.legs, k=min(count, len(self.legs)))
        intents: list[Intent] = []
        for number, key in enumerate(legs):
            intents += self._leg(number, key)
        steps = [(self.rng.uniform(0, 9), pick([-3600.0, 3600.0, -1.0, 7.5])) for _ in range(pick([1, 2]))]
        return Plan(
            self.seed,
            self.faults,
            tuple(self.past),
            tuple(self.strangers),
            tuple(intents),
            self._weather(),
            tuple(steps) if self.on(Fault.WALL_STEPS) else (),
            measured=self.rng.random() < 0.05,
            shuts=self.rng.uniform(0, 11) if self.on(Fault.CANCELLED) and self.rng.random() < 0.5 else None,
        )

    def _leg(self, number: int, key: LegKey) -> list[Intent]:
        """What happens on one leg: its past, the bot's order (or two), and other people's."""
        pick = self.rng.choice
        opens = pick([True, False])
        quantity = pick([1, 20, 43])
        way = {Leg.LONG: 1, Leg.SHORT: -1}.get(key.leg) or pick([1, -1])
        held = 0 if opens else quantity * way
        if self.on(Fault.EARLIER_POSITIONS):
            self._earlier(key, way, quantity)
            if opens:
                held = pick([0, 0, 13, quantity]) * (
                    way if key.leg is not Leg.NET else pick([1, 1, -1]) * way
                )
        now = sum(by for _, where, by in self.past if where == key)
        if held != now:
            self.past.append((-pick([0.3, 2.0, 70.0]), key, held - now))
        shared = self._others(key, held, way)
        several = self.on(Fault.SEVERAL_ORDERS) and pick([True, False])
        mine = self._intent(f"{number}", key, way if opens else -way, quantity, opens=opens, free=not several)
        if shared:
            mine = _shared(mine)
        if not several:
            return [mine]
        if opens:
            other = self._intent(f"{number}b", key, way, quantity, opens=True, free=False)
        else:
            other = self._stop(f"{number}s", key, -way, quantity)
        return [_shared(mine), _shared(other)]

    def _earlier(self, key: LegKey, way: int, quantity: int) -> None:
        """A position that is over by now; its last words may still be on their way."""
        held = self.rng.choice([quantity, 43, 13, 20]) * way
        end = -self.rng.choice([0.2, 1.0, 4.0, 30.0])
        self.past += [(end - self.rng.choice([0.5, 20.0]), key, held), (end, key, -held)]

    def _others(self, key: LegKey, held: int, way: int) -> bool:
        """Somebody else acts on the leg; return True if the bot must say that it is not alone."""
        at = self.rng.uniform(0, 9)
        if self.on(Fault.OTHERS_TRADE):
            moves = [20, 43, 13] if key.leg is not Leg.NET else [20, -20, 43, -43, -held or 7]
            for _ in range(self.rng.choice([1, 2])):
                by = self.rng.choice(moves)
                self.strangers.append((at, key, by * way if key.leg is not Leg.NET else by))
                at += self.rng.uniform(0, 3)
            return True
        if self.on(Fault.LIQUIDATION) and self.rng.random() < 0.5:
            self.strangers.append((at, key, None))  # which a bot that says that it is alone cannot know
        return False

    def _intent(
        self, order_id: str, key: LegKey, sign: int, quantity: int, *, opens: bool, free: bool
    ) -> Intent:
        pick, rng = self.rng.choice, self.rng
        side = Side.BUY if sign > 0 else Side.SELL
        wrong = self.on(Fault.WRONG_SIDE) and (key.leg is Leg.NET or not opens) and rng.random() < 0.5
        sent = rng.uniform(0, 0.5)
        fills, ends = self._fate(sent, quantity)
        late = self.on(Fault.LATE_WATCH) and pick([True, False])
        knows = (True, pick([True, False]))
        if self.on(Fault.LOST_IDS):
            knows = pick([(False, True), (False, False), (True, True)])
        gives_up = rng.uniform(0, 11) if self.on(Fault.CANCELLED) and rng.random() < 0.3 else None
        return Intent(
            opens=opens,
            key=key,
            side=side,
            sign=-sign if wrong else sign,
            quantity=quantity,
            order_id=order_id,
            client_id=f"c{order_id}",
            sent=sent,
            fills=fills,
            ends=ends,
            asked=sent + (rng.uniform(0.5, 4) if late else rng.choice([0.0, 0.005, 0.05, 0.2])),
            watched=not late and pick([True, True, False]),
            exclusive=free,
            knows=knows,
            baseline=pick(["true", "unversioned", "unknown"]) if self.on(Fault.NO_BASELINE) else "true",
            gives_up=gives_up,
        )

    def _fate(
        self, sent: float, quantity: int
    ) -> tuple[tuple[tuple[float, int], ...], tuple[float, str] | None]:
        """When the order executes, and how it ends."""
        rng, pick = self.rng, self.rng.choice
        at = sent + pick([0.0, 0.008, 0.05, 0.3, 1.5])
        if self.on(Fault.LATE_FILLS) and pick([True, False]):
            at += pick([3.0, 9.9, 12.0])
        if self.on(Fault.REFUSED_ORDERS) and pick([True, False]):
            return (), (at, pick(["rejected", "canceled", "expired"]))
        if not self.on(Fault.PARTIAL_FILLS):
            return ((at, quantity),), None
        fills: list[tuple[float, int]] = []
        for _ in range(pick([1, 2, 3])):
            fills.append((at, pick([1, 7, max(1, quantity // 2), quantity])))
            at += rng.choice([0.0, 0.002, 0.2, 4.0])
        return tuple(fills), pick([(at + rng.uniform(0, 2), "canceled"), None])

    def _stop(self, order_id: str, key: LegKey, sign: int, quantity: int) -> Intent:
        """A stop that rests on the leg and may fire while the exit works. Nobody asks about it."""
        at = self.rng.uniform(0, 6)
        side = Side.BUY if sign > 0 else Side.SELL
        fills = ((at, quantity),) if self.rng.random() < 0.6 else ()
        return Intent(
            opens=False,
            key=key,
            side=side,
            sign=sign,
            quantity=quantity,
            order_id=order_id,
            client_id=f"c{order_id}",
            sent=-0.05,
            fills=fills,
            ends=None,
            asked=None,
            watched=False,
            exclusive=False,
            knows=(True, True),
            baseline="true",
            gives_up=None,
        )

    def _weather(self) -> Weather:
        rng, on = self.rng, self.on
        slow = on(Fault.SLOW_LISTS)
        worst = rng.choice([1.0, 4.5, 15.0, 60.0]) if slow else 0.3
        replicas = 3 if on(Fault.BACKWARD_READS) else 1
        lists = tuple(worst * rng.random() for _ in range(replicas))
        order_lag = rng.choice([0.3, 2.0, 15.0]) if on(Fault.SLOW_ORDERS) else 0.02
        kinds = [Fault.UNREACHABLE, Fault.MALFORMED, Fault.HANGING, Fault.CUT_PAGES]
        refused = (rng.choice(["list", "order"]), rng.choice([-1.0, 0.4])) if on(Fault.REJECTED) else None
        down: list[tuple[float, float]] = []
        if on(Fault.DISCONNECTS):
            start = rng.choice([-1.0, 0.0, rng.uniform(0, 6)])
            down.append((start, start + rng.choice([0.1, 1.0, 5.0, 30.0])))
        return Weather(
            lists=lists,
            orders=tuple(order_lag * rng.random() for _ in range(replicas)),
            trades=rng.choice([0.1, 2.0, 15.0]) if on(Fault.SLOW_TRADES) else 0.0,
            answer=rng.choice([0.5, 2.0]) if on(Fault.SLOW_ANSWERS) else rng.choice([0.02, 0.08]),
            push=rng.choice([0.005, 0.03, 0.2]),
            failures=tuple(kind for kind in kinds if on(kind)),
            failing=rng.choice([0.1, 0.5, 1.0]),
            refused=refused,
            lost=rng.choice([0.1, 0.5, 1.0]) if on(Fault.LOST_PUSHES) else 0.0,
            doubled=0.4 if on(Fault.DOUBLED_PUSHES) else 0.0,
            late=0.4 if on(Fault.REORDERED_PUSHES) else 0.0,
            down=tuple(down),
            bounded=worst <= 4.5,
        )


def _shared(intent: Intent) -> Intent:
    return replace(intent, exclusive=False)
