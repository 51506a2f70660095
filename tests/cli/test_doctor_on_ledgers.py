"""`trueup doctor` on bots' databases: not readable, of another exchange or market, silent for days."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.cli.doctoring import examined
from tests.cli.simulated import venue

pytestmark = pytest.mark.wire


async def test_a_ledger_that_cannot_be_read_is_not_ok(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path):
        (tmp_path / "user_data" / "tradesv3.sqlite").unlink()
        said = await examined(trueup)

    assert said.code == 2
    (line,) = [line for line in said.out.splitlines() if "ledger mybot" in line]
    assert line.startswith("not ok  ledger mybot: ")
    assert str(tmp_path / "user_data" / "tradesv3.sqlite") in line


async def test_a_ledger_of_another_exchange_is_a_wrong_setting(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path):
        _rewrite(tmp_path, "UPDATE trades SET exchange = 'okx'")
        said = await examined(trueup)

    assert said.code == 3
    (line,) = [line for line in said.out.splitlines() if "ledger mybot" in line]
    assert line.startswith("not ok  ledger mybot: ")
    assert "okx" in line
    assert "binanceusdm" in line
    assert "Everything needed works" not in said.out


async def test_live_trades_of_another_market_are_not_ok(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path):
        _rewrite(tmp_path, "UPDATE trades SET trading_mode = 'SPOT' WHERE id = 1")
        said = await examined(trueup)

    assert said.code == 2
    assert re.search(r"^not ok +ledger mybot: 1 live trade is spot on binance", said.out, re.MULTILINE)


def _rewrite(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "user_data" / "tradesv3.sqlite")) as bot, bot:
        bot.execute(statement)


async def test_text_in_the_bots_database_that_is_none_is_told(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path):
        _rewrite(tmp_path, "UPDATE trades SET pair = CAST(x'42ff' AS TEXT) WHERE id = 2")
        said = await examined(trueup)

    assert said.code == 2
    assert re.search(
        r"^not ok +ledger mybot: .*no UTF-8 in `trades`, row 2, column `pair`", said.out, re.MULTILINE
    )
    assert re.search(r"^ok +account main: stream: ", said.out, re.MULTILINE)


async def test_a_bot_with_live_trades_that_is_silent_for_days_is_not_ok(
    trueup: Command, tmp_path: Path
) -> None:
    async with venue(tmp_path):
        _age(tmp_path)
        _rewrite(tmp_path, "UPDATE orders SET ft_is_open = 0")
        said = await examined(trueup, days_ago=2.1)

    assert said.code == 2
    assert re.search(
        r"^not ok +ledger mybot: the bot has written nothing for 2 days and has \d+ live trades: does it run",
        said.out,
        re.MULTILINE,
    )


async def test_a_bot_without_live_trades_that_is_silent_for_days_is_a_note(
    trueup: Command, tmp_path: Path
) -> None:
    async with venue(tmp_path):
        _age(tmp_path)
        _rewrite(tmp_path, "UPDATE trades SET is_open = 0")
        _rewrite(tmp_path, "UPDATE trades SET close_date = datetime('now') WHERE id = 1")
        _rewrite(tmp_path, "UPDATE orders SET ft_is_open = 0")
        said = await examined(trueup, days_ago=2.1)

    assert said.code == 0, said.out
    assert re.search(
        r"^note +ledger mybot: the bot has written nothing for 2 days and has no live", said.out, re.MULTILINE
    )


async def test_a_bot_with_an_order_open_is_silent_after_minutes(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path):
        _age(tmp_path)
        said = await examined(trueup, days_ago=6 / 1440)

    assert said.code == 2
    assert re.search(
        r"^not ok +ledger mybot: The bot of ledger mybot has written nothing for 6 m", said.out, re.MULTILINE
    )


async def test_a_bot_with_an_order_open_that_wrote_lately_is_not_silent(
    trueup: Command, tmp_path: Path
) -> None:
    async with venue(tmp_path):
        _age(tmp_path)
        said = await examined(trueup, days_ago=4 / 1440)

    assert said.code == 0, said.out
    assert "written nothing" not in said.out


async def test_a_bot_with_no_order_open_that_wrote_yesterday_is_not_called_silent(
    trueup: Command, tmp_path: Path
) -> None:
    async with venue(tmp_path):
        _age(tmp_path)
        _rewrite(tmp_path, "UPDATE orders SET ft_is_open = 0")
        said = await examined(trueup, days_ago=1.9)

    assert said.code == 0, said.out
    assert "written nothing" not in said.out


def _age(folder: Path) -> None:
    """Make every other time of the bot's rows an old one."""
    _rewrite(folder, "UPDATE orders SET order_date = '2026-01-01 00:00:00'")
    _rewrite(folder, "UPDATE trades SET open_date = '2026-01-01 00:00:00'")
