"""What is known of Hyperliquid: one list for its own contracts, one for each DEX of a builder."""

from collections.abc import Mapping
from typing import Any

from verification.venues.capabilities import Capabilities, PartLists, RowRules, Shape
from verification.venues.web import Web

_DEX = "on DEX "
_WAYS = frozenset({"A", "B"})


def _part_of(market: Mapping[str, Any]) -> str:
    dex, colon, _ = str(market.get("baseName") or "").partition(":")
    return f"{_DEX}{dex}" if colon else ""


def _lists_of(part: str) -> PartLists:
    asked = {"dex": part.removeprefix(_DEX)} if part else {}
    return PartLists(asked, asked)


def _info(kind: str, rows: tuple[str | int, ...] | None, *told: str, **more: Any) -> Shape:
    return Shape("/info", "POST", rows, told=told, of=f'"{kind}"', **more)


CAPABILITIES = Capabilities(
    web=Web("Hyperliquid", "https://app.hyperliquid.xyz/trade/{base}"),
    documented=True,
    shapes=(
        _info("clearinghouseState", ("assetPositions",), "position.coin", numbers=("position.szi",)),
        _info(
            "frontendOpenOrders",
            (),
            *("coin", "oid"),
            numbers=("sz", "origSz", "limitPx"),
            one_of={"side": _WAYS},
        ),
        _info(
            "orderStatus",
            None,
            *("order.coin", "order.oid", "status"),
            numbers=("order.sz", "order.origSz"),
            one_of={"order.side": _WAYS},
            at=("order",),
        ),
        _info(
            "userFillsByTime", (), "coin", "oid", "tid", numbers=("sz", "px", "time"), one_of={"side": _WAYS}
        ),
        _info("metaAndAssetCtxs", (0, "universe"), "name", "szDecimals"),
        _info("perpDexs", ()),
        _info("exchangeStatus", None, "time"),
    ),
    options={"fetchMarkets": {"types": ["swap", "hip3"], "hip3": {"limit": 200}}},
    account_options=frozenset({"user", "address", "subAccountAddress"}),
    part_of=_part_of,
    lists_of=_lists_of,
    rows=RowRules(contract=("position", "coin")),
)
