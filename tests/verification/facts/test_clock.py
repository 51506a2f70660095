"""Times are whole microseconds, aware and exact, wherever they come from."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification.facts.clock import Moment, SystemClock, microseconds, utc_of

ZONES = st.sampled_from([UTC, timezone(timedelta(hours=-9)), timezone(timedelta(hours=5, minutes=30))])
TIMES = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=ZONES)  # noqa: DTZ001 - the zones are those


@given(TIMES)
def test_no_microsecond_is_lost_and_every_time_is_told_in_utc(time: datetime) -> None:
    told = Moment.at(time, 1.0).utc
    assert told == time
    assert told.tzinfo is UTC
    assert microseconds(utc_of(microseconds(time))) == microseconds(time)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="naive time"):
        Moment.at(datetime(2026, 11, 22), 1.0)  # noqa: DTZ001 - the naive time that must be refused


def test_the_machines_clock_tells_the_present_time() -> None:
    before = datetime.now(UTC) - timedelta(microseconds=1)  # noqa: TID251 - it is held against the machine's
    assert before <= SystemClock().now().utc <= datetime.now(UTC)  # noqa: TID251 - as above
