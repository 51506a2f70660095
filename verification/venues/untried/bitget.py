"""What is known of Bitget v2 and v3: a list for each product type, of coin-margined ones for each coin."""

from collections.abc import Mapping
from typing import Any

from verification.venues.capabilities import Capabilities, PartLists, RowRules, Shape
from verification.venues.web import Web

_SERVED = ("code", frozenset({"00000"}))
_BY_COIN = {"USDT": "USDT-FUTURES", "USDC": "USDC-FUTURES"}
_COIN = "COIN-FUTURES"
_SIDES = frozenset({"buy", "sell"})
_LONG_SHORT = frozenset({"long", "short"})
_MODES = frozenset({"one_way_mode", "hedge_mode"})
_PAGE = 100


def _part_of(market: Mapping[str, Any]) -> str:
    coin = str(market["settle"])
    return f"of {_BY_COIN.get(coin, _COIN)} settled in {coin}"


def _lists_of(part: str) -> PartLists:
    coin = part.rpartition(" ")[2]
    product = _BY_COIN.get(coin, _COIN)
    orders = {"type": "swap", "productType": product, "limit": _PAGE}
    return PartLists({"productType": product, "marginCoin": coin}, orders)


def _shape(path: str, rows: tuple[str, ...] | None, *told: str, **more: Any) -> Shape:
    return Shape(path, "GET", rows, told=told, says=_SERVED, **more)


_ORDER = ("orderId", "symbol")
_SIZES = ("size", "baseVolume")
_UNIFIED_ORDER = ("orderId", "symbol", "orderStatus")
_UNIFIED_SIZES = ("qty", "cumExecQty")

CAPABILITIES = Capabilities(
    web=Web("Bitget", "https://www.bitget.com/futures/{quote_small}/{base}{quote}"),
    documented=True,
    shapes=(
        _shape(
            "/api/v2/mix/position/all-position",
            ("data",),
            "symbol",
            numbers=("total",),
            one_of={"holdSide": _LONG_SHORT, "posMode": _MODES},
        ),
        _shape(
            "/api/v2/mix/order/orders-pending",
            ("data", "entrustedList"),
            *(*_ORDER, "status"),
            numbers=_SIZES,
            one_of={"side": _SIDES},
            nullable=True,
        ),
        _shape(
            "/api/v2/mix/order/detail",
            None,
            *(*_ORDER, "state"),
            numbers=_SIZES,
            one_of={"side": _SIDES},
            at=("data",),
        ),
        _shape(
            "/api/v2/mix/order/fills",
            ("data", "fillList"),
            *("tradeId", "orderId", "symbol"),
            numbers=("price", "baseVolume", "cTime"),
            one_of={"side": _SIDES},
            nullable=True,
        ),
        _shape(
            "/api/v2/mix/market/contracts",
            ("data",),
            *("symbol", "baseCoin", "quoteCoin", "symbolType", "sizeMultiplier"),
        ),
        _shape("/api/v2/public/time", None, "serverTime", at=("data",)),
        _shape(
            "/api/v3/position/current-position",
            ("data", "list"),
            "symbol",
            numbers=("total",),
            one_of={"posSide": _LONG_SHORT, "holdMode": _MODES},
            nullable=True,
        ),
        _shape(
            "/api/v3/trade/unfilled-orders",
            ("data", "list"),
            *_UNIFIED_ORDER,
            numbers=_UNIFIED_SIZES,
            one_of={"side": _SIDES},
            nullable=True,
        ),
        _shape(
            "/api/v3/trade/order-info",
            None,
            *_UNIFIED_ORDER,
            numbers=_UNIFIED_SIZES,
            one_of={"side": _SIDES},
            at=("data",),
        ),
        _shape(
            "/api/v3/trade/fills",
            ("data", "list"),
            *("execId", "orderId", "symbol"),
            numbers=("execPrice", "execQty", "createdTime"),
            one_of={"side": _SIDES},
            nullable=True,
        ),
        _shape("/api/v3/market/instruments", ("data",), "symbol", "category"),
    ),
    options={"fetchMarkets": {"types": ["swap"]}},
    settings={"has": {"fetchCurrencies": False}},
    part_of=_part_of,
    lists_of=_lists_of,
    rows=RowRules(contract=("symbol",), inverse_in_base=True),
    order_page=_PAGE,
    unified_account=("uta", "privateUtaGetV3AccountSettings"),
)
