"""What is known of KuCoin's futures, classic and unified accounts: one list shows all positions."""

from typing import Any

from verification.facts.leg import Leg
from verification.venues.capabilities import Capabilities, PartLists, RowRules, Shape

_SERVED = ("code", frozenset({"200000", "200"}))
_SIDES = frozenset({"buy", "sell", "BUY", "SELL"})
_PAGE = 1000


def _shape(path: str, rows: tuple[str, ...] | None, *told: str, **more: Any) -> Shape:
    return Shape(path, "GET", rows, told=told, says=_SERVED, **more)


def _lists_of(_part: str) -> PartLists:
    return PartLists({}, {"type": "swap", "pageSize": _PAGE})


_ORDER = ("id", "symbol", "isActive")
_SIZES = ("size", "filledSize")

CAPABILITIES = Capabilities(
    documented=True,
    shapes=(
        _shape("/api/v1/positions", ("data",), "symbol", numbers=("currentQty",)),
        _shape("/position/open-list", ("data",), "symbol", numbers=("size",)),
        _shape(
            "/api/v2/position/getPositionMode",
            None,
            at=("data",),
            one_of={"positionMode": frozenset({"0", "1"})},
        ),
        _shape("/account/mode", None, "selfAccountMode", at=("data",)),
        _shape("/api/v1/orders", ("data", "items"), *_ORDER, numbers=_SIZES, one_of={"side": _SIDES}),
        _shape("/api/v1/orders/*", None, *_ORDER, numbers=_SIZES, at=("data",), one_of={"side": _SIDES}),
        _shape(
            "/api/v1/fills",
            ("data", "items"),
            *("tradeId", "orderId", "symbol"),
            numbers=("size", "price", "createdAt"),
            one_of={"side": _SIDES},
        ),
        _shape("/api/v1/contracts/active", ("data",), "symbol", "multiplier", "lotSize", "tickSize"),
        _shape("/api/v1/timestamp", None, "data"),
    ),
    options={"fetchMarkets": {"types": ["swap", "future", "contract"], "fetchTickersFees": False}},
    settings={"has": {"fetchCurrencies": False}},
    lists_of=_lists_of,
    rows=RowRules(
        contract=("symbol",),
        legs=("positionSide", {"BOTH": Leg.NET, "LONG": Leg.LONG, "SHORT": Leg.SHORT}),
    ),
    order_page=_PAGE,
    position_page=200,  # of a unified account, as ccxt asks for it
    names=frozenset({"kucoin", "kucoinfutures"}),
)
