"""An adversary: a leg with its true history, and everything that sources may truthfully or lyingly say of it.

Sources show any past version, however stale, any number of times, in any order: lost, repeated, reordered;
statuses claim an end that is none where no trades back them; others trade where the leg is not exclusive;
an order may go the wrong way, fill in parts or not at all. A world follows from one number, so that thousands
of them cost little and each can be had again.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from hypothesis import strategies as st

from tests.verification.drawn import KEY, OTHER_LEG, came, moment
from verification.facts.leg import Side
from verification.facts.observation import Observation, OrderSeen, PositionSeen, Silence, Source, SourceSilent
from verification.facts.question import Baseline, CloseQuestion, OpenQuestion, Question


@dataclass(frozen=True, slots=True)
class State:
    """The truth at one version: the leg, what our order has executed, and whether it has ended."""

    version: int
    quantity: int
    executed: int
    ended: bool


@dataclass(frozen=True, slots=True)
class World:
    """A question, the true history of its leg since the baseline (first state), and what was observed."""

    question: Question
    history: tuple[State, ...]
    seen: tuple[Observation, ...]

    @property
    def final(self) -> State:
        return self.history[-1]

    @property
    def later(self) -> tuple[State, ...]:
        """The states after the baseline."""
        return self.history[1:]


IDS = [("7", None), (None, "c"), ("7", "c")]


def worlds() -> st.SearchStrategy[World]:
    """Draw worlds of opens and of closes."""
    return st.integers(0, 2**48).map(lambda number: world(random.Random(number)))


def world(rng: random.Random) -> World:
    """Make one up."""
    pick = rng.choice
    side, exclusive = pick(list(Side)), pick([True, True, False])
    opens = pick([True, False])
    held = pick([0, 0, 13, 43, -43]) if opens else -20 * side.sign
    wanted = pick([1, 20, 43]) if opens else 20
    history = _history(rng, held, wanted, side, exclusive=exclusive)
    # Before the baseline the leg held other things, the last of them in the same instant (a tie of versions).
    before = pick([0, 43, 20, -20, held + wanted * side.sign])
    past = [State(history[0].version - ago, before, 0, ended=False) for ago in (1, 0)]
    order_id, client = pick(IDS)
    known = Baseline(Decimal(held), pick([history[0].version, history[0].version, None]))
    question: Question
    if opens:
        baseline = pick([known, known, known, None])
        question = OpenQuestion(KEY, side, Decimal(wanted), order_id, client, baseline, exclusive, moment(0))
    else:
        question = CloseQuestion(KEY, known, order_id, client, exclusive, moment(0))
    seen: list[Observation] = []
    for _ in range(rng.randint(0, 7)):
        match pick(["row", "row", "order", "order", "noise", "again"]):
            case "row":
                seen.append(_row(rng, pick([past, history, history])))
            case "order":
                seen.append(_order(rng, history))
            case "again" if seen:
                seen.append(pick(seen))
            case _:
                seen.append(_noise(rng))
    return World(question, history, tuple(seen))


def _history(rng: random.Random, held: int, wanted: int, side: Side, *, exclusive: bool) -> tuple[State, ...]:
    """Fills of our order up to what was sent, mixed with others' where there are others, perhaps its end."""
    pick = rng.choice
    way = pick([side.sign, side.sign, side.sign, -side.sign])
    states = [State(10, held, 0, ended=False)]
    for _ in range(rng.randint(0, 4)):
        last = states[-1]
        left = wanted - abs(last.executed)
        what = pick(["fill", "fill", "end"] if exclusive else ["fill", "fill", "end", "other"])
        version = last.version + rng.randint(1, 2)
        if what == "other":
            by = pick([43, -43, 20, -20, -last.quantity or 7])
            states.append(State(version, last.quantity + by, last.executed, last.ended))
        elif what == "end" and not last.ended:
            states.append(State(version, last.quantity, last.executed, ended=True))
        elif left and not last.ended:
            by = way * pick([left, 1, max(1, left // 2)])
            filled = last.executed + by
            states.append(State(version, last.quantity + by, filled, ended=abs(filled) == wanted))
    return tuple(states)


def _row(rng: random.Random, states: Sequence[State]) -> Observation:
    """The leg at any version, with its version or without."""
    state = rng.choice(states)
    version = rng.choice([state.version, state.version, state.version, None])
    source = rng.choice([Source.WEBSOCKET, Source.REST, Source.BOT_CACHE])
    return PositionSeen(KEY, Decimal(state.quantity), version, came(source, rng.randint(0, 12)))


def _order(rng: random.Random, history: Sequence[State]) -> Observation:
    """Our order at any version; a status may lie that it ended, but then its trades do not bear it out."""
    state = rng.choice(history)
    ended = state.ended or rng.random() < 0.3
    true = state.ended or not ended
    agree = rng.choice([True, True, None, False] if true else [None, False])
    source = rng.choice([Source.WEBSOCKET, Source.ORDER])
    said = Decimal(state.executed)
    provenance = came(source, rng.randint(0, 12))
    return OrderSeen(KEY, "7", "c", said, ended, agree, "canceled", None, provenance)


def _noise(rng: random.Random) -> Observation:
    """Silences of every kind, the other leg, and other orders on this one."""
    provenance = came(rng.choice(list(Source)), rng.randint(0, 12))
    quantity = Decimal(rng.choice([0, 20, -20, 43, -43]))
    over = rng.random() < 0.5
    match rng.randint(0, 4):
        case 0 | 1:
            silence = rng.choice([Silence.ABSENT, *Silence])
            return SourceSilent(KEY, silence, "", silence is Silence.ABSENT and over, provenance)
        case 2:
            return PositionSeen(OTHER_LEG, quantity, rng.randint(8, 20), provenance)
        case 3:
            return OrderSeen(OTHER_LEG, "7", "c", quantity, over, over, "closed", None, provenance)
        case _:
            return OrderSeen(KEY, "8", "d", quantity, over, over, "closed", None, provenance)
