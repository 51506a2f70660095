"""The control API under /sim/: a venue steered from another process."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from simulator.recorded.account import RecordedState
from simulator.server import SimulatedVenue

AVL = "AVL/USDT:USDT"


class Remote:
    """The control API as another process uses it."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        async with self._session.request(method, f"{self._url}/sim/{path}", json=body) as answer:
            return answer.status, await answer.json()

    async def do(self, path: str, /, **body: Any) -> Any:
        status, answer = await self.ask("POST", path, body)
        assert status == 200, answer
        return answer


@pytest.fixture
async def remote(venue: SimulatedVenue) -> AsyncIterator[Remote]:
    async with aiohttp.ClientSession() as session:
        yield Remote(session, venue.url)


async def test_an_outside_hand_opens_stops_cancels_and_closes(venue: SimulatedVenue, remote: Remote) -> None:
    opened = await remote.do("orders", symbol=AVL, side="buy", quantity="43")
    assert opened["status"] == "FILLED"
    protects = await remote.do(
        "orders", symbol=AVL, side="sell", quantity="43", type="stop_market", trigger_price="0.17"
    )
    _, state = await remote.ask("GET", "state")
    assert [(p["symbol"], p["side"], p["contracts"]) for p in state["positions"]] == [(AVL, "long", "43")]
    assert [s["id"] for s in state["open_stops"]] == [str(protects["id"])]
    assert (await remote.do("cancel", id=protects["id"]))["status"] == "CANCELED"
    await remote.do("close", symbol="AVLUSDT")
    _, state = await remote.ask("GET", "state")
    assert state["positions"] == state["open_stops"] == []
    assert {order.owner for order in venue.exchange.orders()} == {"hand"}


async def test_price_fill_hold_liquidation_and_funding_are_at_hand(
    venue: SimulatedVenue, remote: Remote
) -> None:
    await remote.do("market", symbol=AVL, held=True)
    resting = await remote.do("orders", symbol=AVL, side="sell", quantity="60", type="limit", price="0.2")
    await remote.do("market", symbol=AVL, held=False, clip="10")
    assert (await remote.do("fill", id=resting["id"], quantity="20"))["executed"] == "20"
    await remote.do("price", symbol=AVL, price="0.2")
    assert venue.exchange.position(AVL).amount == -60
    assert (await remote.do("liquidate", symbol=AVL))["client_id"].startswith("autoclose-")
    before = venue.exchange.truth.wallet
    await remote.do("fund", symbol=AVL, amount="1.5")
    assert venue.exchange.truth.wallet - before == 1.5


async def test_faults_are_put_in_force_listed_and_ended(venue: SimulatedVenue, remote: Remote) -> None:
    lag = await remote.do("faults", kind="lag", source="positions", symbol=AVL, seconds=3)
    await remote.do("faults", action="lose", phase="after", path="order", times=1)
    await remote.do("faults", kind="push", action="drop", event="ACCOUNT_UPDATE", for_seconds=60)
    _, listed = await remote.ask("GET", "faults")
    assert [fault.get("action", fault.get("source")) for fault in listed.values()] == [
        "positions",
        "lose",
        "drop",
    ]
    await remote.ask("DELETE", f"faults/{lag['number']}")
    assert len(venue.faults.in_force()) == 2
    await remote.ask("DELETE", "faults")
    assert venue.faults.in_force() == {}


async def test_stream_and_clock_are_steered(venue: SimulatedVenue, remote: Remote) -> None:
    await remote.do(
        "stream", silent=True, mute=True, refusing=True, disconnect="abort", expire_listen_keys=True
    )
    assert (venue.streams.silent, venue.streams.mute, venue.streams.refusing) == (True, True, True)
    await remote.do("clock", skew_ms=-2500)
    assert venue.clock.skew_ms == -2500
    await remote.do("acceptance", seconds="0.15")
    assert venue.acceptance.seconds == 0.15


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("orders", {"symbol": AVL, "side": "buy"}, "quantity"),
        ("orders", {"symbol": "NONE", "side": "buy", "quantity": 1}, "no such symbol"),
        ("orders", {"symbol": AVL, "side": "up", "quantity": 1}, "UP"),
        ("orders", {"side": "buy", "quantity": 1}, "symbol is missing"),
        ("price", {"symbol": AVL, "price": "much"}, "not a number"),
        ("cancel", {"id": 1}, "no such order"),
        ("close", {"symbol": AVL}, "no such position"),
        ("faults", {"action": "lose", "symbol": "NONE"}, "no such symbol"),
        ("faults", {"action": "explode"}, "explode"),
        ("faults", {"kind": "weather"}, "weather"),
        ("faults", {"action": "lose", "colour": "red"}, "colour"),
    ],
)
async def test_a_bad_wish_gets_one_sentence(
    remote: Remote, path: str, body: dict[str, Any], said: str
) -> None:
    status, answer = await remote.ask("POST", path, body)
    assert status == 400
    assert said in answer["error"]


async def test_the_journal_is_read_from_a_number_on(remote: Remote, bot: Any) -> None:
    await bot.fetch_positions()
    _, entries = await remote.ask("GET", "journal")
    paths = [entry["path"] for entry in entries]
    assert paths[-1] == "/fapi/v3/positionRisk"
    _, later = await remote.ask("GET", f"journal?since={entries[-2]['number']}")
    assert later == entries[-1:]
    await remote.ask("DELETE", "journal")
    assert (await remote.ask("GET", "journal"))[1] == []


async def test_the_state_it_prints_can_be_loaded_again(remote: Remote) -> None:
    await remote.do("orders", symbol=AVL, side="sell", quantity="43")
    await remote.do(
        "orders", symbol=AVL, side="buy", quantity="43", type="take_profit_market", trigger_price="0.1"
    )
    await remote.do("orders", symbol="BTCUSDT", side="buy", quantity="0.004", type="limit", price="59000")
    _, state = await remote.ask("GET", "state")
    async with SimulatedVenue(state=RecordedState.of(state)) as second, aiohttp.ClientSession() as session:
        _, again = await Remote(session, second.url).ask("GET", "state")
    for name in ("positions", "open_orders", "open_stops", "markets", "wallet", "hedge"):
        assert again[name] == state[name]
