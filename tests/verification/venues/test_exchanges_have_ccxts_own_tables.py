"""The tables of a venue are put together once, and are ccxt's own: what one exchange writes no other sees."""

from typing import Any

import ccxt.pro
import pytest

from verification.venues.ccxt.exchange import build_exchange
from verification.venues.port import Access
from verification.venues.registry import KNOWN, capabilities_of

VENUES = sorted(name for name, known in KNOWN.items() if known.instead is None and name in ccxt.pro.exchanges)


def built(venue: str) -> Any:
    return build_exchange(Access("main", venue, "key", "secret", "phrase"), capabilities_of(venue))


def described(kind: Any) -> dict[str, Any]:
    """Return the tables that an exchange is made of: as they are before anything is set."""
    return dict(kind.__new__(kind).describe())


@pytest.mark.parametrize("venue", VENUES)
async def test_they_are_what_ccxt_itself_makes(venue: str) -> None:
    first, second = built(venue), built(venue)
    theirs = described(getattr(ccxt.pro, venue))

    for each in (first, second):
        ours = described(type(each))
        for tables in (ours, theirs):
            tables.get("streaming", {}).pop("ping", None)  # its own method: see below
        assert ours == theirs
        await each.close()


async def test_each_pings_for_itself() -> None:
    one, other = built("okx"), built("okx")

    assert (one.streaming["ping"].__self__, other.streaming["ping"].__self__) == (one, other)
    for each in (one, other):
        await each.close()


async def test_what_one_writes_no_other_sees() -> None:
    one = built("binanceusdm")
    before = described(type(one))
    one.urls["api"]["fapiPrivate"] = "https://elsewhere"
    one.options["defaultType"] = "else"
    one.options["fetchMarkets"]["types"].append("spot")
    one.fees["trading"]["taker"] = 1
    one.timeframes["1m"] = "none"

    other = built("binanceusdm")

    assert described(type(other)) == before
    assert "elsewhere" not in str(other.urls)
    assert "spot" not in other.options["fetchMarkets"]["types"]
    assert other.timeframes["1m"] != "none"
    assert other.fees["trading"]["taker"] != 1
    for each in (one, other):
        await each.close()
