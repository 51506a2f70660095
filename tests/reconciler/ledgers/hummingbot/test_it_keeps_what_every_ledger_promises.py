"""What every ledger promises (`trueup.ledger_conformance`), on a database that hummingbot wrote."""

import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from typing_extensions import override

from reconciler.ledgers.port import LedgerOptions
from reconciler.ledgers.registry import OWN_KINDS
from tests.reconciler.ledgers.hummingbot.bot_file import RECORDED_FILE
from trueup.ledger_conformance import LedgerConformance


class TestHummingbot(LedgerConformance):
    """The recorded bot, as an account on Binance has it."""

    kind = OWN_KINDS["hummingbot"]
    options = LedgerOptions("binanceusdm", elsewhere=("bybit",))

    @override
    def write(self, folder: Path) -> str:
        return f"sqlite:///{shutil.copy(RECORDED_FILE, folder / 'conf.sqlite')}"

    @override
    def held(self) -> Mapping[str, Decimal]:
        signed = "SUM(CASE trade_type WHEN 'BUY' THEN amount ELSE -amount END)"
        query = f"SELECT symbol, {signed} FROM TradeFill WHERE market = 'binance_perpetual' GROUP BY symbol"
        with closing(sqlite3.connect(f"file:{RECORDED_FILE}?mode=ro&immutable=1", uri=True)) as bot:
            return {symbol: Decimal(amount) / 10**6 for symbol, amount in bot.execute(query)}

    @override
    def change(self, url: str) -> None:
        _execute(
            url,
            "INSERT INTO TradeFill SELECT config_file_path, strategy, market, symbol, base_asset,"
            " quote_asset, timestamp + 1, order_id, trade_type, order_type, price, amount, leverage,"
            " trade_fee, trade_fee_in_quote, 'one more', position FROM TradeFill LIMIT 1",
        )

    @override
    def damage(self, url: str) -> None:
        _execute(url, "UPDATE TradeFill SET amount = 'much' WHERE symbol = 'ETH-USDT'")


def _execute(url: str, statement: str) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as bot:
        bot.execute(statement)
