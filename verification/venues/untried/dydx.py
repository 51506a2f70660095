"""What is known of dYdX v4: isolated markets are held in accounts of their own, which no list here shows."""

from collections.abc import Mapping
from typing import Any

from verification.venues.capabilities import Capabilities, PartLists, RowRules, Shape
from verification.venues.web import Web

_ISOLATED = "in isolated markets"
_PAGE = 100
_ORDER = ("id", "ticker", "status")
_SIZES = ("size", "totalFilled")
_WAY = {"side": frozenset({"BUY", "SELL"})}


def _part_of(market: Mapping[str, Any]) -> str:
    info = market.get("info")
    isolated = isinstance(info, Mapping) and info.get("marketType") == "ISOLATED"
    return _ISOLATED if isolated else ""


def _lists_of(part: str) -> PartLists | None:
    return None if part == _ISOLATED else PartLists({}, {"limit": _PAGE})


CAPABILITIES = Capabilities(
    web=Web("dYdX", "https://dydx.trade/trade/{base}-USD"),
    documented=True,
    shapes=(
        Shape(
            "/perpetualPositions",
            "GET",
            ("positions",),
            told=("market",),
            numbers=("size",),
            one_of={"side": frozenset({"LONG", "SHORT"})},
        ),
        Shape("/v4/orders", "GET", (), told=_ORDER, numbers=_SIZES, one_of=_WAY),
        Shape("/v4/orders/*", "GET", None, told=_ORDER, numbers=_SIZES, one_of=_WAY),
        Shape("/v4/perpetualMarkets", "GET", None, ("markets",)),
        Shape("/v4/time", "GET", None, told=("epoch",)),
    ),
    account_options=frozenset({"user", "address", "subAccountNumber"}),
    part_of=_part_of,
    lists_of=_lists_of,
    rows=RowRules(contract=("market",)),
    order_page=_PAGE,
)
