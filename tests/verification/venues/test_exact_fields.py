"""Fields of a row are read exactly, or the row is refused."""

from decimal import Decimal

import pytest

from verification.facts.errors import SourceMalformed
from verification.venues.reading.answered import each_once
from verification.venues.reading.exactness import (
    exact,
    flag,
    in_microseconds,
    milliseconds,
    optional_exact,
    optional_text,
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


@pytest.mark.parametrize(
    "value",
    [
        1,
        1_700_000_000,  # seconds
        1_700_000_000_000_000,  # microseconds: the year 55840
        1_705_000_000_000_000,  # the year 56025 or so
        1_700_000_000_000_000_000,  # nanoseconds
        253_402_300_799_999,  # the last of the calendar
        "1700000000",
        "1_700_000_000_000",
        True,
        False,
    ],
)
def test_a_time_in_another_unit_is_no_time(value: object) -> None:
    with pytest.raises(SourceMalformed):
        optional_time({"T": value}, "T")


@pytest.mark.parametrize("value", [1_420_070_400_000, 4_102_444_800_000])
def test_the_first_and_the_last_time_are_times(value: int) -> None:
    assert optional_time({"T": value}, "T") is not None


@pytest.mark.parametrize(
    "value",
    [
        *(
            "1_000",
            "٤٣",
            "\uff14\uff13",
            " 43",
            "43 ",
            "43\n",
            "+43",
            "--43",
            ".5",
            "5.",
            "0x2b",
            "4,3",
            "1e",
        ),
        *("1e999999", "1e400", "1e-400", "-1e21", "nan", "NaN", "inf", "-Infinity", "sNaN", "9" * 60),
        *(True, False, 10**30, Decimal("NaN"), Decimal("1e400"), Decimal("1e-400"), b"43", [43], {"v": 43}),
    ],
)
def test_what_no_venue_writes_or_means_is_no_number(value: object) -> None:
    with pytest.raises(SourceMalformed) as refused:
        exact({"positionAmt": value}, "positionAmt")
    assert len(str(refused.value)) < 250


@pytest.mark.parametrize(
    "value", ["0", "-43", "1e-8", "1E+5", "1.50", "-0", "1" + "0" * 17, 2**63, "0." + "0" * 17 + "1"]
)
def test_what_a_venue_may_write_is_read_with_its_digits(value: str | int) -> None:
    assert str(exact({"positionAmt": value}, "positionAmt")) == str(Decimal(value))


@pytest.mark.parametrize("name", ["markPrice", "price", "triggerPrice", "stopPrice"])
@pytest.mark.parametrize("value", ["4e23", "-1", "1e13", "-0.5"])
def test_no_price_is_as_high_or_below_zero(name: str, value: str) -> None:
    with pytest.raises(SourceMalformed, match=name):
        exact({name: value}, name)


def test_a_liquidation_price_is_computed_and_may_be_anything() -> None:
    assert exact({"liquidationPrice": "-123456789012345.6"}, "liquidationPrice") < 0
    assert exact({"liqPrice": "1e19"}, "liqPrice") == Decimal("1e19")


@pytest.mark.parametrize("name", ["executedQty", "qty", "cumExecQty", "quantity", "filled"])
@pytest.mark.parametrize("value", ["-1", "1e19"])
def test_an_amount_has_no_sign_and_an_end(name: str, value: str) -> None:
    with pytest.raises(SourceMalformed, match=name):
        exact({name: value}, name)


@pytest.mark.parametrize("value", [4.3, True, [], {}, [43], " 43", "43\t"])
def test_an_id_is_a_word_or_a_whole_number(value: object) -> None:
    for read in (text, optional_text):
        with pytest.raises(SourceMalformed):
            read({"orderId": value}, "orderId")


def test_what_is_told_twice_counts_once_and_what_differs_is_refused() -> None:
    assert each_once([1, 2, 1], lambda each: each, "a list") == (1, 2)
    with pytest.raises(SourceMalformed, match="two different things"):
        each_once([("a", 1), ("a", 2)], lambda each: each[0], "a list")


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
