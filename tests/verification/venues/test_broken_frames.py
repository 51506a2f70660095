"""Each frame, damaged at every place: it ends the epoch or is read right: never flat, never doubled."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.verification.venues.broken_bodies import Broken, broken, once
from tests.verification.venues.bybit_samples import execution_row, order_row, position_row, pushed
from tests.verification.venues.right_answers import numbers, touched
from tests.verification.venues.samples import (
    account_update,
    algo_update,
    listed,
    moment,
    order_update,
    pushed_position,
)
from verification.facts.errors import SourceMalformed
from verification.facts.observation import Observation, OrderSeen, PositionSeen
from verification.venues.binance.frames import read_text
from verification.venues.bybit.frames import BybitFrames

FRAMES: dict[str, dict[str, Any]] = {
    "binance position": account_update(pushed_position("43")),
    "binance order": order_update(),
    "binance algo": algo_update(X="TRIGGERED", aq="43", S="BUY"),
    "bybit position": pushed("position", position_row()),
    "bybit order": pushed("order", order_row()),
    "bybit execution": pushed("execution", execution_row()),
}
AMOUNTS = ("pa", "z", "aq", "size", "cumExecQty", "execQty")


def facts_of(kind: str, text: str) -> tuple[Observation, ...] | None:
    """What a frame says; None where it cannot be read, which ends the epoch. Anything else is raised."""
    try:
        if kind.startswith("binance"):
            return read_text(text, "main", listed(), moment(), 1).facts
        return BybitFrames("main", listed()).read(json.loads(text), moment(), 1).facts
    except (SourceMalformed, ValueError):
        return None


def wrong(kind: str, done: Broken) -> str | None:
    facts = facts_of(kind, done.text)
    if facts is None:
        return None
    allowed = {Decimal(43), Decimal(0)} if kind == "binance algo" else {Decimal(43)}
    allowed |= numbers(done, *AMOUNTS)
    amounts = [
        fact.quantity if isinstance(fact, PositionSeen) else fact.executed
        for fact in facts
        if isinstance(fact, PositionSeen | OrderSeen)
    ]
    right = all(amount in allowed or -amount in allowed for amount in amounts)
    turned = touched(done, "side", "S", *AMOUNTS)
    if right and (turned or all(amount >= 0 for amount in amounts)) and all(map(Decimal.is_finite, amounts)):
        return None
    return f"{done.what}: {facts!r:.300}"


@pytest.mark.parametrize("kind", FRAMES)
def test_one_damage_ends_the_epoch_or_is_read_right(kind: str) -> None:
    assert [each for done in once(FRAMES[kind]) if (each := wrong(kind, done)) is not None] == []


@pytest.mark.parametrize("kind", FRAMES)
@given(data=st.data())
def test_several_damages_end_the_epoch_or_are_read_right(kind: str, data: st.DataObject) -> None:
    assert wrong(kind, data.draw(broken(FRAMES[kind]))) is None


def test_a_position_that_a_frame_tells_twice_is_one_and_two_ways_are_none() -> None:
    row = pushed_position("43")
    twice = facts_of("binance position", json.dumps(account_update(row, row)))
    assert twice is not None
    assert len(twice) == 1
    other = account_update(row, pushed_position("86"))
    assert facts_of("binance position", json.dumps(other)) is None


@given(text=st.text(max_size=12))
@example("NaN")
@example("1_000")
@example("\u0664\u0663")
@example(" 43")
@example("1e999999")
@example("4e23")
def test_an_amount_of_any_text_is_a_number_or_ends_the_epoch(text: str) -> None:
    facts = facts_of("binance position", json.dumps(account_update(pushed_position(text))))
    if facts is not None:
        (fact,) = facts
        assert isinstance(fact, PositionSeen)
        assert text.isascii()
        assert fact.quantity == Decimal(text)
        assert abs(fact.quantity) < 10**21
