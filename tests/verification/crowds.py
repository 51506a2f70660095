"""Crowded evidence: many words on few versions, in few instants, by all sources, true or not.

`world` tells of one true history; a crowd does not. Sources take back, repeat and contradict what they and
others have said of the very same version, in the very same instant: a venue's versions may be coarse, its
lists lag, and who knows who trades the account.
"""

import random
from decimal import Decimal

from hypothesis import strategies as st
from msgspec import Struct

from tests.verification.drawn import CACHE, KEY, ORDER, REST, WS, closing, gone, moment, opening
from verification.facts.leg import Side
from verification.facts.observation import Observation, OrderSeen, PositionSeen, Provenance
from verification.facts.question import Question

SIZE = 43
NAMES: list[tuple[str | None, str | None]] = [("7", None), ("7", "c"), (None, "c"), (None, None)]
VERSIONS: list[list[int | None]] = [[11], [11], [11, 11, 12], [11, None], [None], [9, 11, 12, None]]
INSTANTS = [1, 2, 6, 6, 7, 8]


class Crowd(Struct, frozen=True):
    """A question and what was said."""

    question: Question
    seen: tuple[Observation, ...]


def crowds() -> st.SearchStrategy[Crowd]:
    """Draw crowds around opens and closes."""
    return st.integers(0, 2**48).map(crowd)


def crowd(number: int, times: int = 1) -> Crowd:
    """Make one up; every quantity in it is multiplied by `times`, and nothing else follows from that."""
    rng = random.Random(number)
    opens, exclusive, side = rng.random() < 0.5, rng.random() < 0.6, rng.choice(list(Side))
    (order_id, client), known = rng.choice(NAMES), rng.choice([10, 10, 10, None])
    way = side.sign * times
    question: Question
    if opens:
        held = rng.choice([0, 0, 0, 13, -5])
        question = opening(
            SIZE * times,
            side,
            baseline=(held * way, known),
            exclusive=exclusive,
            order_id=order_id,
            client=client,
        )
        sizes = [held + SIZE, held + SIZE, rng.choice([held, 1, 5, 20, 99, -SIZE])]
    else:
        question = closing(SIZE * way, known, exclusive=exclusive, order_id=order_id, client=client)
        sizes = rng.sample([0, 0, SIZE, 5, 20, 99, -5, -SIZE], 3)
    versions, rows = rng.choice(VERSIONS), rng.choice([0, 2, 3, 4, 6])
    seen = [_row(rng, sizes, versions, way) for _ in range(rows)]
    orders = rng.choice([0, 0, 1, 2])
    seen += [_order(rng, [0, 5, SIZE if opens else -SIZE], way) for _ in range(orders)]
    if not opens:
        seen += [gone(at) for at in INSTANTS if rng.random() < 0.5]
    return Crowd(question, tuple(seen))


def _row(rng: random.Random, sizes: list[int], versions: list[int | None], way: int) -> Observation:
    source, at = rng.choice([WS, WS, REST, REST, CACHE]), rng.choice(INSTANTS)
    sent = None if source is WS else moment(at - rng.choice([0, 0.5]))
    quantity = Decimal(rng.choice(sizes) * way)
    return PositionSeen(KEY, quantity, rng.choice(versions), Provenance(source, moment(at), sent))


def _order(rng: random.Random, sizes: list[int], way: int) -> Observation:
    over, agree = rng.random() < 0.6, rng.choice([True, None, False])
    done, client = Decimal(rng.choice(sizes) * way), rng.choice(["c", None])
    came = Provenance(rng.choice([WS, ORDER]), moment(rng.choice(INSTANTS)))
    return OrderSeen(KEY, "7", client, done, over, agree, "closed" if over else "open", None, came)
