"""What is known of Binance's USD-M futures."""

from verification.facts.leg import Leg
from verification.venues.binance import errors
from verification.venues.binance.key_rights import RIGHTS
from verification.venues.binance.market_filters import steps
from verification.venues.binance.weights import RATES
from verification.venues.capabilities import (
    Capabilities,
    Conditionals,
    KeyKind,
    RowRules,
    Shape,
    StreamRules,
    swaps_by_type,
)
from verification.venues.parts import settle_coin
from verification.venues.web import Web

_ORDER_KEYS = ("orderId", "symbol", "side", "status", "executedQty", "origQty", "positionSide")
_ALGO_KEYS = ("algoId", "symbol", "side", "algoStatus", "orderType", "positionSide")

# Key names: Binance USD-M futures REST documentation (position risk v3, orders, algo orders, trades).
_PLACES = (
    "pricePrecision",
    "quantityPrecision",
    "baseAssetPrecision",
    "quotePrecision",
    "priceScale",
    "quantityScale",
)
_SHAPES = (
    Shape("/fapi/v3/positionRisk", "GET", (), ("symbol", "positionSide", "positionAmt", "updateTime")),
    Shape("/fapi/v1/openOrders", "GET", (), _ORDER_KEYS),
    Shape("/fapi/v1/openAlgoOrders", "GET", (), _ALGO_KEYS),
    Shape("/fapi/v1/order", "GET", None, _ORDER_KEYS),
    Shape("/fapi/v1/algoOrder", "GET", None, _ALGO_KEYS),
    Shape("/fapi/v1/order", "POST", None, ("orderId",)),
    Shape("/fapi/v1/algoOrder", "POST", None, ("algoId",)),
    Shape("/fapi/v1/algoOrder", "DELETE", None, ("algoId",)),
    Shape("/fapi/v1/userTrades", "GET", (), ("id", "orderId", "symbol", "side", "qty", "price", "time")),
    Shape("/fapi/v1/positionSide/dual", "GET", None, ("dualSidePosition",)),
    Shape("/fapi/v1/listenKey", "POST", None, ("listenKey",)),
    Shape("/fapi/v1/exchangeInfo", "GET", ("symbols",), ("symbol", "filters"), places=_PLACES),
    Shape("/fapi/v1/time", "GET", None, ("serverTime",)),
)

_NO_SANDBOX = "Binance has none for futures any more; use options.enableDemoTrading = true"
_NAMES = frozenset({"binance", "binanceusdm", "binancecoinm"})
_WITHOUT_SNAPSHOT = {"fetchPositionsSnapshot": False, "awaitPositionsSnapshot": False}

CAPABILITIES = Capabilities(
    web=Web("Binance USD-M", "https://www.binance.com/en/futures/{base}{quote}"),
    dialect="binance",
    stream=StreamRules(),
    conditionals=Conditionals.OWN_LIST,
    shapes=_SHAPES,
    options={"fetchCurrencies": False, "watchPositions": _WITHOUT_SNAPSHOT},
    no_sandbox=_NO_SANDBOX,
    exceptions_of="linear",
    advice=errors.ADVICE,
    temporary_codes=errors.TEMPORARY,
    doubtful_codes=errors.DOUBTFUL,
    clock_codes=errors.CLOCK,
    key_rights=RIGHTS,
    keys=frozenset({KeyKind.HMAC, KeyKind.RSA, KeyKind.ED25519}),
    asks_by_client_id=True,
    cancels_at_once=True,
    leg_parameters={Leg.LONG: {"positionSide": "LONG"}, Leg.SHORT: {"positionSide": "SHORT"}},
    flags_exits_of_legs=False,
    rates=RATES,
    rows_tell_mode=True,
    names=_NAMES,
    rows=RowRules(steps=steps),
)

COIN_MARGINED = Capabilities(
    part_of=settle_coin,
    lists_of=swaps_by_type,
    no_sandbox=_NO_SANDBOX,
    clock_codes=errors.CLOCK,
    rows=RowRules(steps=steps),
    names=_NAMES,
)

ALL_IN_ONE = Capabilities(instead="binanceusdm", names=_NAMES)
"""One id for spot, USD-M and COIN-M together: no single list of it covers an account."""
