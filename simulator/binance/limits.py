"""Binance's limits: weight a minute of an address, orders of an account; refusals, then bans that grow."""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.binance.errors import body
from simulator.binance.weights import ORDERS, weight_of
from simulator.engine.clock import VenueClock
from simulator.serving.limit_wish import changed
from simulator.serving.limits import Counted
from simulator.serving.windows import FixedWindow
from simulator.wire import Answer, Call

MINUTE, TEN_SECONDS = 60.0, 10.0
TOO_MANY, BANNED, OVERLOADED = 429, 418, 503
_WEBSOCKET = "Please use the websocket for live updates to avoid"


@dataclass(frozen=True, slots=True)
class Rules:
    """What is allowed.

    Attributes:
        weight: Of all requests of an address in a minute of the venue's clock.
        orders_10s: Orders of an account in ten seconds.
        orders_1m: Orders of an account in a minute.
        patience: How many requests of one minute are refused before the address is banned. Binance says
            "repeatedly" and no number.
        ban_seconds: How long the first ban is; each later one is twice as long as the one before.
        longest_ban_seconds: How long one is at most.
    """

    weight: int = 2400
    orders_10s: int = 300
    orders_1m: int = 1200
    patience: int = 10
    ban_seconds: float = 120.0
    longest_ban_seconds: float = 3 * 86_400.0


@dataclass(slots=True)
class _Address:
    minute: FixedWindow = field(default_factory=lambda: FixedWindow(MINUTE))
    refused: FixedWindow = field(default_factory=lambda: FixedWindow(MINUTE))
    bans: int = 0
    banned_until: float = -math.inf


@dataclass(slots=True)
class _Account:
    ten_seconds: FixedWindow = field(default_factory=lambda: FixedWindow(TEN_SECONDS))
    minute: FixedWindow = field(default_factory=lambda: FixedWindow(MINUTE))


class BinanceLimits:
    """Counts every request of every address, those that it refuses too: to go on asking makes nothing better.

    Args:
        clock: The venue's. Intervals begin with its minutes; no skew that is set later moves them.
        rules: What is allowed at first.
    """

    def __init__(self, clock: VenueClock, rules: Rules = Rules()) -> None:
        self.rules = rules
        self._clock = clock
        self._addresses: dict[str, _Address] = defaultdict(_Address)
        self._accounts: dict[str, _Account] = defaultdict(_Account)

    def count(self, call: Call) -> Counted:
        """Count a request that has arrived."""
        if not call.path.startswith("/fapi/"):
            return Counted(0)
        now, address, weight = self._clock.steady(), self._addresses[call.address], weight_of(call)
        used = address.minute.add(weight, now)
        headers = {"X-MBX-USED-WEIGHT-1M": str(used)}
        refusal = self._refused(call, address, used, now)
        if refusal is None and f"{call.method} {call.path}" in ORDERS:
            ordered, refusal = self._order(call, now)
            headers |= ordered
        return Counted(weight, headers, refusal)

    def _refused(self, call: Call, address: _Address, used: int, now: float) -> Answer | None:
        if now < address.banned_until:
            return self.turn_away(call, BANNED, address.banned_until - now)
        if used <= self.rules.weight:
            return None
        if address.refused.add(1, now) <= self.rules.patience:
            return self.turn_away(call, TOO_MANY, address.minute.left(now))
        seconds = min(self.rules.ban_seconds * 2**address.bans, self.rules.longest_ban_seconds)
        address.bans += 1
        address.banned_until = now + seconds
        return self.turn_away(call, BANNED, seconds)

    def _order(self, call: Call, now: float) -> tuple[dict[str, str], Answer | None]:
        account, rules = self._accounts[call.api_key], self.rules
        of_ten, of_minute = account.ten_seconds.add(1, now), account.minute.add(1, now)
        headers = {"X-MBX-ORDER-COUNT-10S": str(of_ten), "X-MBX-ORDER-COUNT-1M": str(of_minute)}
        if of_ten > rules.orders_10s:
            said, left = f"{rules.orders_10s} orders per TEN_SECONDS", account.ten_seconds.left(now)
        elif of_minute > rules.orders_1m:
            said, left = f"{rules.orders_1m} orders per MINUTE", account.minute.left(now)
        else:
            return headers, None
        words = body(-1015, f"Too many new orders; current limit is {said}.")
        return headers, Answer(TOO_MANY, words, _retry_after(left))

    def turn_away(self, call: Call, status: int, seconds: float | None) -> Answer:
        """Return what Binance says to one who asks too much. A 429 is over with the minute, at the latest.

        Raises:
            ValueError: It has no words for such a status.
        """
        where = f"IP({call.address})"
        if status == TOO_MANY:
            seconds = None if seconds is None else min(seconds, MINUTE - self._clock.steady() % MINUTE)
            limit = f"current limit of {where} is {self.rules.weight} requests per minute"
            words = body(-1003, f"Too many requests; {limit}. {_WEBSOCKET} polling the API.")
        elif status == BANNED:
            until = "" if seconds is None else f" until {self._clock.ms() + math.ceil(seconds * 1000)}"
            words = body(-1003, f"Way too many requests; {where} banned{until}. {_WEBSOCKET} bans.")
        elif status == OVERLOADED:
            words = body(-1008, "Request throttled by system-level protection. Please try again.")
        else:
            raise ValueError(f"Binance limits with 429, 418 or 503, not {status}")
        return Answer(status, words, {} if seconds is None else _retry_after(seconds))

    def change(self, wish: Mapping[str, Any]) -> Mapping[str, Any]:
        """Set some of the limits, and return all that are in force.

        Raises:
            ValueError: There is no limit of that name, or the value is none.
        """
        self.rules, told = changed(self.rules, wish)
        return told


def _retry_after(seconds: float) -> dict[str, str]:
    return {"Retry-After": str(max(1, math.ceil(seconds)))}
