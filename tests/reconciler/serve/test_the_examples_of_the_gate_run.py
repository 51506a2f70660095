"""The lines of docs/gate.md, as a bot's author would copy them: run against a real server, and none."""

import asyncio
import re
import sys
import types
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.reconciler.alert_life import finding
from tests.reconciler.serve.served import Served, free_port, served

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "gate.md").read_text()
FREQTRADE, CCXT, ENTERING = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SYMBOL = "AVL/USDT:USDT"


@pytest.fixture(autouse=True)
def _freqtrade(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a strategy import what it imports, on a machine that has a proxy."""
    strategy = types.ModuleType("freqtrade.strategy")
    strategy.IStrategy = object  # type: ignore[attr-defined] # all that the example takes from it
    monkeypatch.setitem(sys.modules, "freqtrade", types.ModuleType("freqtrade"))
    monkeypatch.setitem(sys.modules, "freqtrade.strategy", strategy)
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")


def example(code: str, port: int, token: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Run lines of the page, at this port and with this token."""
    assert code.count(":8502/") == 1
    monkeypatch.setenv("TRUEUP_TOKEN", token)
    names: dict[str, Any] = {}
    exec(code.replace(":8502/", f":{port}/"), names)
    return names


async def by_freqtrade(port: int, token: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    strategy = example(FREQTRADE, port, token, monkeypatch)["MyStrategy"]()
    ask = partial(strategy.confirm_trade_entry, SYMBOL, "market", 1.0, 1.0, "GTC", None, None, "long", new=1)
    answer: bool = await asyncio.to_thread(ask)
    return answer


async def by_ccxt(port: int, token: str, monkeypatch: pytest.MonkeyPatch, *, without: bool = False) -> bool:
    may_open = example(CCXT, port, token, monkeypatch)["may_open"]
    async with aiohttp.ClientSession() as session:
        answer: bool = await may_open(session, "main", SYMBOL, "long", without_answer=without)
        return answer


ASKED = pytest.mark.parametrize("ask", [by_freqtrade, by_ccxt])


@ASKED
async def test_a_bot_opens_while_the_gate_is_open_and_not_while_it_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ask: Any
) -> None:
    async with served(tmp_path) as house:
        assert await ask(house.port, house.viewer, monkeypatch) is True
        await house.find(finding())
        assert await ask(house.port, house.viewer, monkeypatch) is False


@ASKED
async def test_a_dead_trueup_a_wrong_token_and_an_error_are_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ask: Any
) -> None:
    assert await ask(free_port(), "trueup_x", monkeypatch) is False
    async with served(tmp_path) as house:
        assert await ask(house.port, "trueup_wrong", monkeypatch) is False
        monkeypatch.setattr(house, "watching", None)
        assert await ask(house.port, house.viewer, monkeypatch) is False


@ASKED
async def test_one_that_accepts_and_never_answers_is_no_answer(
    monkeypatch: pytest.MonkeyPatch, ask: Any
) -> None:
    gone = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the bot has had enough
        writer.close()
        await writer.wait_closed()
        gone.set()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with asyncio.timeout(10):
            assert await ask(port, "trueup_x", monkeypatch) is False
            await gone.wait()


async def test_failing_open_is_the_authors_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await by_ccxt(free_port(), "trueup_x", monkeypatch, without=True) is True
    assert "`True` fails open" in FREQTRADE


class Exchange:
    """Takes orders."""

    def __init__(self) -> None:
        self.orders: list[tuple[object, ...]] = []

    async def create_order(self, *order: object) -> None:
        self.orders.append(order)


async def test_the_entry_of_the_page_asks_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def entered(house: Served) -> int:
        names = example(CCXT, house.port, house.viewer, monkeypatch)
        exec(ENTERING, names)
        exchange = Exchange()
        async with aiohttp.ClientSession() as session:
            await names["enter"](exchange, session)
        return len(exchange.orders)

    async with served(tmp_path) as house:
        assert await entered(house) == 1
        await house.find(finding(symbol="BTC/USDT:USDT"))
        assert await entered(house) == 0


async def test_an_answer_takes_less_than_five_milliseconds(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        await house.find(*(finding(symbol=f"S{number}/USDT:USDT") for number in range(200)))
        path = f"/api/v1/gate?account=main&symbol={SYMBOL}"
        reply = await house.ask(path, token=house.viewer)
        assert reply.json["open"] is True
        took = [await house.timed(path, token=house.viewer) for _ in range(200)]

    # Of this thread's own time, asking and answering: what other processes take on this machine is not ours.
    assert sorted(took)[len(took) // 2] < 0.005, sorted(took)[-5:]
