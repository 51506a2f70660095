"""`trueup doctor`: each thing that is needed is tried for real, and what does not work says what to do."""

import asyncio
import re
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reconciler.cli import main
from tests.cli.conftest import Command, Said
from tests.cli.simulated import point, venue

pytestmark = pytest.mark.wire


async def examined(trueup: Command) -> Said:
    """Run the doctor beside the venue, which lives in this thread's loop."""
    trueup.capture.readouterr()
    code = await asyncio.to_thread(main, ["doctor"])
    out, err = trueup.capture.readouterr()
    assert "Traceback" not in out + err
    return Said(code, out, err)


async def test_everything_that_works_is_ok(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path):
        said = await examined(trueup)

    assert said.code == 0, said
    for subject in ("settings", "ledger mybot", *(f"account main: {each}" for each in ACCOUNT)):
        assert re.search(rf"^ok +{subject}: ", said.out, re.MULTILINE), (subject, said.out)
    assert re.search(r"^note +state database: .*`trueup run`", said.out, re.MULTILINE)
    assert said.out.endswith("Everything needed works.\n")


ACCOUNT = ("connection", "credentials", "clock", "stream")


async def test_rejected_credentials_say_what_to_do(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path, api_key="another-key"):
        said = await examined(trueup)

    assert said.code == 2
    assert re.search(r"^not ok +account main: (connection|credentials): ", said.out, re.MULTILINE)
    assert "the-key" not in said.out + said.err
    assert "the-secret" not in said.out + said.err


async def test_a_clock_that_is_off_is_not_ok(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path) as simulated:
        simulated.clock.skew_ms = 3000
        said = await examined(trueup)

    assert said.code == 2
    assert re.search(r"^not ok +account main: clock: the venue is \+[23]\.", said.out, re.MULTILINE)


def test_a_venue_that_does_not_answer_is_not_ok(trueup: Command, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    point(tmp_path, f"http://127.0.0.1:{closed}")

    said = trueup("doctor")

    assert said.code == 2
    assert re.search(r"^not ok +account main: connection: ", said.out, re.MULTILINE)


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


async def test_a_foreign_state_database_is_not_ok(trueup: Command, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "trueup.db")
    connection.execute("CREATE TABLE trades (id INTEGER)")
    connection.close()

    async with venue(tmp_path):
        said = await examined(trueup)

    assert said.code == 2
    assert re.search(r"^not ok +state database: ", said.out, re.MULTILINE)


async def test_an_unknown_venue_is_a_wrong_setting(trueup: Command, tmp_path: Path) -> None:
    path = point(tmp_path, "http://127.0.0.1:1")
    path.write_text(path.read_text().replace('"binanceusdm"', '"binanceusdmm"'))

    said = await examined(trueup)

    assert said.code == 3
    assert re.search(r"^not ok +account main: venue: .*did you mean binanceusdm", said.out, re.MULTILINE)
