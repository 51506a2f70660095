"""What differs from venue to venue, as data: answer shapes, options, error codes, stream rules.

Sources: the venues' own API documentation, and ccxt's classes for which call leads to which path.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from verification.leg import Leg
from verification.parts import one_list, settle_coin


class Dialect(StrEnum):
    """How a venue's answers are read: by rules of its own wire format, or in ccxt's unified form."""

    BINANCE_FUTURES = "binance_futures"
    BYBIT_V5 = "bybit_v5"
    UNIFIED = "unified"


class Conditionals(StrEnum):
    """Where a venue lists the orders that wait for a trigger."""

    OWN_LIST = "own_list"
    AMONG_ORDERS = "among_orders"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a successful answer must look like.

    Attributes:
        path: End of the request's path, without the query.
        method: The HTTP method it is for.
        rows: Where the rows are: () when the answer itself is a list, keys to walk otherwise; None when the
            answer is one object.
        keys: Keys that the object, or every row, must have.
    """

    path: str
    method: str
    rows: tuple[str, ...] | None
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StreamRules:
    """How to keep a private stream alive, in seconds.

    Attributes:
        keep_alive: Between two pings; a peer that misses two is gone.
        key_refresh: Between two renewals of the key that the stream lives by.
        connect_timeout: How long a connection, and each answer while it is set up, may take before it is
            given up. At least 1: ccxt counts whole seconds.
        missed_after: A change that another source showed this long ago and the stream has not pushed is
            missed.
        absent_after: A position list without a leg is held against the stream only if it was sent this long
            after the stream last spoke of the leg: lists lag behind streams by seconds.
        renew_after_missed: How long a connection that misses facts is kept before it is replaced.
        backoff_first: First pause before connecting again; it doubles.
        backoff_most: Longest pause.
    """

    keep_alive: float = 10.0
    key_refresh: float = 1500.0
    connect_timeout: float = 10.0
    missed_after: float = 3.0
    absent_after: float = 10.0
    renew_after_missed: float = 15.0
    backoff_first: float = 0.25
    backoff_most: float = 30.0


@dataclass(frozen=True, slots=True)
class Capabilities:
    """All that is known of one venue.

    Attributes:
        dialect: How its answers are read.
        stream: Rules of its private stream; None when its frames are not known: then it is only asked.
        conditionals: Where its conditional orders are listed.
        shapes: What its answers must look like. A path without a rule must at least hold JSON.
        envelope: What every answer holds, whatever it is about; empty if there is no such thing.
        options: Merged into ccxt's options.
        settings: Merged into the rest of ccxt's constructor.
        exceptions_of: Which of ccxt's per-product error tables holds for every address (ccxt chooses by host
            name, so an overridden host would lose it); None if there is none.
        temporary_codes: Error codes that mean "try again" though ccxt has no class for them.
        doubtful_codes: Error codes after which an order may exist all the same: its fate is open, or its
            client id is taken.
        position_requests: Parameters of each request that together list every position.
        part_of: Names the part of the position lists that shows a market, given in ccxt's form.
        position_page: Rows at which one request may have been cut off; None if it never is.
        order_parameters: Added when an order is asked for by its id.
        instead: The exchange id to use in its place; None where there is nothing against it.
        client_id_name: What cancelling calls the sender's own id, where ccxt does not translate it.
        asks_by_client_id: True when an order can be asked for by the sender's own id.
        leg_parameters: What names the leg in an order, in hedge mode; empty where ccxt is left to derive it
            from the side.
        flags_exits_of_legs: True when an order that makes a leg smaller is flagged reduce-only in hedge mode
            too; False where the venue refuses the flag there, because leg and side say it already.
        before_trading: ccxt's methods that ask for facts it would else ask for in the middle of the first
            order, where a failure would leave that order in doubt although it was never sent.
    """

    dialect: Dialect = Dialect.UNIFIED
    stream: StreamRules | None = None
    conditionals: Conditionals = Conditionals.NOT_KNOWN
    shapes: tuple[Shape, ...] = ()
    envelope: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    exceptions_of: str | None = None
    temporary_codes: frozenset[str] = frozenset()
    doubtful_codes: frozenset[str] = frozenset()
    position_requests: tuple[Mapping[str, Any], ...] = ({},)
    part_of: Callable[[Mapping[str, Any]], str] = one_list
    position_page: int | None = None
    order_parameters: Mapping[str, Any] = field(default_factory=dict)
    instead: str | None = None
    client_id_name: str = "clientOrderId"
    asks_by_client_id: bool = False
    leg_parameters: Mapping[Leg, Mapping[str, Any]] = field(default_factory=dict)
    flags_exits_of_legs: bool = True
    before_trading: tuple[str, ...] = ()


_ORDER_KEYS = ("orderId", "symbol", "side", "status", "executedQty", "origQty", "positionSide")
_ALGO_KEYS = ("algoId", "symbol", "side", "algoStatus", "orderType", "positionSide")

# Key names: Binance USD-M futures REST documentation (position risk v3, orders, algo orders, trades).
_BINANCE_SHAPES = (
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
    Shape("/fapi/v1/exchangeInfo", "GET", ("symbols",), ("symbol", "filters")),
    Shape("/fapi/v1/time", "GET", None, ("serverTime",)),
)

_BYBIT_LIST = ("result", "list")
_BYBIT_ORDER_KEYS = ("orderId", "symbol", "side", "orderStatus", "qty", "cumExecQty", "positionIdx")
# Bybit v5 puts every list under result.list; its position list covers one settle coin a request.
_BYBIT_SHAPES = (
    Shape("/v5/position/list", "GET", _BYBIT_LIST, ("symbol", "side", "size", "positionIdx", "seq")),
    Shape("/v5/order/realtime", "GET", _BYBIT_LIST, _BYBIT_ORDER_KEYS),
    Shape("/v5/order/history", "GET", _BYBIT_LIST, _BYBIT_ORDER_KEYS),
    Shape(
        "/v5/execution/list",
        "GET",
        _BYBIT_LIST,
        ("execId", "orderId", "symbol", "side", "execQty", "execPrice", "execType", "execTime"),
    ),
    Shape("/v5/market/instruments-info", "GET", _BYBIT_LIST, ("symbol", "lotSizeFilter", "priceFilter")),
    Shape("/v5/market/time", "GET", None, ("time",)),
)

_WITHOUT_SNAPSHOT = {"fetchPositionsSnapshot": False, "awaitPositionsSnapshot": False}

_KNOWN: Mapping[str, Capabilities] = {
    "binanceusdm": Capabilities(
        dialect=Dialect.BINANCE_FUTURES,
        stream=StreamRules(),
        conditionals=Conditionals.OWN_LIST,
        shapes=_BINANCE_SHAPES,
        options={"fetchCurrencies": False, "watchPositions": _WITHOUT_SNAPSHOT},
        exceptions_of="linear",
        temporary_codes=frozenset({"-1000", "-1001", "-1007", "-1008", "-1016"}),
        doubtful_codes=frozenset({"-1006", "-4116"}),
        asks_by_client_id=True,
        leg_parameters={Leg.LONG: {"positionSide": "LONG"}, Leg.SHORT: {"positionSide": "SHORT"}},
        flags_exits_of_legs=False,
    ),
    # One id for spot, USD-M and COIN-M together: no single list of it covers an account.
    "binance": Capabilities(instead="binanceusdm"),
    # Linear contracts of a unified account: what is held in inverse contracts, options and spot is not read.
    "bybit": Capabilities(
        dialect=Dialect.BYBIT_V5,
        stream=StreamRules(),
        conditionals=Conditionals.AMONG_ORDERS,
        shapes=_BYBIT_SHAPES,
        envelope="retCode",
        options={"fetchMarkets": {"types": ["linear"]}, "watchPositions": _WITHOUT_SNAPSHOT},
        # The list of coins weighs 28, needs a permission of its own, and says nothing about contracts.
        settings={"has": {"fetchCurrencies": False}},
        # 429 is a code here as well as a status: the trading service is overloaded.
        temporary_codes=frozenset({"10000", "10016", "10429", "429"}),
        # The first is a duplicate of a request, the second an order's id that is taken.
        doubtful_codes=frozenset({"10014", "110072"}),
        position_requests=(
            {"settleCoin": "USDT"},
            {"settleCoin": "USDC"},
        ),
        part_of=settle_coin,
        client_id_name="orderLinkId",
        asks_by_client_id=True,
        leg_parameters={Leg.LONG: {"positionIdx": 1}, Leg.SHORT: {"positionIdx": 2}},
        before_trading=("is_unified_enabled",),
    ),
}


def capabilities_of(venue: str) -> Capabilities:
    """Return what is known of a ccxt exchange id; for a venue without rules the cautious defaults."""
    return _KNOWN.get(venue, Capabilities())
