"""`trueup reconcile --once` beside bots that name symbols their own way, on the simulated venue."""

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli import main
from simulator.recorded.account import RecordedState
from tests.cli.conftest import Command
from tests.cli.doctoring import examined
from tests.cli.simulated import venue
from tests.reconciler.ledgers.hummingbot.bot_file import RECORDED_FILE
from tests.reconciler.ledgers.sql.own_bot import QUERY, made, row

pytestmark = pytest.mark.wire

QUICK = ("SPACING", "GRACE", "LAGGING_GRACE", "STOP_PLACING", "STOP_REPLACING")
HELD = {"BTC": 0.024, "ETH": -0.5, "XRP": 1200, "BNB": 3, "DOT": 125, "LINK": -100, "DOGE": 500}
"""What the recorded bot holds, as its orders were executed."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in QUICK:
        monkeypatch.setenv(f"TRUEUP_CHECKS__{name}", "0")


def held(**changed: float) -> RecordedState:
    """Return an account that holds what the bot holds, but for some bases, with its orders in the book."""
    positions = [
        {
            "symbol": f"{base}/USDT:USDT",
            "side": "long" if amount > 0 else "short",
            "contracts": abs(amount),
            "contractSize": 1.0,
            "entryPrice": 10.0,
            "leverage": None,
            "marginMode": "isolated",
            "hedged": False,
        }
        for base, amount in {**HELD, **changed}.items()
        if amount
    ]
    orders = [
        resting("8800000003", "x-nbQe1H39BSLUT660db07539a1d4659", "SOL", size=10),
        resting("8800000004", "x-nbQe1H39BXPUT660db0753a61a4659", "XRP", size=3000, filled=1200),
        resting("8800000012", "x-nbQe1H39BLKUT660db07552dca4659", "LINK", size=100, reduces=True),
    ]
    return RecordedState.of({"positions": positions, "open_orders": orders, "open_stops": []})


def resting(
    order_id: str, client_id: str, base: str, *, size: float, filled: float = 0, reduces: bool = False
) -> dict[str, Any]:
    return {
        "id": order_id,
        "clientOrderId": client_id,
        "symbol": f"{base}/USDT:USDT",
        "type": "limit",
        "side": "buy",
        "amount": size,
        "filled": filled,
        "price": 9.0,
        "reduceOnly": reduces,
        "status": "open",
    }


def settings_for(folder: Path, ledger: str) -> None:
    """Put another ledger into the settings of a folder."""
    file = folder / "trueup.toml"
    written = file.read_text()
    start = written.index("[ledgers.mybot]")
    rest = written[written.index("\n[", start) :]
    file.write_text(f"{written[:start]}[ledgers.mybot]\n{ledger}\n{rest}")


async def reconciled(trueup: Command) -> tuple[int, dict[str, Any]]:
    trueup.capture.readouterr()
    code = await asyncio.to_thread(main, ["reconcile", "--once", "--json"])
    [account] = json.loads(trueup.capture.readouterr().out)["accounts"]
    return code, account


def hummingbots(folder: Path) -> Path:
    """Put the recorded database into a folder, without what it holds elsewhere."""
    path = Path(shutil.copy(RECORDED_FILE, folder / "conf.sqlite"))
    with closing(sqlite3.connect(path, isolation_level=None)) as bot:
        bot.execute("DELETE FROM TradeFill WHERE market <> 'binance_perpetual'")
    settings_for(folder, 'kind = "hummingbot"\nurl = "sqlite:///conf.sqlite"')
    return path


async def test_a_hummingbot_and_its_account_agree_to_the_last_lot(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path, state=held()):
        hummingbots(tmp_path)
        code, account = await reconciled(trueup)
        said = await examined(trueup)

    assert (code, account["findings"], account["problems"]) == (0, [], [])
    assert account["matched"] == account["legs"] >= len(HELD)
    assert "ok      ledger mybot: 8 trades read" in said.out


async def test_what_a_hummingbot_does_not_know_and_what_it_only_believes_is_told(
    trueup: Command, tmp_path: Path
) -> None:
    async with venue(tmp_path, state=held(DOT=225, ETH=0, SUI=7)):
        hummingbots(tmp_path)
        code, account = await reconciled(trueup)

    assert code == 1
    assert {each["symbol"]: each["kind"] for each in account["findings"]} == {
        "DOT/USDT:USDT": "quantity_mismatch",
        "ETH/USDT:USDT": "phantom_position",
        "SUI/USDT:USDT": "orphaned_position",
    }


async def test_a_select_is_compared_by_the_venues_own_symbols(trueup: Command, tmp_path: Path) -> None:
    select = (
        f'kind = "sql"\nurl = "sqlite:///bot.db"\nunit = "contracts"\nquery = """{QUERY}"""\n'
        'stops = "software"\nstates = { "active" = "open" }'
    )
    async with venue(tmp_path, state=held(ETH=0, XRP=0, BNB=0, DOT=0, LINK=0, DOGE=0, SUI=-7)):
        made(
            tmp_path / "bot.db",
            row(1, pair="BTCUSDT", size="0.024"),
            row(2, pair="SUI-USDT", way="sell", size="7"),
            row(3, pair="NOSUCH", size="1"),
        )
        settings_for(tmp_path, select)
        code, account = await reconciled(trueup)
        with closing(sqlite3.connect(tmp_path / "bot.db", isolation_level=None)) as bot:
            bot.execute("DELETE FROM positions WHERE id = 3")
        agrees, _ = await reconciled(trueup)

    assert code == 1
    assert {each["symbol"]: each["kind"] for each in account["findings"]} == {"NOSUCH": "unlisted_symbol"}
    assert agrees == 0
