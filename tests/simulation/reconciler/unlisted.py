"""Rows of contracts that the venue does not list: noted, and closed again or left as they are."""

import random

from reconciler.facts.expectation import ExpectationState as State
from tests.simulation.plan import ACCOUNT
from tests.simulation.reconciler.leg_story import OLD, over
from tests.simulation.reconciler.plan import Noted, Row
from verification.facts.leg import Leg, LegKey

GONE = "GONE/USDT:USDT"
"""A contract of another venue, or one that was delisted."""


def unlisted(rng: random.Random, leg: Leg) -> list[Noted]:
    """Draw what ledgers say of it."""
    sign = -1 if leg is Leg.SHORT else 1
    row = Row(0, "gone.1", LegKey(ACCOUNT, GONE, leg), sign, 20 * sign, 20, 20, State.OPEN)
    since = rng.choice([OLD, rng.uniform(1.0, 120.0)])
    noted = [Noted(since, row)]
    if rng.random() < 0.5:
        noted.append(Noted(max(since, 1.0) + rng.choice([5.0, 90.0]), over(row)))
    return noted
