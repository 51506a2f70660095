"""Binance's limits on a clock of the test's: weights by path, minutes, refusals, bans that grow and end."""

from urllib.parse import urlencode

import pytest

from simulator.binance.limits import BinanceLimits, Rules
from simulator.wire import Answer, Call
from tests.simulator.hand_clock import START, HandClock

POSITIONS, ORDER = "/fapi/v3/positionRisk", "/fapi/v1/order"


def call(path: str = POSITIONS, method: str = "GET", *, to: str = "10.0.0.1", **params: str) -> Call:
    return Call(method, path, urlencode(params), headers={"x-forwarded-for": to, "x-mbx-apikey": "key"})


class Venue:
    """The limits, their clock, and what comes of asking."""

    def __init__(self, **rules: float) -> None:
        self.clock = HandClock()
        self.limits = BinanceLimits(self.clock, Rules(**rules))  # type: ignore[arg-type] # ints where they are

    def ask(self, times: int = 1, **which: str) -> Answer | None:
        """Ask so often; return how the last request was turned away."""
        return [self.limits.count(call(**which)).refusal for _ in range(times)][-1]


@pytest.mark.parametrize(
    ("method", "path", "params", "weight"),
    [
        ("GET", POSITIONS, {}, 5),
        ("GET", "/fapi/v1/openOrders", {}, 40),
        ("GET", "/fapi/v1/openOrders", {"symbol": "AVLUSDT"}, 1),
        ("GET", "/fapi/v1/openAlgoOrders", {}, 40),
        ("GET", "/fapi/v1/openAlgoOrders", {"symbol": "AVLUSDT"}, 1),
        ("GET", "/fapi/v1/algoOrder", {"algoId": "1"}, 1),
        ("GET", ORDER, {"symbol": "AVLUSDT"}, 1),
        ("POST", ORDER, {"symbol": "AVLUSDT"}, 0),
        ("DELETE", ORDER, {"symbol": "AVLUSDT"}, 1),
        ("GET", "/fapi/v1/userTrades", {"symbol": "AVLUSDT"}, 5),
        ("GET", "/fapi/v1/positionSide/dual", {}, 30),
        ("POST", "/fapi/v1/positionSide/dual", {}, 1),
        ("GET", "/fapi/v1/premiumIndex", {}, 10),
        ("GET", "/fapi/v1/klines", {"limit": "99"}, 1),
        ("GET", "/fapi/v1/klines", {"limit": "100"}, 2),
        ("GET", "/fapi/v1/klines", {}, 5),
        ("GET", "/fapi/v1/klines", {"limit": "1500"}, 10),
        ("GET", "/fapi/v1/exchangeInfo", {}, 1),
        ("PUT", "/fapi/v1/listenKey", {}, 1),
        ("GET", "/sapi/v1/account/apiRestrictions", {}, 0),
    ],
)
def test_a_request_weighs_what_the_documents_say(
    method: str, path: str, params: dict[str, str], weight: int
) -> None:
    assert Venue().limits.count(call(path, method, **params)).weight == weight


def test_every_answer_says_what_the_address_has_used_in_this_minute() -> None:
    venue = Venue()
    venue.ask(3)
    assert venue.limits.count(call()).headers["X-MBX-USED-WEIGHT-1M"] == "20"
    assert venue.limits.count(call(to="10.0.0.2")).headers["X-MBX-USED-WEIGHT-1M"] == "5"
    venue.clock.seconds += 60
    assert venue.limits.count(call()).headers["X-MBX-USED-WEIGHT-1M"] == "5"


def test_what_is_above_the_limit_is_refused_until_the_minute_ends_and_is_counted_all_the_same() -> None:
    venue = Venue()
    venue.clock.seconds += 17.5
    assert venue.ask(480) is None
    refusal = venue.ask()
    assert refusal is not None
    assert refusal.status == 429
    assert refusal.headers == {"Retry-After": "43"}
    assert refusal.body["code"] == -1003
    said = "Too many requests; current limit of IP(10.0.0.1) is 2400 requests per minute."
    assert refusal.body["msg"].startswith(said)
    assert venue.ask(to="10.0.0.2") is None
    assert venue.limits.count(call()).headers["X-MBX-USED-WEIGHT-1M"] == "2410"
    venue.clock.seconds += 42.5
    assert venue.ask() is None


def test_who_goes_on_asking_is_banned_and_the_ban_ends_at_its_time() -> None:
    venue = Venue(weight=5, patience=3)
    assert venue.ask() is None
    statuses = [refusal.status for _ in range(4) if (refusal := venue.ask()) is not None]
    assert statuses == [429, 429, 429, 418]
    banned = venue.ask()
    assert banned is not None
    assert banned.headers == {"Retry-After": "120"}
    until = int((START + 120) * 1000)
    said = f"Way too many requests; IP(10.0.0.1) banned until {until}."
    assert banned.body["msg"].startswith(said)
    assert venue.ask(to="10.0.0.2") is None
    venue.clock.seconds += 119.5
    still = venue.ask(path=ORDER, method="POST")
    assert still is not None
    assert (still.status, still.headers) == (418, {"Retry-After": "1"})
    venue.clock.seconds += 0.5
    assert venue.ask() is None


def test_each_ban_is_twice_as_long_as_the_one_before_up_to_the_longest() -> None:
    venue = Venue(weight=4, patience=1, longest_ban_seconds=300)
    lengths = []
    for _ in range(4):
        banned = venue.ask(2)
        assert banned is not None
        lengths.append(int(banned.headers["Retry-After"]))
        venue.clock.seconds += lengths[-1]
    assert lengths == [120, 240, 300, 300]


def test_patience_begins_anew_with_each_minute() -> None:
    venue = Venue(weight=4, patience=2)
    for _ in range(5):
        refusal = venue.ask(2)
        assert refusal is not None
        assert refusal.status == 429
        venue.clock.seconds += 60


def test_orders_are_counted_by_account_in_ten_seconds_and_in_a_minute() -> None:
    venue = Venue(orders_10s=2, orders_1m=3)
    counted = venue.limits.count(call(ORDER, "POST"))
    assert counted.headers["X-MBX-ORDER-COUNT-10S"] == counted.headers["X-MBX-ORDER-COUNT-1M"] == "1"
    assert venue.ask(path="/fapi/v1/algoOrder", method="POST") is None
    refusal = venue.ask(path=ORDER, method="POST")
    assert refusal is not None
    assert (refusal.status, refusal.body["code"], refusal.headers) == (429, -1015, {"Retry-After": "10"})
    assert "2 orders per TEN_SECONDS" in refusal.body["msg"]
    venue.clock.seconds += 10
    refusal = venue.ask(path=ORDER, method="POST")
    assert refusal is not None
    assert "3 orders per MINUTE" in refusal.body["msg"]
    assert "X-MBX-ORDER-COUNT-1M" not in venue.limits.count(call()).headers


def test_a_clock_that_is_set_by_an_hour_moves_neither_minute_nor_ban() -> None:
    venue = Venue(weight=4, patience=1)
    venue.ask(2)
    venue.clock.skew_ms = 3_600_000
    banned = venue.ask()
    assert banned is not None
    assert banned.headers == {"Retry-After": "120"}
    assert f"until {int((START + 3720) * 1000)}." in banned.body["msg"]


def test_a_limit_that_is_none_is_refused() -> None:
    limits = Venue().limits
    assert limits.change({"weight": "100", "ban_seconds": 0.5})["weight"] == 100
    for wish in ({"wait": 5}, {"weight": 0}, {"weight": "many"}):
        with pytest.raises(ValueError, match=next(iter(wish))):
            limits.change(wish)
    assert (limits.rules.weight, limits.rules.ban_seconds) == (100, 0.5)
