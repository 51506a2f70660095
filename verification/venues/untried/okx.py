"""What is known of OKX v5. One list shows the positions of every kind of contract."""

from verification.facts.leg import Leg
from verification.venues.capabilities import Capabilities, RowRules, Shape
from verification.venues.web import Web

_SERVED = ("code", frozenset({"0"}))
_SIDES = frozenset({"buy", "sell"})


def _rows(
    path: str, *told: str, numbers: tuple[str, ...] = (), least: int = 0, **one_of: frozenset[str]
) -> Shape:
    return Shape(path, "GET", ("data",), told=told, numbers=numbers, one_of=one_of, says=_SERVED, least=least)


CAPABILITIES = Capabilities(
    web=Web(
        "OKX",
        "https://www.okx.com/trade-swap/{base_small}-{quote_small}-swap",
        inverse="https://www.okx.com/trade-swap/{base_small}-{quote_small}-swap",
    ),
    documented=True,
    shapes=(
        _rows(
            "/api/v5/account/positions",
            *("instId", "instType"),
            numbers=("pos",),
            posSide=frozenset({"net", "long", "short"}),
            mgnMode=frozenset({"cross", "isolated", "cash"}),
        ),
        _rows(
            "/api/v5/trade/orders-pending",
            *("instId", "instType", "ordId", "ordType", "state"),
            numbers=("sz", "accFillSz"),
            side=_SIDES,
        ),
        _rows(
            "/api/v5/trade/order",
            *("instId", "instType", "ordId", "ordType", "state"),
            numbers=("sz", "accFillSz"),
            least=1,
            side=_SIDES,
        ),
        _rows(
            "/api/v5/trade/fills-history",
            *("instId", "tradeId", "ordId"),
            numbers=("fillSz", "fillPx", "ts"),
            side=_SIDES,
        ),
        _rows(
            "/api/v5/account/config", "posMode", least=1, posMode=frozenset({"net_mode", "long_short_mode"})
        ),
        Shape("/api/v5/public/instruments", "GET", ("data",), ("instId", "instType"), says=_SERVED),
        _rows("/api/v5/public/time", "ts", least=1),
    ),
    options={"fetchMarkets": {"types": ["swap", "future"]}},
    settings={"has": {"fetchCurrencies": False}},
    rows=RowRules(
        contract=("instId",),
        legs=("posSide", {"net": Leg.NET, "long": Leg.LONG, "short": Leg.SHORT}),
        kinds=("instType", frozenset({"MARGIN", "OPTION"})),
    ),
    order_page=100,
    names=frozenset({"okx", "okex", "okex5"}),
)
