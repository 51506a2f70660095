"""Numbers and times in words."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.words import moments
from dashboard.words import numbers as words

NOW = datetime(2026, 11, 22, 14, 2, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (4.9, "4 s"),
        (59, "59 s"),
        (60, "1 m"),
        (192, "3 m 12 s"),
        (3600, "1 h"),
        (7530, "2 h 5 m"),
        (86400, "1 d"),
        (3 * 86400 + 4 * 3600 + 59, "3 d 4 h"),
    ],
)
def test_a_duration_has_its_two_largest_units(seconds: float, said: str) -> None:
    assert words.duration(timedelta(seconds=seconds)) == said


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_age_is_never_negative(moment: datetime) -> None:
    said = words.ago(moment, NOW)

    assert "-" not in said
    assert said == "just now" or said.endswith(" ago")


def test_what_never_was_is_not_long_ago() -> None:
    assert words.ago(None, NOW) == "never"


def test_times_are_utc_and_say_so() -> None:
    elsewhere = datetime.fromisoformat("2026-11-22T15:02:11+01:00")

    assert words.clock(elsewhere) == "14:02:11 UTC"
    assert words.stamp(elsewhere) == "2026-11-22 14:02:11 UTC"
    assert words.clock(None) == "not known"
    assert words.stamp(None) == "not known"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("-0.00", "0"),
        ("0.850", "0.85"),
        ("1E+3", "1,000"),
        ("1E-8", "0.00000001"),
        ("100", "100"),
        ("1234567.5", "1,234,567.5"),
    ],
)
def test_a_number_is_exact_and_has_no_exponent(value: str, said: str) -> None:
    assert words.number(Decimal(value)) == said


@given(st.decimals(allow_nan=False, allow_infinity=False, places=8, min_value=-(10**12), max_value=10**12))
def test_a_number_reads_back_as_the_same_number(value: Decimal) -> None:
    assert Decimal(words.number(value).replace(",", "")) == value


@pytest.mark.parametrize(
    ("signed", "contract_size", "said"),
    [
        (None, "1", "not known"),
        ("0", "1", "flat"),
        ("43", "1", "long 43 contracts (43 AVL)"),
        ("-1", "0.001", "short 1 contract (0.001 AVL)"),
        ("0.85", None, "long 0.85 contracts"),
    ],
)
def test_a_quantity_says_side_contracts_and_base(
    signed: str | None, contract_size: str | None, said: str
) -> None:
    quantity = None if signed is None else Decimal(signed)
    size = None if contract_size is None else Decimal(contract_size)

    assert words.quantity(quantity, size, "AVL/USDT:USDT") == said


@pytest.mark.parametrize(
    ("value", "quote", "said"),
    [
        (None, "USDT", "not known"),
        ("0", "USDT", "$0"),
        ("0.001", "USDT", "$0.01"),
        ("18.06", "USDT", "$18.06"),
        ("940.4", "USDC", "$940"),
        ("1100", "USDT", "$1,100"),
        ("9994", "USDT", "$9,994"),
        ("9995", "USDT", "$10 k"),
        ("81200", "USDT", "$81 k"),
        ("999499", "USDT", "$999 k"),
        ("999500", "USDT", "$1 M"),
        ("1240000", "USD", "$1.2 M"),
        ("81200", "EUR", "81 k EUR"),
        ("-5", "USDT", "-$5"),
    ],
)
def test_money_is_short(value: str | None, quote: str, said: str) -> None:
    assert words.money(None if value is None else Decimal(value), quote) == said


@given(st.decimals(min_value="0.000001", max_value="1e12", allow_nan=False))
def test_money_at_risk_is_never_shown_as_nothing(value: Decimal) -> None:
    assert words.money(value) not in {"$0", "$0 k", "$0 M"}


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "-"), (4.23, "4.2 ms"), (310.2, "310 ms"), (999.6, "1000 ms"), (2412.0, "2.41 s")],
)
def test_short_times_have_a_unit(value: float | None, said: str) -> None:
    assert words.milliseconds(value) == said


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((None, None, None), "not known"),
        ((12.0, 310.0, None), "12 / 310 / - ms"),
        ((8.0, 310.0, 3200.0), "0.01 / 0.31 / 3.2 s"),
    ],
)
def test_times_beside_each_other_share_a_unit(values: tuple[float | None, ...], said: str) -> None:
    assert words.together(values) == said


@pytest.mark.parametrize(
    ("milliseconds", "said"), [(12.4, "+12 ms"), (-3.2, "-3 ms"), (-0.4, "0 ms"), (0.0, "0 ms")]
)
def test_a_clock_that_is_right_is_neither_ahead_nor_behind(milliseconds: float, said: str) -> None:
    assert moments.ahead(milliseconds) == said


def test_one_is_not_many() -> None:
    assert words.count(1, "position") == "1 position"
    assert words.count(43, "position") == "43 positions"
    assert words.count(2, "is", "are") == "2 are"


def test_the_currencies_of_a_symbol() -> None:
    assert (words.base_of("AVL/USDT:USDT"), words.quote_of("AVL/USDT:USDT")) == ("AVL", "USDT")
    assert (words.base_of("websocket"), words.quote_of("websocket")) == ("websocket", "")
