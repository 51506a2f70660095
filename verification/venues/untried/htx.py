"""What is known of HTX: linear contracts in one list, coin-margined swaps and dated contracts in two more."""

from collections.abc import Mapping
from typing import Any

from verification.facts.leg import Leg
from verification.venues.capabilities import Capabilities, PartLists, RowRules, Shape

_SERVED = ("code", frozenset({"200"}))
_OK = ("status", frozenset({"ok"}))
_SIDES = frozenset({"buy", "sell"})
_LINEAR, _SWAPS, _DATED = "of linear contracts", "of coin-margined swaps", "of coin-margined dated contracts"
_PAGE = 100


def _part_of(market: Mapping[str, Any]) -> str:
    if market["linear"]:
        return _LINEAR
    return _DATED if market["future"] else _SWAPS


def _lists_of(part: str) -> PartLists:
    if part == _LINEAR:
        asked: dict[str, Any] = {"subType": "linear", "type": "swap"}
        return PartLists(asked, {**asked, "limit": _PAGE})
    # Coin-margined orders are listed contract by contract.
    return PartLists({"subType": "inverse", "type": "future" if part == _DATED else "swap"}, None)


_ORDER = ("order_id", "contract_code")
_SIZES = ("volume", "trade_volume")
_TRADED = ("trade_volume", "trade_price")


def _linear(path: str, rows: tuple[str, ...] | None, *told: str, **more: Any) -> Shape:
    return Shape(path, "GET", rows, told=told, says=_SERVED, **more)


def _inverse(path: str, rows: tuple[str, ...], *told: str, **more: Any) -> Shape:
    return Shape(path, "POST", rows, told=told, says=_OK, **more)


CAPABILITIES = Capabilities(
    documented=True,
    shapes=(
        _linear(
            "/v5/trade/position/opens",
            ("data",),
            "contract_code",
            numbers=("volume",),
            one_of={"direction": _SIDES},
        ),
        _linear("/v5/trade/order/opens", ("data",), *_ORDER, numbers=_SIZES, one_of={"side": _SIDES}),
        _linear("/v5/trade/order", None, *_ORDER, numbers=_SIZES, one_of={"side": _SIDES}, at=("data",)),
        _linear(
            "/v5/trade/order/details",
            ("data",),
            *_ORDER,
            numbers=(*_TRADED, "created_time"),
            one_of={"side": _SIDES},
        ),
        _inverse(
            "_position_info", ("data",), "contract_code", numbers=("volume",), one_of={"direction": _SIDES}
        ),
        _inverse("_openorders", ("data", "orders"), *_ORDER, numbers=_SIZES, one_of={"direction": _SIDES}),
        _inverse("_order_info", ("data",), *_ORDER, numbers=_SIZES, least=1, one_of={"direction": _SIDES}),
        _inverse(
            "_matchresults_exact",
            ("data", "trades"),
            *_ORDER,
            numbers=(*_TRADED, "create_date"),
            one_of={"direction": _SIDES},
        ),
        Shape("_contract_info", "GET", ("data",), told=("contract_code", "contract_size"), says=_OK),
        Shape("/api/v1/timestamp", "GET", None, told=("ts",), says=_OK),
    ),
    options={"fetchMarkets": {"types": {"spot": False, "linear": True, "inverse": True}}},
    settings={"has": {"fetchCurrencies": False}},
    part_of=_part_of,
    lists_of=_lists_of,
    rows=RowRules(
        contract=("contract_code",),
        legs=("position_side", {"both": Leg.NET, "long": Leg.LONG, "short": Leg.SHORT}),
    ),
    order_page=_PAGE,
    names=frozenset({"htx", "huobi", "huobipro"}),
)
