"""The diary does what any ledger has to."""

import sqlite3
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from trueup_diary.ledger import KIND

from trueup.ledger_conformance import LedgerConformance

SCHEMA = """CREATE TABLE trade (
    id INTEGER PRIMARY KEY, symbol TEXT, side TEXT, size TEXT, stop_order TEXT, opened TEXT, closed TEXT
)"""
INSERT = "INSERT INTO trade (symbol, side, size, stop_order, opened, closed) VALUES (?, ?, ?, ?, ?, ?)"
TRADES = (
    ("AVL/USDT:USDT", "buy", "43", "901", "2026-11-28T03:11:02+00:00", None),
    ("SOL/USDT:USDT", "sell", "0.125", None, "2026-11-28T04:00:00+00:00", None),
    ("BTC/USDT:USDT", "buy", "0.5", None, "2026-11-27T00:00:00+00:00", "2026-11-27T01:00:00+00:00"),
)


class TestDiary(LedgerConformance):
    """Our bot keeps what it holds in a diary."""

    kind = KIND

    def write(self, folder: Path) -> str:
        """Write three trades; one of them is over."""
        path = folder / "diary.sqlite"
        with sqlite3.connect(path) as diary:
            diary.execute(SCHEMA)
            diary.executemany(INSERT, TRADES)
        diary.close()
        return f"sqlite:///{path}"

    def held(self) -> Mapping[str, Decimal]:
        """Return what these hold."""
        return {"AVL/USDT:USDT": Decimal(43), "SOL/USDT:USDT": Decimal("-0.125")}

    def change(self, url: str) -> None:
        """Close a trade."""
        _commit(url, "UPDATE trade SET closed = '2026-11-28T05:00:00+00:00' WHERE id = 1")

    def damage(self, url: str) -> None:
        """Write a size that is none."""
        _commit(url, "UPDATE trade SET size = 'much' WHERE id = 2")


def _commit(url: str, statement: str) -> None:
    with sqlite3.connect(url.removeprefix("sqlite:///")) as diary:
        diary.execute(statement)
    diary.close()
