"""`trueup reconcile --once`: its answer, and the exit code that cron and CI go by."""

import asyncio
import json
import shutil
import socket
import sqlite3
from pathlib import Path

import pytest

from reconciler.cli import main
from simulator.faults.faults import RequestAction, RequestFault
from simulator.recorded.account import RecordedState
from tests.cli.conftest import Command, Said
from tests.cli.simulated import FIXTURES, LIVE, point, venue

pytestmark = pytest.mark.wire

HELD = FIXTURES / f"{LIVE.stem}.venue.json"
DRY_RUN = FIXTURES / "freqtrade-2026.9-binance-futures-dryrun.sqlite"

# Every wait is short: what is on trial here is the command, not the patience.
QUICK = {"SPACING": "0", "GRACE": "0", "LAGGING_GRACE": "0", "STOP_PLACING": "0", "STOP_REPLACING": "0"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in QUICK.items():
        monkeypatch.setenv(f"TRUEUP_CHECKS__{name}", seconds)


async def reconciled(trueup: Command, *arguments: str) -> Said:
    """Run the command beside the venue, which lives in this thread's loop."""
    trueup.capture.readouterr()
    code = await asyncio.to_thread(main, ["reconcile", "--once", *arguments])
    out, err = trueup.capture.readouterr()
    assert "Traceback" not in out + err
    return Said(code, out, err)


def no_trades(folder: Path) -> None:
    """Leave the bot's database without a trade, so that it agrees with an empty account."""
    connection = sqlite3.connect(folder / "user_data" / "tradesv3.sqlite")
    connection.executescript("DELETE FROM orders; DELETE FROM trades;")
    connection.close()


async def test_a_discrepancy_is_one_and_the_document_is_as_promised(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path, state=RecordedState.read(HELD)):
        said = await reconciled(trueup, "--json")

    document = json.loads(said.out)
    (account,) = document["accounts"]
    assert said.code == 1
    assert set(document) == {"checked_at", "accounts"}
    assert (account["account"], account["venue"], account["status"]) == ("main", "binanceusdm", "complete")
    found = {each["symbol"].partition("/")[0]: each for each in account["findings"]}
    assert found["SUI"]["expected"] == "749.9"
    assert found["SUI"]["observed"] == "1539.3"
    for finding in account["findings"]:
        assert {"kind", "symbol", "leg", "severity", "expected", "observed", "reason", "evidence"} <= set(
            finding
        )


async def test_the_same_for_a_person(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path, state=RecordedState.read(HELD)):
        said = await reconciled(trueup, "--account", "main")

    assert said.code == 1
    assert said.out.startswith("main (binanceusdm): complete, ")
    assert "CRITICAL quantity_mismatch SUI/USDT:USDT net: bot 749.9, exchange 1539.3: " in said.out
    assert "The bot of ledger mybot has written nothing for " in said.out, "its database is an old copy"
    assert "bot_silent" not in said.out, "that is a note, and no finding"
    assert said.out.endswith("Bot and exchange do not agree.\n")


async def test_agreement_is_nought(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path):
        no_trades(tmp_path)
        said = await reconciled(trueup)

    assert said.code == 0, said
    assert said.out.endswith("Everything was checked and agrees.\n")
    assert not stored(tmp_path), "it stores nothing, and asks for no lease"


def stored(folder: Path) -> list[Path]:
    return list(folder.glob("trueup.db*"))


def test_a_venue_that_cannot_be_reached_is_two_and_never_agreement(trueup: Command, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    point(tmp_path, f"http://127.0.0.1:{closed}")
    no_trades(tmp_path)

    said = trueup("reconcile", "--once", "--json")

    (account,) = json.loads(said.out)["accounts"]
    assert said.code == 2
    assert account["status"] == "blind"
    assert account["problems"]
    assert account["findings"] == []


async def test_rejected_credentials_are_two(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path, api_key="another-key"):
        no_trades(tmp_path)
        said = await reconciled(trueup)

    assert said.code == 2
    assert "could not check: " in said.out
    assert "the-key" not in said.out + said.err
    assert said.out.endswith("not all could be checked: this is not agreement.\n")


async def test_an_unknown_venue_is_told_with_a_close_match(trueup: Command, tmp_path: Path) -> None:
    path = point(tmp_path, "http://127.0.0.1:1")
    path.write_text(path.read_text().replace('"binanceusdm"', '"binanceusdmm"'))

    said = await reconciled(trueup)

    assert said.code == 3
    assert "accounts.main: ccxt knows no venue `binanceusdmm`: did you mean binanceusdm" in said.complaint


async def test_a_dry_run_database_is_refused_with_the_reason(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path):
        shutil.copy(DRY_RUN, tmp_path / "user_data" / "tradesv3.sqlite")
        said = await reconciled(trueup)

    assert said.code == 2
    assert "dry run" in (said.out + said.err).replace("-", " ")


@pytest.mark.parametrize("content", [None, b"", b"no database at all " * 100])
async def test_a_ledger_that_cannot_be_read_is_two_and_names_its_file(
    trueup: Command, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "user_data" / "tradesv3.sqlite"
    async with venue(tmp_path):
        file.unlink()
        if content is not None:
            file.write_bytes(content)
        said = await reconciled(trueup)

    assert said.code == 2
    assert str(file) in said.out + said.err


async def test_a_garbage_answer_is_two(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path) as simulated:
        no_trades(tmp_path)
        simulated.faults.add(RequestFault(action=RequestAction.GARBAGE, path="positionRisk"))
        said = await reconciled(trueup)

    assert said.code == 2
    assert "could not check: " in said.out


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE trades SET exchange = 'okx'", "futures on okx"),
        ("UPDATE trades SET trading_mode = 'SPOT'", "spot on binance"),
    ],
)
async def test_a_ledger_of_another_account_is_blindness_and_compares_nothing(
    trueup: Command, tmp_path: Path, statement: str, words: str
) -> None:
    async with venue(tmp_path, state=RecordedState.read(HELD)):
        connection = sqlite3.connect(tmp_path / "user_data" / "tradesv3.sqlite")
        connection.executescript(statement)
        connection.close()
        said = await reconciled(trueup, "--json")

    (account,) = json.loads(said.out)["accounts"]
    assert said.code == 2
    assert account["status"] == "blind"
    assert account["findings"] == []
    assert any(words in problem for problem in account["problems"])


async def test_a_live_trade_of_another_market_leaves_the_account_judged_in_part(
    trueup: Command, tmp_path: Path
) -> None:
    async with venue(tmp_path):
        connection = sqlite3.connect(tmp_path / "user_data" / "tradesv3.sqlite")
        connection.executescript(
            "DELETE FROM orders; DELETE FROM trades WHERE id > 2;"
            "UPDATE trades SET trading_mode = 'SPOT' WHERE id = 1;"
            "UPDATE trades SET is_open = 0, close_date = '2026-01-01 00:00:00' WHERE id = 2;"
        )
        connection.close()
        said = await reconciled(trueup, "--json")

    (account,) = json.loads(said.out)["accounts"]
    assert said.code == 2
    assert account["status"] == "partial"
    assert any("1 live trade is spot on binance" in problem for problem in account["problems"])
