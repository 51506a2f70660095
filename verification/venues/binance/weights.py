"""How Binance counts the requests of its USD-M futures."""

from verification.budget.rates import Limit, Rates, Weight

# Weights: Binance USD-M futures REST documentation. Lists of all symbols are dear, order requests are counted
# by another limit too, which orders alone come near to.
RATES = Rates(
    name="Binance",
    address=Limit(2400, 60.0),
    used="X-MBX-USED-WEIGHT-1M",
    weights=(
        Weight("GET", "/fapi/v2/positionRisk", 5),
        Weight("GET", "/fapi/v3/positionRisk", 5),
        Weight("GET", "/fapi/v2/account", 5),
        Weight("GET", "/fapi/v3/account", 5),
        Weight("GET", "/fapi/v2/balance", 5),
        Weight("GET", "/fapi/v3/balance", 5),
        Weight("GET", "/fapi/v1/openOrders", 1, ("symbol", 40)),
        Weight("GET", "/fapi/v1/openAlgoOrders", 1, ("symbol", 40)),
        Weight("GET", "/fapi/v1/allOrders", 5),
        Weight("GET", "/fapi/v1/allAlgoOrders", 5),
        Weight("GET", "/fapi/v1/userTrades", 5),
        Weight("GET", "/fapi/v1/positionSide/dual", 30),
        Weight("GET", "/fapi/v1/multiAssetsMargin", 30),
        Weight("GET", "/fapi/v1/income", 30),
        Weight("GET", "/fapi/v1/commissionRate", 20),
        Weight("GET", "/fapi/v1/premiumIndex", 1, ("symbol", 10)),
        Weight("GET", "/fapi/v1/ticker/price", 1, ("symbol", 2)),
        Weight("GET", "/fapi/v2/ticker/price", 1, ("symbol", 2)),
        Weight("GET", "/fapi/v1/ticker/24hr", 1, ("symbol", 40)),
    ),
    look=(
        ("GET", "/fapi/v3/positionRisk"),
        ("GET", "/fapi/v1/openOrders"),
        ("GET", "/fapi/v1/openAlgoOrders"),
    ),
    pauses={429: 1.0, 418: 120.0},
    address_codes=frozenset({"-1003"}),
    user_codes=frozenset({"-1015"}),  # orders: those of the account, and no list
)
