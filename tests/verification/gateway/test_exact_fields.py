"""Fields of a row are read exactly, or the row is refused."""

from decimal import Decimal

import pytest

from verification.errors import SourceMalformed
from verification.gateway.exactness import (
    exact,
    flag,
    in_microseconds,
    milliseconds,
    optional_exact,
    optional_time,
    record,
    rows,
    text,
)


@pytest.mark.parametrize("value", [0.1, 43.0, None, "", "x", "NaN", "Infinity", True, [], {}])
def test_what_is_no_exact_number_is_malformed(value: object) -> None:
    with pytest.raises(SourceMalformed):
        exact({"pa": value}, "pa")


@pytest.mark.parametrize(("value", "number"), [("0.10", "0.10"), ("-43", "-43"), (7, "7"), ("0", "0")])
def test_a_number_keeps_the_digits_the_venue_wrote(value: object, number: str) -> None:
    assert str(exact({"pa": value}, "pa")) == number


def test_an_absent_optional_number_is_none_and_a_wrong_one_is_malformed() -> None:
    assert optional_exact({"price": ""}, "price") is None
    assert optional_exact({}, "price") is None
    assert optional_exact({"price": "0"}, "price") == Decimal(0)
    with pytest.raises(SourceMalformed):
        optional_exact({"price": "free"}, "price")


@pytest.mark.parametrize("value", ["1.5", "soon", None])
def test_a_time_is_whole_milliseconds(value: object) -> None:
    with pytest.raises(SourceMalformed):
        milliseconds({"T": value}, "T")


def test_a_time_keeps_its_milliseconds_and_its_zone() -> None:
    at = optional_time({"T": 1_700_000_000_123}, "T")
    assert at is not None
    assert at.isoformat() == "2023-11-14T22:13:20.123000+00:00"
    assert optional_time({"T": 0}, "T") is None


@pytest.mark.parametrize("value", [10**20, -1])
def test_a_time_that_no_calendar_has_is_malformed(value: int) -> None:
    with pytest.raises(SourceMalformed):
        optional_time({"T": value}, "T")
    with pytest.raises(SourceMalformed):
        in_microseconds(value)


def test_the_last_time_of_the_calendar_is_a_time() -> None:
    last = optional_time({"T": 253_402_300_799_999}, "T")
    assert last is not None
    assert last.year == 9999
    with pytest.raises(SourceMalformed):
        optional_time({"T": 253_402_300_800_000}, "T")


@pytest.mark.parametrize("value", ["yes", 1.5, "1"])
def test_a_flag_is_true_or_false_and_nothing_else(value: object) -> None:
    assert flag({"r": "true"}, "r")
    assert not flag({"r": False}, "r")
    assert not flag({}, "r")
    with pytest.raises(SourceMalformed):
        flag({"r": value}, "r")


@pytest.mark.parametrize("answer", [None, "", "<html>", {}, [1], [None], 3])
def test_only_a_list_of_objects_is_a_list_of_rows(answer: object) -> None:
    with pytest.raises(SourceMalformed):
        rows(answer, "the list")


def test_an_empty_list_is_a_list_and_an_empty_text_is_no_text() -> None:
    assert rows([], "the list") == []
    with pytest.raises(SourceMalformed):
        record([], "the object")
    with pytest.raises(SourceMalformed):
        text({"id": ""}, "id")
