"""Bybit's limits on a clock of the test's: five seconds of an address, a second of a user and an endpoint."""

from simulator.bybit.limits import BybitLimits, Rules
from simulator.wire import Answer, Call
from tests.simulator.hand_clock import START, HandClock

POSITIONS, ORDERS, TIME = "/v5/position/list", "/v5/order/realtime", "/v5/market/time"


class Venue:
    """The limits, their clock, and what comes of asking."""

    def __init__(self, rules: Rules | None = None) -> None:
        self.clock = HandClock()
        self.limits = BybitLimits(self.clock, rules or Rules())

    def ask(self, path: str, times: int = 1, *, key: str = "key", to: str = "10.0.0.1") -> Answer | None:
        """Ask so often; return how the last request was turned away."""
        call = Call("GET", path, headers={"x-bapi-api-key": key, "x-forwarded-for": to})
        return [self.limits.count(call).refusal for _ in range(times)][-1]


def test_an_address_that_asks_more_than_600_times_in_five_seconds_is_banned_for_ten_minutes() -> None:
    venue = Venue()
    assert venue.ask(TIME, 300) is None
    venue.clock.seconds += 4.9
    assert venue.ask(TIME, 300) is None
    banned = venue.ask(TIME)
    assert banned is not None
    assert (banned.status, banned.body, banned.headers) == (403, "access too frequent", {})
    assert venue.ask(TIME, to="10.0.0.2") is None
    venue.clock.seconds += 599.9
    assert venue.ask(POSITIONS) is not None
    venue.clock.seconds += 0.1
    assert venue.ask(POSITIONS) is None


def test_the_five_seconds_roll() -> None:
    venue = Venue()
    for _ in range(10):
        assert venue.ask(TIME, 300) is None
        venue.clock.seconds += 2.5


def test_a_users_second_is_counted_by_endpoint_whatever_key_and_address_it_comes_from() -> None:
    venue = Venue()
    assert venue.ask(POSITIONS, 49) is None
    assert venue.ask(POSITIONS, key="another", to="10.0.0.2") is None
    refusal = venue.ask(POSITIONS)
    assert refusal is not None
    assert (refusal.status, refusal.body["retCode"]) == (200, 10006)
    assert refusal.body["retMsg"] == "Too many visits. Exceeded the API Rate Limit."
    assert venue.ask(ORDERS) is None
    venue.clock.seconds += 1
    assert venue.ask(POSITIONS) is None


def test_every_answer_to_a_user_says_how_many_are_left_and_when_there_are_more() -> None:
    venue = Venue(Rules(share=0.04))
    call = Call("GET", POSITIONS, headers={"x-bapi-api-key": "key"})
    told = []
    for _ in range(3):
        told.append(dict(venue.limits.count(call).headers))
        venue.clock.seconds += 0.25
    start = int(START * 1000)
    assert [each["X-Bapi-Limit"] for each in told] == ["2", "2", "2"]
    assert [each["X-Bapi-Limit-Status"] for each in told] == ["1", "0", "0"]
    resets = [int(each["X-Bapi-Limit-Reset-Timestamp"]) - start for each in told]
    assert resets == [0, 250, 1000]
    assert venue.limits.count(Call("GET", TIME)).headers == {}
