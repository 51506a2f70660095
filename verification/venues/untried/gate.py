"""What is known of Gate's futures v4: a list of positions for each settle coin, dated contracts apart."""

from collections.abc import Mapping
from typing import Any

from verification.facts.leg import Leg
from verification.venues.capabilities import Capabilities, PartLists, RowRules, Shape
from verification.venues.web import Web

_DATED = "of dated contracts settled in "
_SETTLED = "settled in "
_PAGE = 1000  # the most orders that one request brings


def _part_of(market: Mapping[str, Any]) -> str:
    return f"{_DATED if market['future'] else _SETTLED}{market['settle']}"


def _lists_of(part: str) -> PartLists:
    kind = "future" if part.startswith(_DATED) else "swap"
    asked = {"type": kind, "settle": part.rpartition(" ")[2].lower()}
    return PartLists(asked, {**asked, "limit": _PAGE})


_ORDER = ("id", "contract", "status")
_SIZES = ("size", "left")
_MODES = {"single": Leg.NET, "dual_long": Leg.LONG, "dual_short": Leg.SHORT}

CAPABILITIES = Capabilities(
    web=Web("Gate", "https://www.gate.com/futures/{settle}/{base}_{quote}"),
    documented=True,
    shapes=(
        Shape(
            "/*/positions",
            "GET",
            (),
            told=("contract",),
            numbers=("size",),
            one_of={"mode": frozenset(_MODES)},
        ),
        Shape("/*/orders", "GET", (), told=_ORDER, numbers=_SIZES),
        Shape("/*/orders/*", "GET", None, told=_ORDER, numbers=_SIZES),
        Shape(
            "/*/my_trades_timerange",
            "GET",
            (),
            told=("contract", "order_id"),
            numbers=("size", "price", "create_time"),
        ),
        Shape(
            "/*/my_trades", "GET", (), told=("contract", "order_id"), numbers=("size", "price", "create_time")
        ),
        Shape("/*/contracts", "GET", (), told=("name", "quanto_multiplier", "order_price_round")),
        Shape("/spot/time", "GET", None, told=("server_time",)),
    ),
    # Whether spot orders belong to a unified account says nothing about futures, and ccxt would ask it first.
    options={"fetchMarkets": {"types": ["swap", "future"]}, "unifiedAccount": False},
    settings={"has": {"fetchCurrencies": False}},
    part_of=_part_of,
    lists_of=_lists_of,
    rows=RowRules(contract=("contract",), legs=("mode", _MODES)),
    order_page=_PAGE,
    position_page=100,  # it lists so many unless it is asked for less
    names=frozenset({"gate", "gateio"}),
)
