"""What every ledger promises (`trueup.ledger_conformance`), by a SELECT on a bot's own table."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from typing_extensions import override

from reconciler.ledgers.registry import OWN_KINDS
from tests.reconciler.ledgers.sql.own_bot import OPTIONS, made, row
from trueup.ledger_conformance import LedgerConformance


class TestASelect(LedgerConformance):
    """Two positions and one that is over."""

    kind = OWN_KINDS["sql"]
    options = OPTIONS

    @override
    def write(self, folder: Path) -> str:
        rows = (
            row(1, pair="BTC/USDT:USDT"),
            row(2, pair="ETH/USDT:USDT", way="short"),
            row(3, status="done"),
        )
        return f"sqlite:///{made(folder / 'bot.db', *rows)}"

    @override
    def held(self) -> Mapping[str, Decimal]:
        return {"BTC/USDT:USDT": Decimal("0.5"), "ETH/USDT:USDT": Decimal("-0.5")}

    @override
    def change(self, url: str) -> None:
        _execute(url, "UPDATE positions SET size = '0.75' WHERE id = 1")

    @override
    def damage(self, url: str) -> None:
        _execute(url, "UPDATE positions SET size = 'much' WHERE id = 2")


def _execute(url: str, statement: str) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as bot:
        bot.execute(statement)
