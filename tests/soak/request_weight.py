"""What the requests that reached the simulated venue would have cost at Binance."""

from collections.abc import Iterable, Mapping
from typing import Any

# Units of request weight by path, as Binance documents them for USD-M futures; where a symbol makes a request
# cheaper, the dear form stands under the path and the cheap one with a star.
_WEIGHTS = {
    "/fapi/v1/openOrders": 40,
    "/fapi/v1/openOrders*": 1,
    "/fapi/v1/openAlgoOrders": 40,
    "/fapi/v1/openAlgoOrders*": 1,
    "/fapi/v1/allOrders": 5,
    "/fapi/v1/allAlgoOrders": 5,
    "/fapi/v1/userTrades": 5,
    "/fapi/v1/forceOrders": 50,
    "/fapi/v1/forceOrders*": 20,
    "/fapi/v1/income": 30,
    "/fapi/v1/commissionRate": 20,
    "/fapi/v1/positionSide/dual": 30,
    "/fapi/v1/multiAssetsMargin": 30,
    "/fapi/v2/positionRisk": 5,
    "/fapi/v3/positionRisk": 5,
    "/fapi/v2/account": 5,
    "/fapi/v3/account": 5,
    "/fapi/v2/balance": 5,
    "/fapi/v3/balance": 5,
    "/fapi/v1/premiumIndex": 10,
    "/fapi/v1/premiumIndex*": 1,
    "/fapi/v1/ticker/24hr": 40,
    "/fapi/v1/ticker/24hr*": 1,
}
_FREE = {("POST", "/fapi/v1/order"), ("POST", "/fapi/v1/algoOrder")}
"""They count against the limit of orders, not of weight."""


def weight(method: str, path: str, params: Mapping[str, Any]) -> int:
    """Return what one request costs; what is not in the table costs one."""
    if not path.startswith("/fapi/") or (method, path) in _FREE:
        return 0
    if "symbol" in params and f"{path}*" in _WEIGHTS:
        return _WEIGHTS[f"{path}*"]
    return _WEIGHTS.get(path, 1)


def weight_of(entries: Iterable[Mapping[str, Any]]) -> int:
    """Return what entries of the venue's journal cost together."""
    return sum(weight(entry["method"], entry["path"], entry["params"]) for entry in entries)
