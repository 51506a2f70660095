"""Every small world of one order on one leg, with all that sources may say of it: true, late, or false."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, product

from tests.verification.drawn import KEY, came, closing, opening
from verification.facts.observation import Observation, OrderSeen, PositionSeen, Source
from verification.facts.question import OpenQuestion, Question

SIZE = 2
SOURCES = (Source.WEBSOCKET, Source.REST)


@dataclass(frozen=True, slots=True)
class Fact:
    """The truth at one version: the leg, what the order has executed, whether it has ended."""

    version: int
    leg: int
    executed: int
    ended: bool


@dataclass(frozen=True, slots=True)
class SmallWorld:
    """A question about an order, and what truly happened from the baseline on (the first fact)."""

    question: Question
    facts: tuple[Fact, ...]

    @property
    def last(self) -> Fact:
        return self.facts[-1]

    def words(self) -> list[Observation]:
        """Return all that may be said of it: each fact by each source, true ends and false ones."""
        before = SIZE if isinstance(self.question, OpenQuestion) else 0  # an earlier position, or none yet
        said: list[Observation] = [PositionSeen(KEY, Decimal(before), 9, came(Source.REST, 1))]
        for place, fact in enumerate(self.facts):
            leg = Decimal(fact.leg)
            said += [PositionSeen(KEY, leg, fact.version, came(source, place + 1)) for source in SOURCES]
            true = [True, None] if fact.ended else [None]
            said += [_order(fact, ended=fact.ended, agree=agree, at=place + 1) for agree in true]
            if not fact.ended:
                said.append(_order(fact, ended=True, agree=None, at=place + 1))  # a status may lie
        return said

    def false_zero(self) -> PositionSeen:
        """Return a zero that a list shows at the newest version but one, though the leg never was flat."""
        version = self.facts[-2].version if len(self.facts) > 1 else self.last.version
        return PositionSeen(KEY, Decimal(0), version, came(Source.REST, 9))


def sets(words: list[Observation], most: int = 3) -> Iterator[tuple[Observation, ...]]:
    """Return every set of up to `most` of the words."""
    for size in range(most + 1):
        yield from combinations(words, size)


def opens() -> Iterator[SmallWorld]:
    """Return every small history of an entry: bought as sent, or sold against the intent."""
    for exclusive, way, steps in product([True, False], [1, -1], _steps()):
        if exclusive and "other" in steps:
            continue
        question = opening(SIZE, exclusive=exclusive)
        yield SmallWorld(question, _history(0, way, steps))


def closes() -> Iterator[SmallWorld]:
    """Return every small history of an exit."""
    for exclusive, steps in product([True, False], _steps()):
        if exclusive and "other" in steps:
            continue
        yield SmallWorld(closing(SIZE, exclusive=exclusive), _history(SIZE, -1, steps))


def _steps() -> Iterator[tuple[str, ...]]:
    for size in range(4):
        yield from product(["fill", "fill all", "end", "other"], repeat=size)


def _history(held: int, way: int, steps: tuple[str, ...]) -> tuple[Fact, ...]:
    facts = [Fact(10, held, 0, ended=False)]
    for step in steps:
        last = facts[-1]
        left = SIZE - abs(last.executed)
        if step == "other":
            # Somebody else takes a leg to zero, or buys where it is flat.
            leg = 0 if last.leg else SIZE
            facts.append(Fact(last.version + 1, leg, last.executed, last.ended))
        elif step == "end" and not last.ended:
            facts.append(Fact(last.version, last.leg, last.executed, ended=True))
        elif left and not last.ended and step.startswith("fill"):
            by = way * (left if step == "fill all" else 1)
            done = last.executed + by
            facts.append(Fact(last.version + 1, last.leg + by, done, ended=abs(done) == SIZE))
    return tuple(facts)


def _order(fact: Fact, *, ended: bool, agree: bool | None, at: float) -> OrderSeen:
    status = "canceled" if ended else "open"
    came_ = came(Source.ORDER, at + 0.5)
    return OrderSeen(KEY, "7", None, Decimal(fact.executed), ended, agree, status, None, came_)


def is_open(question: Question) -> bool:
    """Return True for the question of an entry."""
    return isinstance(question, OpenQuestion)
