"""Bybit's limits: requests in five seconds of an address, and in a second of a user and an endpoint."""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.bybit.errors import envelope
from simulator.engine.clock import VenueClock
from simulator.serving.limit_wish import changed
from simulator.serving.limits import Counted
from simulator.serving.windows import RollingWindow
from simulator.wire import Answer, Call

WINDOW_SECONDS = 5.0
OK, FORBIDDEN, TOO_MANY, UNAVAILABLE = 200, 403, 429, 503
_A_SECOND = {
    "POST /v5/order/create": 10,
    "POST /v5/order/cancel": 10,
    "POST /v5/order/cancel-all": 10,
    "GET /v5/order/realtime": 50,
    "GET /v5/order/history": 50,
    "GET /v5/execution/list": 50,
    "GET /v5/position/list": 50,
    "POST /v5/position/switch-mode": 10,
    "POST /v5/position/set-leverage": 10,
    "POST /v5/position/trading-stop": 10,
    "GET /v5/account/wallet-balance": 50,
    "GET /v5/account/info": 50,
    "GET /v5/user/query-api": 10,
    "GET /v5/asset/coin/query-info": 5,
}
"""Of one user. What is not listed, the public market data, is counted to the address only."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is allowed.

    Attributes:
        requests: Requests of an address within five seconds.
        ban_seconds: How long an address that asked more is turned away.
        share: What the limits of a user are multiplied by: 0.1 for a tenth of them.
    """

    requests: int = 600
    ban_seconds: float = 600.0
    share: float = 1.0


@dataclass(slots=True)
class _Address:
    requests: RollingWindow
    banned_until: float = field(default=-math.inf)


class BybitLimits:
    """Counts the requests of every address, and those of the account's user at each endpoint.

    Args:
        clock: The venue's; no skew moves what is counted.
        rules: What is allowed at first.
    """

    def __init__(self, clock: VenueClock, rules: Rules = Rules()) -> None:
        self.rules = rules
        self._clock = clock
        self._addresses: dict[str, _Address] = {}
        self._endpoints: dict[str, RollingWindow] = defaultdict(lambda: RollingWindow(1.0))

    def count(self, call: Call) -> Counted:
        """Count a request that has arrived."""
        now = self._clock.steady()
        fresh = _Address(RollingWindow(WINDOW_SECONDS))
        address = self._addresses.setdefault(call.address, fresh)
        asked = address.requests.add(now)
        if now >= address.banned_until and asked > self.rules.requests:
            address.banned_until = now + self.rules.ban_seconds
        if now < address.banned_until:
            return Counted(1, {}, self.turn_away(call, FORBIDDEN, address.banned_until - now))
        allowed = _A_SECOND.get(f"{call.method} {call.path}")
        return Counted(1) if allowed is None else self._of_user(call, allowed, now)

    def _of_user(self, call: Call, allowed: int, now: float) -> Counted:
        allowed = max(1, math.floor(allowed * self.rules.share))
        endpoint = self._endpoints[f"{call.method} {call.path}"]
        left = allowed - endpoint.count(now)
        if left <= 0:
            frees = endpoint.frees(now) - now
            return Counted(1, self._said(allowed, 0, frees), self.turn_away(call, OK, None))
        endpoint.add(now)
        return Counted(1, self._said(allowed, left - 1, 0.0))

    def _said(self, allowed: int, left: int, seconds: float) -> dict[str, str]:
        return {
            "X-Bapi-Limit": str(allowed),
            "X-Bapi-Limit-Status": str(left),
            "X-Bapi-Limit-Reset-Timestamp": str(self._clock.ms() + math.ceil(seconds * 1000)),
        }

    def turn_away(self, call: Call, status: int, seconds: float | None) -> Answer:
        """Return what Bybit says to one who asks too much: for how long, only of a user's limit.

        Raises:
            ValueError: It has no words for such a status.
        """
        if status == FORBIDDEN:
            return Answer(status, "access too frequent")
        if status in {TOO_MANY, UNAVAILABLE}:
            return Answer(status, "System level frequency protection")
        if status != OK:
            raise ValueError(f"Bybit limits with 403, 429, 503, or 200 and code 10006, not {status}")
        text = "Too many visits. Exceeded the API Rate Limit."
        words = envelope(self._clock.ms(), {}, 10006, text)
        allowed = _A_SECOND.get(f"{call.method} {call.path}", 1)
        return Answer(status, words, {} if seconds is None else self._said(allowed, 0, seconds))

    def change(self, wish: Mapping[str, Any]) -> Mapping[str, Any]:
        """Set some of the limits, and return all that are in force.

        Raises:
            ValueError: There is no limit of that name, or the value is none.
        """
        self.rules, told = changed(self.rules, wish)
        return told
