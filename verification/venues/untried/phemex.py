"""What is known of Phemex: a list of positions for each coin; orders are listed contract by contract."""

from collections.abc import Mapping
from typing import Any

from verification.facts.leg import Leg
from verification.venues.capabilities import Capabilities, PartLists, RowRules, Shape

_SERVED = ("code", frozenset({"0"}))
_SETTLED = "settled in "
_ASKED = frozenset({"USDT", "USD", "BTC", "ETH"})
_WAY = {"side": frozenset({"Buy", "Sell", "None"})}


def _part_of(market: Mapping[str, Any]) -> str:
    return f"{_SETTLED}{market['settle']}"


def _lists_of(part: str) -> PartLists | None:
    coin = part.removeprefix(_SETTLED)
    return PartLists({"currency": coin}, None) if coin in _ASKED else None


def _positions(path: str, size: str) -> Shape:
    return Shape(
        path, "GET", ("data", "positions"), told=("symbol",), numbers=(size,), one_of=_WAY, says=_SERVED
    )


CAPABILITIES = Capabilities(
    documented=True,
    shapes=(
        _positions("/g-accounts/accountPositions", "sizeRq"),
        _positions("/accounts/accountPositions", "size"),
    ),
    settings={"has": {"fetchCurrencies": False}},
    part_of=_part_of,
    lists_of=_lists_of,
    rows=RowRules(
        contract=("symbol",),
        legs=("posSide", {"Merged": Leg.NET, "Long": Leg.LONG, "Short": Leg.SHORT}),
    ),
)
