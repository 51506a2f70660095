"""The world of one seed in which a bot opens positions: what it wants, what befalls its orders and itself."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tests.simulation.faults import Fault
from tests.simulation.plan import Draw, Plan
from tests.verification.faulty_steps import CRASHES, LOST
from tests.verification.faulty_steps import Fault as StepFault
from verification.facts.leg import Leg, LegKey, Side

STEPS = 12
"""About as many calls as an opening makes of its trader and its journal."""

SENDINGS = ("enter", "stop", "leave", "withdraw")

UNUSED = {
    Fault.BOT_CACHE,
    Fault.CANCELLED,
    Fault.LATE_WATCH,
    Fault.LIQUIDATION,
    Fault.LOST_IDS,
    Fault.NO_BASELINE,
    Fault.REUSED_IDS,
}
"""Faults of questions: an opening asks its own."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of an order. Seconds count from its arrival at the venue.

    Attributes:
        sign: +1 if it goes the way that was meant, -1 the other.
        fills: When and how much; more than is left fills what is left.
        ends: When it ends, and how, if its fills do not end it; None to work on.
    """

    sign: int
    fills: tuple[tuple[float, int], ...]
    ends: tuple[float, str] | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What the bot wants to open, when, and what becomes of its entry.

    Attributes:
        moves: Seconds for which it holds the position before it moves the stop; None if it does not.
        leaves: Seconds after that until it closes the position; None if it does not.
    """

    at: float
    key: LegKey
    side: Side
    quantity: int
    all_or_nothing: bool
    fate: Fate
    moves: float | None
    leaves: float | None


@dataclass(frozen=True, slots=True)
class OpeningPlan:
    """All of one seed.

    Attributes:
        world: The weather, the past, other people, the clock.
        wishes: What the bot opens.
        exits: What becomes of its exits, the last for all further ones.
        stop: What becomes of its stops; None: they are refused.
        lives: What befalls which step, by number and by name, life by life of the process.
        kills: Seconds into each life at which it is killed.
        refuses_empty: True when a reduce-only order with nothing to reduce is refused, else it expires.
    """

    seed: int
    world: Plan
    wishes: tuple[Wish, ...]
    exits: tuple[Fate, ...]
    stop: Fate | None
    lives: tuple[tuple[Mapping[int, StepFault], Mapping[str, StepFault]], ...]
    kills: tuple[float | None, ...]
    refuses_empty: bool
    troubles: tuple[str, ...]

    @property
    def faults(self) -> frozenset[str]:
        """Names of all that may go wrong."""
        return frozenset(map(str, self.world.faults)) | frozenset(self.troubles)


def opening_plan_of(seed: int) -> OpeningPlan:
    """Draw the world of a seed."""
    return OpeningDraw(seed).opening()


class OpeningDraw(Draw):
    """Makes up one world."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.faults -= UNUSED
        self.on = self.faults.__contains__
        names = (
            "lost_answers",
            "crashes",
            "unwritten",
            "stops_fire",
            "stops_refused",
            "stops_hidden",
            "exits_in_pieces",
        )
        rate = self.rng.choice([0.1, 0.3, 0.6])
        troubles = [name for name in names if self.rng.random() < rate]
        self.later = random.Random(seed + 1)  # what follows once it is held has a chance of its own
        troubles += [name for name in ("stops_moved", "positions_left") if self.later.random() < 0.5]
        self.troubles = tuple(troubles)

    def opening(self) -> OpeningPlan:
        pick, rng = self.rng.choice, self.rng
        count = pick([1, 1, 2])
        legs = [pick(self.legs)] * count if self.on(Fault.SEVERAL_ORDERS) else rng.sample(self.legs, count)
        ways: dict[LegKey, int] = {}
        wishes = []
        for number, key in enumerate(legs):
            if key not in ways:
                ways[key] = {Leg.LONG: 1, Leg.SHORT: -1}.get(key.leg) or pick([1, -1])
                self._before(key, ways[key])
            wishes.append(self._wish(number, key, ways[key]))
        steps = ((rng.uniform(0, 9), pick([-3600.0, 3600.0])),) if self.on(Fault.WALL_STEPS) else ()
        weather = self._weather()
        world = Plan(
            self.seed,
            self.faults,
            tuple(self.past),
            tuple(self.strangers),
            (),
            weather if weather.refused is None else replace(weather, refused=None),
            steps,
            measured=False,
            shuts=None,
        )
        return OpeningPlan(
            self.seed,
            world,
            tuple(wishes),
            tuple(self._exit() for _ in range(3)),
            self._stopped(),
            self._lives(),
            tuple(
                rng.uniform(0, 12) if "crashes" in self.troubles and rng.random() < 0.5 else None
                for _ in range(2)
            ),
            pick([True, False]),
            self.troubles,
        )

    def _before(self, key: LegKey, way: int) -> None:
        if self.on(Fault.EARLIER_POSITIONS):
            self._earlier(key, way, 43)
            if self.rng.random() < 0.5:  # and one before that
                self.past += [(at - 31, where, by) for at, where, by in self.past if where == key]
            if self.rng.random() < 0.4:
                self.past.append((-self.rng.choice([0.3, 2.0, 70.0]), key, 13 * way))
        if self.on(Fault.OTHERS_TRADE):
            self.strangers.append((self.rng.uniform(0, 9), key, self.rng.choice([20, 43]) * way))

    def _wish(self, number: int, key: LegKey, way: int) -> Wish:
        pick = self.rng.choice
        quantity = pick([1, 20, 43])
        fills, ends = self._fate(0.0, quantity)
        wrong = self.on(Fault.WRONG_SIDE) and key.leg is Leg.NET and self.rng.random() < 0.3
        return Wish(
            at=number * pick([0.0, 0.2, 3.0]),
            key=key,
            side=Side.BUY if way > 0 else Side.SELL,
            quantity=quantity,
            all_or_nothing=pick([True, False]),
            fate=Fate(-1 if wrong else 1, fills, ends),
            moves=self._then("stops_moved"),
            leaves=self._then("positions_left"),
        )

    def _then(self, what: str) -> float | None:
        """Return after how many seconds the bot does something with what it holds."""
        return self.later.choice([0.0, 0.2, 3.0, 12.0]) if what in self.troubles else None

    def _exit(self) -> Fate:
        pick = self.rng.choice
        at = pick([0.0, 0.008, 0.3, 1.5])
        if "exits_in_pieces" not in self.troubles:
            return Fate(1, ((at, 1000),), (at + 0.001, "expired"))
        fills = tuple((at + later, pick([1, 7, 1000])) for later in (0.0, 0.5)[: pick([0, 1, 2])])
        return Fate(1, fills, (at + 0.6, "expired"))

    def _stopped(self) -> Fate | None:
        if "stops_refused" in self.troubles:
            return None
        if "stops_fire" in self.troubles and self.rng.random() < 0.7:
            at = self.rng.choice([0.0, 0.05, 2.0, 8.0])
            return Fate(1, ((at, 1000),), (at + 0.001, "expired"))
        return Fate(1, (), None)

    def _lives(self) -> tuple[tuple[Mapping[int, StepFault], Mapping[str, StepFault]], ...]:
        (numbered, named), *others = (self._life() for _ in range(3))
        if {"crashes", "stops_moved"} <= set(self.troubles) and self.later.random() < 0.5:
            named = {**named, "withdraw": self.later.choice(CRASHES)}  # while one stop takes another's place
        return (numbered, named), *others

    def _life(self) -> tuple[Mapping[int, StepFault], Mapping[str, StepFault]]:
        """Which calls of a life meet what."""
        kinds: list[StepFault] = []
        if "lost_answers" in self.troubles:
            kinds += [*LOST, StepFault.REFUSED]
        if "crashes" in self.troubles:
            kinds += CRASHES
        named = {self.rng.choice(SENDINGS): self.rng.choice(kinds)} if kinds else {}
        if "unwritten" in self.troubles:
            kinds.append(StepFault.UNWRITTEN)
        if not kinds:
            return {}, {}
        count = self.rng.choice([0, 0, 1, 2, 4])
        numbered = {self.rng.randrange(STEPS): self.rng.choice(kinds) for _ in range(count)}
        return numbered, named if self.rng.random() < 0.5 else {}
