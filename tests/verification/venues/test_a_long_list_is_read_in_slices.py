"""A long list is decoded and read in slices, and says what it would say decoded at once."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.verification.venues.samples import listed_algo, listed_order, listed_position
from tests.verification.venues.wireless import Wireless, bodies_of
from verification.facts.errors import SourceMalformed
from verification.facts.slices import SLICE, whole
from verification.venues.capabilities import Shape
from verification.venues.ccxt.exchange import _decode
from verification.venues.ccxt.failures import AnswerMisshapen
from verification.venues.ccxt.long_list import LONG, Known, Reading, Undecoded, read_undecoded

ROW = Shape("/list", "GET", (), ("a",))
Rows = list[dict[str, Any]]


def decode(text: str) -> Any:
    return _decode(None, text)


def reading(by: object = None, seen: list[Any] | None = None) -> Reading[Any, Rows]:
    def row(one: Any) -> Any:
        if seen is not None:
            seen.append(one)
        return one

    return Reading(row, list, by)


def read(body: str, known: Known[Any, Rows] | None = None, **told: Any) -> Rows:
    listed = Undecoded(body)
    listed.rule = told.pop("rule", None)
    return whole(read_undecoded(listed, decode, reading(**told), known or Known()))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["},{", "}, {", "[{", '"', "\\"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
LISTS = st.lists(st.dictionaries(st.text(max_size=3), VALUES, max_size=4), max_size=6)
SEPARATORS = st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", " : ")])


@given(LISTS, SEPARATORS)
def test_it_says_what_it_says_decoded_at_once(rows: Rows, separators: tuple[str, str]) -> None:
    body = json.dumps(rows, separators=separators)
    assert read(body) == decode(body)


@given(st.text(alphabet='[]{},:"a1 \\', max_size=14).map(lambda text: f"[{text}"))
@example('[{"a":1},{"a":2}x')
@example('["a":1},{"a":2]')
@example('[{"a":1},{"a":2]')
@example('[{"a":1}},{{"a":2}]')
@example("[")
@example("[{},{}]")
def test_what_is_no_list_of_objects_is_never_read_as_one(body: str) -> None:
    try:
        told = decode(body)
    except ValueError:
        told = None
    if isinstance(told, list) and all(isinstance(row, dict) for row in told):
        assert read(body) == told
    else:
        with pytest.raises(AnswerMisshapen):
            read(body)


def test_an_object_that_says_two_things_under_one_name_is_not_believed() -> None:
    with pytest.raises(AnswerMisshapen):
        read('[{"a":1},{"a":1,"a":2}]')


def test_a_row_without_the_documented_shape_is_not_believed() -> None:
    with pytest.raises(AnswerMisshapen, match="lacks a"):
        read('[{"a":1},{"b":1}]', rule=ROW)


@given(LISTS, LISTS)
def test_what_is_remembered_changes_nothing(before: Rows, now: Rows) -> None:
    known = Known[Any, Rows]()
    read(json.dumps(before, separators=(",", ":")), known)
    body = json.dumps([*now, *before], separators=(",", ":"))
    assert read(body, known) == decode(body)
    assert read(body, known) == decode(body)


@pytest.mark.parametrize("between", [",", ", "])
def test_a_row_that_is_written_as_it_was_is_not_read_again(between: str) -> None:
    known, seen = Known[Any, Rows](), list[Any]()
    read(f'[{{"a":1}}{between}{{"a":2}}]', known, seen=seen)
    read(f'[{{"a":2}}{between}{{"a":3}}]', known, seen=seen)
    assert seen == [{"a": 1}, {"a": 2}, {"a": 3}]


def test_all_is_read_again_where_what_it_is_read_by_has_changed() -> None:
    known, seen = Known[Any, Rows](), list[Any]()
    read('[{"a":1}]', known, by=(old := object()), seen=seen)
    read('[{"a":1}]', known, by=old, seen=seen)
    read('[{"a":1}]', known, by=object(), seen=seen)
    assert len(seen) == 2


def test_it_stops_after_each_slice() -> None:
    body = json.dumps([{"a": number} for number in range(3 * SLICE)], separators=(",", ":"))
    assert len(list(read_undecoded(Undecoded(body), decode, reading(), Known()))) == 3


@pytest.mark.parametrize(
    ("path", "row"),
    [
        ("positionRisk", lambda n: listed_position(symbol=f"X{n}USDT")),
        ("openOrders", lambda n: listed_order(orderId=n)),
        ("openAlgoOrders", lambda n: listed_algo(algoId=n)),
    ],
)
async def test_a_long_list_of_a_venue_is_read_whole_and_one_bad_row_spoils_it(
    path: str, row: Callable[[int], dict[str, Any]]
) -> None:
    place = next(each for each in bodies_of("binanceusdm") if each.endswith(path))
    many = [row(number) for number in range(1, 200)]
    assert len(json.dumps(many)) > LONG
    for rows, good in ((many, True), ([*many, {**row(300), "positionSide": 1}], False)):
        account = await Wireless("binanceusdm", {**bodies_of("binanceusdm"), place: rows}).connected()
        told = await account.venue.read()
        part = {
            "positionRisk": None if told.positions is None else told.positions.positions,
            "openOrders": told.orders,
            "openAlgoOrders": told.conditional_orders,
        }[path]
        if good:
            assert part is not None
            assert len(part) == len(many)
        else:
            assert part is None
            assert isinstance(next(iter(told.failures.values())), SourceMalformed)
        await account.close()
