"""Hummingbot commits beside us, without a write-ahead log: it never waits long, and nothing is left there."""

import hashlib
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from reconciler.ledgers.port import Ledger, LedgerUnreadable
from tests.reconciler.ledgers.hummingbot.bot_file import BotFile, ledger_of

LONG_AGO = """
INSERT INTO "TradeFill"
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
SELECT 'conf.yml', 'pmm', 'binance_perpetual', 'BTC-USDT', 'BTC', 'USDT', 1700000000000 + i, 'old-' || i,
 CASE i % 2 WHEN 1 THEN 'BUY' ELSE 'SELL' END, 'LIMIT', 1000000, 1000, 5, '{}', 0, 'old-' || i,
 CASE i % 2 WHEN 1 THEN 'OPEN' ELSE 'CLOSE' END
FROM n
"""
"""Twenty thousand fills: bought and sold, each a thousandth."""

WRITER = """
import sqlite3, sys, time
bot = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=5)
print(bot.execute("PRAGMA journal_mode").fetchone()[0], flush=True)
longest = 0
for number in range(1, 61):
    began = time.monotonic()
    bot.execute("BEGIN IMMEDIATE")
    bot.execute('INSERT INTO "TradeFill" SELECT config_file_path, strategy, market, symbol, base_asset,'
        " quote_asset, 1795343000000 + ?, 'new-' || ?, 'BUY', order_type, price, 2000, leverage, trade_fee,"
        " trade_fee_in_quote, 'new-' || ?, 'OPEN' FROM \\"TradeFill\\" LIMIT 1", (number, number, number))
    bot.execute("COMMIT")
    longest = max(longest, time.monotonic() - began)
print(longest, flush=True)
"""


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_bot_commits_on_while_all_of_its_past_is_read_again_and_again(bot: BotFile) -> None:
    bot.bot.execute(LONG_AGO)
    ledger, readings, held = ledger_of(bot.path), 0, Decimal(0)
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(bot.path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "delete\n"
        while writer.poll() is None:
            for each in (ledger, ledger_of(bot.path), ledger):
                try:
                    now = _held(each)
                except LedgerUnreadable as error:
                    assert error.again  # noqa: PT017 - nothing else may come of it
                    continue
                assert now >= held
                assert now % Decimal("0.002") == 0
                readings, held = readings + 1, now
        longest = float(writer.stdout.readline())
    assert writer.returncode == 0, "a commit of the bot failed"
    assert longest < 4, "the bot gives a commit up after 5 s"
    assert readings > 0
    assert _held(ledger) == _held(ledger_of(bot.path)) == Decimal("0.12")


def _held(ledger: Ledger) -> Decimal:
    return sum((row.expected for row in ledger.read().rows), Decimal(0))


def test_a_file_that_is_read_stays_as_it_is(bot: BotFile) -> None:
    bot.fill("BUY", "1")
    before, beside = _digest(bot.path), set(bot.path.parent.iterdir())
    ledger = ledger_of(bot.path)
    ledger.read()
    bot.fill("BUY", "1")
    written = _digest(bot.path)
    ledger.read()
    assert _digest(bot.path) == written != before
    assert set(bot.path.parent.iterdir()) == beside


def test_what_is_known_is_not_read_again(bot: BotFile) -> None:
    bot.bot.execute(LONG_AGO)
    bot.fill("BUY", "1")
    ledger = ledger_of(bot.path)
    ledger.read()
    book = ledger._book  # type: ignore[attr-defined]
    bot.fill("BUY", "1", symbol="ETH-USDT")
    bot.fill("BUY", "1")
    ledger.read()
    assert ledger._book is book  # type: ignore[attr-defined]


def test_a_reading_that_takes_too_long_lets_the_bot_go(bot: BotFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.ledgers.sqlite_reading.HELD_SECONDS", -1.0)
    bot.bot.execute(LONG_AGO)
    with pytest.raises(LedgerUnreadable, match=r"is locked \(interrupted\): it is tried again"):
        ledger_of(bot.path).read()
    bot.fill("BUY", "1")
