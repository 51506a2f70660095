"""Whatever stands in a field of Bybit's rows, it is read exactly or refused: no other error, no float."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verification.venues.bybit_samples import execution_row, order_row, position_row, pushed
from tests.verification.venues.samples import listed, moment
from verification.facts.errors import SourceMalformed
from verification.facts.observation import OrderSeen, PositionSeen
from verification.venues.bybit.frames import BybitFrames
from verification.venues.bybit.rows import fill, order_status, position, resting_order

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=6),
    st.sampled_from(["", "0", "-1", "1e400", "NaN", "Infinity", "Buy", "None"]),
    st.lists(st.integers(), max_size=1),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=1),
)
READERS: dict[str, tuple[dict[str, Any], Callable[[dict[str, Any]], object]]] = {
    "position": (position_row(), lambda row: position(row, "main", listed())),
    "order": (order_row(), lambda row: order_status(row, "main", listed())),
    "resting": (order_row(orderStatus="New"), lambda row: resting_order(row, "main", listed())),
    "execution": (execution_row(), lambda row: fill(row, listed())),
}


@pytest.mark.parametrize("kind", READERS)
@given(data=st.data())
def test_a_row_with_anything_in_a_field_is_read_or_refused(kind: str, data: st.DataObject) -> None:
    row, read = READERS[kind]
    name = data.draw(st.sampled_from(sorted(row)))
    try:
        read(row | {name: data.draw(ANYTHING)})
    except SourceMalformed:
        return


@pytest.mark.parametrize("topic", ["position", "order", "execution"])
@given(data=st.data())
def test_a_frame_with_anything_in_a_field_is_read_or_refused(topic: str, data: st.DataObject) -> None:
    row = {"position": position_row(), "order": order_row(), "execution": execution_row()}[topic]
    name = data.draw(st.sampled_from(["category", *sorted(row)]))
    frame = pushed(topic, row | {name: data.draw(ANYTHING)})
    try:
        facts = BybitFrames("main", listed()).read(frame, moment(), 1).facts
    except SourceMalformed:
        return
    for fact in facts:
        assert isinstance(fact, PositionSeen | OrderSeen)
        amount = fact.quantity if isinstance(fact, PositionSeen) else fact.executed
        assert isinstance(amount, Decimal)
        assert amount.is_finite()


@given(
    frame=st.one_of(
        ANYTHING,
        st.dictionaries(st.sampled_from(["topic", "data", "op", "success", "retCode", "ret_msg"]), ANYTHING),
    )
)
def test_a_frame_of_anything_is_read_or_refused(frame: object) -> None:
    try:
        read = BybitFrames("main", listed()).read(frame, moment(), 1)
    except SourceMalformed:
        return
    assert read.facts == ()
