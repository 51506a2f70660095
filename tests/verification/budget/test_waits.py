"""A wait that a venue asks for is read in whatever form it is told, and grows where none is told."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification.budget.venue_pause import GROWS_TO, LONGEST, Wait, told_wait

NOW = datetime(2026, 11, 30, 13, 0, tzinfo=UTC)
IN_20_MINUTES = int((NOW + timedelta(minutes=20)).timestamp() * 1000)
BANNED = (
    f'{{"code":-1003,"msg":"Way too many requests; IP(1.2.3.4) banned until {IN_20_MINUTES}. Please use"}}'
)


def date(at: datetime) -> str:
    return format_datetime(at, usegmt=True)


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"Retry-After": "17"}, "", 17),
        ({"retry-after": " 17.5 "}, "", 17.5),
        ({"Retry-After": date(NOW + timedelta(seconds=90))}, "", 90),
        ({}, BANNED, 1200),
        ({"Retry-After": "5"}, BANNED, 1200),
        ({"Retry-After": "3000"}, BANNED, 3000),
        ({"X-Until": str(IN_20_MINUTES)}, "", 1200),
        # The venue's own clock says how long its times are away, whatever ours says.
        ({"Date": date(NOW + timedelta(minutes=19))}, BANNED, 60),
        ({"Date": date(NOW + timedelta(hours=1)), "Retry-After": "7"}, "", 7),
        # No time at all.
        ({}, "", None),
        ({"Retry-After": "0"}, "", None),
        ({"Retry-After": "-5"}, "", None),
        ({"Retry-After": "soon"}, "", None),
        ({"Retry-After": date(NOW - timedelta(minutes=1))}, "", None),
        ({"Retry-After": "9999999"}, "", None),
        ({"Date": "yesterday"}, "banned until further notice", None),
        ({"X-Until": ""}, "until 17", None),
    ],
)
def test_the_time_is_read_in_each_form(headers: dict[str, str], body: str, seconds: float | None) -> None:
    assert told_wait(headers, body, NOW, "X-Until") == (None if seconds is None else pytest.approx(seconds))


@given(
    st.dictionaries(st.sampled_from(["Retry-After", "Date", "X-Until"]), st.text(max_size=40)),
    st.text(max_size=80),
)
def test_no_header_and_no_body_makes_a_wait_without_end(headers: dict[str, str], body: str) -> None:
    told = told_wait(headers, body, NOW, "X-Until")
    assert told is None or 0 < told <= LONGEST


def test_a_time_that_is_told_is_waited_for() -> None:
    wait = Wait()
    wait.refused(17.0, least=5.0, now=100.0)
    assert wait.left(116.9) > 0
    assert wait.left(117.0) == 0


def test_untold_waits_grow_until_it_has_been_calm() -> None:
    wait, now, waits = Wait(), 0.0, []
    for _ in range(9):
        wait.refused(None, least=5.0, now=now)
        waits.append(wait.left(now))
        now = wait.until + 1
    assert waits == [5, 10, 20, 40, 80, 160, GROWS_TO, GROWS_TO, GROWS_TO]
    wait.refused(None, least=5.0, now=wait.until + 121)
    assert wait.refusals == 1


def test_answers_to_older_requests_make_no_wait_grow_and_end_none() -> None:
    wait = Wait()
    for at in (0.0, 0.1, 0.2):
        wait.refused(10.0, least=5.0, now=at)
    assert wait.refusals == 1
    assert wait.until == pytest.approx(10.2)
    wait.served(now=5.0)
    assert not wait.proven
    wait.served(now=10.3)
    assert wait.proven


def test_a_venue_that_tells_a_second_again_and_again_is_asked_ever_less() -> None:
    wait, now, asked = Wait(), 0.0, 0
    while now < 300:
        wait.refused(1.0, least=5.0, now=now)
        now, asked = wait.until, asked + 1
    assert asked < 12
