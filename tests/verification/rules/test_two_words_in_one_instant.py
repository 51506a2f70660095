"""Two words of one source on one version, come in one instant: nothing tells which is the later one."""

from decimal import Decimal
from itertools import permutations

import pytest

from tests.verification.drawn import moment as at
from verification.facts.leg import Leg, LegKey
from verification.facts.observation import PositionSeen, Provenance, Source
from verification.facts.question import Baseline, CloseQuestion
from verification.rules.evidence import gather

KEY = LegKey("main", "AVL/USDT:USDT", Leg.NET)
ASKED = CloseQuestion(KEY, Baseline(Decimal(43), 10), "1", None, exclusive=True, asked=at(0))


def seen(source: Source, quantity: int, second: float) -> PositionSeen:
    return PositionSeen(KEY, Decimal(quantity), 11, Provenance.at(source, at(second)))


# what the stream said, and when; what a list said later -> what is left to judge by
CASES = [
    ([(22, 1), (15, 2)], 15, {22, 15}),  # one after the other: the last counts, and the list bears it out
    ([(22, 1), (15, 2)], 22, set()),
    ([(22, 1), (15, 1)], 15, set()),
    ([(15, 1), (15, 1)], 15, {15}),
]


@pytest.mark.parametrize(("pushed", "listed", "left"), CASES)
def test_what_cannot_be_put_in_order_proves_nothing_in_whichever_order_it_is_told(
    pushed: list[tuple[int, float]], listed: int, left: set[int]
) -> None:
    words = [*(seen(Source.WEBSOCKET, *each) for each in pushed), seen(Source.REST, listed, 5)]
    for told in permutations(words):
        rows = gather(ASKED, told).rows_after(10)
        assert {int(row.quantity) for row in rows} == left
