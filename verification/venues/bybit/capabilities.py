"""What is known of Bybit v5."""

from verification.facts.leg import Leg
from verification.venues.bybit import errors
from verification.venues.bybit.key_rights import RIGHTS
from verification.venues.bybit.weights import RATES
from verification.venues.capabilities import Capabilities, Conditionals, KeyKind, Shape, StreamRules
from verification.venues.parts import settle_coin
from verification.venues.web import Web

_LIST = ("result", "list")
_ORDER_KEYS = ("orderId", "symbol", "side", "orderStatus", "qty", "cumExecQty", "positionIdx")
# Bybit v5 puts every list under result.list; its position list covers one settle coin a request.
_SHAPES = (
    Shape("/v5/position/list", "GET", _LIST, ("symbol", "side", "size", "positionIdx", "seq")),
    Shape("/v5/order/realtime", "GET", _LIST, _ORDER_KEYS),
    Shape("/v5/order/history", "GET", _LIST, _ORDER_KEYS),
    Shape(
        "/v5/execution/list",
        "GET",
        _LIST,
        ("execId", "orderId", "symbol", "side", "execQty", "execPrice", "execType", "execTime"),
    ),
    Shape("/v5/market/instruments-info", "GET", _LIST, ("symbol", "lotSizeFilter", "priceFilter")),
    Shape("/v5/market/time", "GET", None, ("time",)),
)

_WITHOUT_SNAPSHOT = {"fetchPositionsSnapshot": False, "awaitPositionsSnapshot": False}

# Linear contracts of a unified account: what is held in inverse contracts, options and spot is not read.
CAPABILITIES = Capabilities(
    web=Web(
        "Bybit",
        "https://www.bybit.com/trade/usdt/{base}{quote}",
        inverse="https://www.bybit.com/trade/inverse/{base}{quote}",
        usdc="https://www.bybit.com/trade/futures/usdc/{base}-PERP",
    ),
    dialect="bybit",
    stream=StreamRules(),
    conditionals=Conditionals.AMONG_ORDERS,
    shapes=_SHAPES,
    envelope="retCode",
    options={"fetchMarkets": {"types": ["linear"]}, "watchPositions": _WITHOUT_SNAPSHOT},
    # The list of coins weighs 28, needs a permission of its own, and says nothing about contracts.
    settings={"has": {"fetchCurrencies": False}},
    advice=errors.ADVICE,
    temporary_codes=errors.TEMPORARY,
    doubtful_codes=errors.DOUBTFUL,
    clock_codes=errors.CLOCK,
    key_rights=RIGHTS,
    keys=frozenset({KeyKind.HMAC, KeyKind.RSA}),
    symbol_words=errors.SYMBOL_WORDS,
    part_of=settle_coin,
    client_id_name="orderLinkId",
    asks_by_client_id=True,
    leg_parameters={Leg.LONG: {"positionIdx": 1}, Leg.SHORT: {"positionIdx": 2}},
    before_trading=("is_unified_enabled",),
    beside="inverse contracts, options and spot",
    rates=RATES,
)
