"""How Bybit counts requests."""

from verification.budget.rates import Limit, Rates, Weight

# Bybit counts requests: 600 in five seconds from one address, and of each user so many a second for each
# path, most often 50; a path that takes 10 weighs five times as much of that. Half of that is ours: what is
# too much of it is refused for less than a second, and one list takes a request for each coin.
RATES = Rates(
    name="Bybit",
    address=Limit(600, 5.0),
    user=Limit(50, 1.0, ours=1 / 2),
    left=("X-Bapi-Limit-Status", "X-Bapi-Limit"),
    until="X-Bapi-Limit-Reset-Timestamp",
    weights=(
        Weight("GET", "/v5/position/list", 1, user=1),
        Weight("GET", "/v5/order/realtime", 1, user=1),
        Weight("GET", "/v5/order/history", 1, user=1),
        Weight("GET", "/v5/execution/list", 1, user=1),
        Weight("GET", "/v5/account/info", 1, user=1),
        Weight("GET", "/v5/account/wallet-balance", 1, user=1),
        Weight("GET", "/v5/user/query-api", 1, user=5),
    ),
    # A list for each of two coins. Orders and conditional orders are in one list, which is asked for twice.
    look=(
        *(("GET", "/v5/position/list"), ("GET", "/v5/position/list")),
        *(("GET", "/v5/order/realtime"),) * 4,
    ),
    # An address that was refused so is to stop for ten minutes. Other pages of this status are about places.
    pauses={429: 1.0, 418: 120.0, 403: 600.0},
    pause_words={403: "too frequent"},
    address_codes=frozenset({"10018"}),
    user_codes=frozenset({"10006"}),
)
