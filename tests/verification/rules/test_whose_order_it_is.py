"""Whether an order is the one that is meant is decided in one place, and by every rule in the same way."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from tests.verification.drawn import KEY, OTHER_LEG, WS, came, closing, opening, order
from verification.facts.observation import OrderSeen, Source
from verification.facts.order_identity import is_of, is_order
from verification.facts.verdict import VerdictKind
from verification.latency.lag_watch import LagWatch
from verification.rules.contradiction import contradictions
from verification.rules.judgement import decide

FILLED = order(43, ended=True, agree=True, order_id="7", client="c")


@pytest.mark.parametrize(
    ("order_id", "client", "seen", "ours"),
    [
        ("7", None, FILLED, True),
        ("7", "c", FILLED, True),
        (None, "c", FILLED, True),
        (None, None, FILLED, False),
        ("8", None, FILLED, False),
        # A client id that was used again: once the venue's id is known only that counts.
        ("8", "c", FILLED, False),
        (None, "d", FILLED, False),
        (None, "c", replace(FILLED, client_order_id=None), False),
        # The conditional order of that number, or of that name, is not the order that it became.
        ("7", "c", replace(FILLED, conditional=True), False),
        (None, "c", replace(FILLED, conditional=True), False),
        ("7", "c", replace(FILLED, key=OTHER_LEG), False),
    ],
)
def test_every_rule_takes_the_same_orders_for_its_own(
    order_id: str | None, client: str | None, seen: OrderSeen, *, ours: bool
) -> None:
    question = opening(order_id=order_id, client=client, baseline=None)
    assert is_of(question, seen) is ours
    assert (decide(question, [seen]).kind is VerdictKind.CONFIRMED) is ours
    false_end = replace(seen, executed=Decimal(0), provenance=came(WS, 2))
    assert bool(contradictions(question, [seen, false_end])) is ours
    watch = LagWatch(question, "main", None)
    watch.note(seen)
    assert watch.shown_by(Source.ORDER) is ours


def test_the_leg_is_asked_about_as_well_as_the_name() -> None:
    other = replace(FILLED, key=OTHER_LEG)
    assert is_order(other, "7", None)
    assert not is_of(closing(), other)
    assert not is_order("an order of that name", "7", None)
    assert KEY != OTHER_LEG
