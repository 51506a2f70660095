"""A server that leads nowhere, or never comes to an end, is a failed read, and it fails in time."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.verification.venues.samples import AVL, NET, listed_order
from tests.wire.conftest import Connect
from tests.wire.scripted import Reply, ScriptedVenue, plain
from verification.facts.clock import SystemClock
from verification.facts.errors import SourceMalformed, SourceUnreachable
from verification.venues.binance import requests as binance
from verification.venues.reading import paging

pytestmark = pytest.mark.wire

TRADES = "GET /fapi/v1/userTrades"
ORDER = "GET /fapi/v1/order"
AT = 1_700_000_000_000
Asked = dict[str, str]


def trade(number: int, at: int) -> dict[str, Any]:
    way = {"side": "BUY", "positionSide": "BOTH", "qty": "1", "price": "0.1357"}
    return {"id": number, "orderId": 8886774, "symbol": "AVLUSDT", "time": at, **way}


def page(first: int, at: int, count: int = 3) -> Reply:
    return plain([trade(first + each, at + each) for each in range(count)])


class Server:
    """Answers each request for trades by a rule, and counts them."""

    def __init__(self, rule: Callable[[Asked, int], Reply]) -> None:
        self.asked = 0
        self._rule = rule

    def __call__(self, asked: Asked) -> Reply:
        self.asked += 1
        return self._rule(asked, self.asked)


BY_WINDOW: list[tuple[str, Callable[[Asked, int], Reply], str]] = [
    ("the same page again", lambda asked, _: page(1, int(asked["startTime"]), 3), "in one ms|nothing new"),
    ("ever newer trades", lambda asked, n: page(10 * n, int(asked["startTime"]) + 1), "no end after 8 pages"),
    ("another time than asked for", lambda *_: page(1, 1_600_000_000_000), "another time"),
    (
        "many in one ms",
        lambda a, n: plain([trade(n * 9 + i, int(a["startTime"])) for i in range(3)]),
        "one ms",
    ),
]
BY_ORDER: list[tuple[str, Callable[[Asked, int], Reply], str]] = [
    ("`fromId` is ignored", lambda *_: page(1, AT), "again and again"),
    ("ever newer trades", lambda asked, _: page(int(asked.get("fromId", 1)), AT), "no end after 8 pages"),
]


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binance, "_PAGE", 3)
    monkeypatch.setattr(paging, "MOST_PAGES", 8)


@pytest.mark.parametrize(("name", "rule", "words"), BY_WINDOW, ids=[name for name, *_ in BY_WINDOW])
async def test_trades_of_a_time_come_to_an_end(
    scripted: ScriptedVenue,
    connect: Connect,
    name: str,
    rule: Callable[[Asked, int], Reply],
    words: str,
) -> None:
    server = Server(rule)
    scripted.answers[TRADES] = server
    gateway = await connect(scripted.port)
    since = SystemClock().now().utc - timedelta(days=1)
    with pytest.raises(SourceMalformed, match=words):
        await gateway.venue.read_fills(AVL, since)
    assert server.asked <= 8, name


@pytest.mark.parametrize(("name", "rule", "words"), BY_ORDER, ids=[name for name, *_ in BY_ORDER])
async def test_trades_of_an_order_come_to_an_end(
    scripted: ScriptedVenue,
    connect: Connect,
    name: str,
    rule: Callable[[Asked, int], Reply],
    words: str,
) -> None:
    server = Server(rule)
    scripted.answers[TRADES] = server
    scripted.answers[ORDER] = plain(listed_order(status="CANCELED", executedQty="0"))
    gateway = await connect(scripted.port)
    with pytest.raises(SourceMalformed, match=words):
        await gateway.venue.read_order(NET, order_id="8886774", client_order_id=None)
    assert server.asked <= 8, name


async def test_a_full_page_with_a_row_twice_is_full_all_the_same(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    """What is counted is what the venue sent: counted by what it says, the page would be the last one."""
    since = SystemClock().now().utc - timedelta(hours=1)
    first = int(since.timestamp() * 1000) + 5

    def told(asked: Asked, _: int) -> Reply:
        if int(asked["startTime"]) < first:
            return plain([trade(1, first), trade(1, first), trade(2, first + 1)])
        return plain([trade(2, first + 1), trade(3, first + 2)])

    scripted.answers[TRADES] = Server(told)
    gateway = await connect(scripted.port)
    fills = await gateway.venue.read_fills(AVL, since)
    assert [each.trade_id for each in fills] == ["1", "2", "3"]


async def test_an_answer_that_comes_byte_by_byte_is_given_up_in_time(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    gateway = await connect(scripted.port, timeout=300)
    scripted.answers["GET /fapi/v3/positionRisk"] = Reply(json.dumps([]) + " " * 200, drip=0.1)
    async with asyncio.timeout(5):  # whole, it would take twenty seconds
        with pytest.raises(SourceUnreachable):
            await gateway.venue.read_positions()
