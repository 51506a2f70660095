"""The suite for ledgers passes our own, and catches each way in which a ledger can lie."""

import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from reconciler.ledgers.registry import OWN_KINDS
from tests.reconciler.ledgers.freqtrade_files import LIVE
from trueup.ledger_conformance import LedgerConformance
from trueup.ledgers import (
    BotDatabase,
    Direction,
    Expectation,
    ExpectationState,
    Ledger,
    LedgerKind,
    LedgerReading,
    LedgerTrouble,
    LedgerUnreadable,
    SystemClock,
    Tables,
)

AT = datetime(2026, 11, 28, tzinfo=UTC)


def execute(url: str, statement: str) -> None:
    with sqlite3.connect(url.removeprefix("sqlite:///"), timeout=0.3) as database:
        database.execute(statement)
    database.close()


class TestFreqtrade(LedgerConformance):
    """Our own reader, on a database that the real bot wrote."""

    kind = OWN_KINDS["freqtrade"]

    @override
    def write(self, folder: Path) -> str:
        return f"sqlite:///{shutil.copy(LIVE, folder / 'tradesv3.sqlite')}"

    @override
    def held(self) -> Mapping[str, Decimal]:
        # By what its orders have executed: a trade whose entry still rests has no amount yet.
        query = (
            "SELECT ft_pair, ft_order_side, filled FROM orders"
            " JOIN trades ON trades.id = ft_trade_id WHERE is_open"
        )
        held: defaultdict[str, Decimal] = defaultdict(Decimal)
        with sqlite3.connect(LIVE) as database:
            for pair, side, filled in database.execute(query):
                held[pair] += Decimal(str(filled or 0)) * {"buy": 1, "sell": -1, "stoploss": 0}[side]
        database.close()
        return held

    @override
    def change(self, url: str) -> None:
        execute(url, "UPDATE trades SET amount = amount + 1 WHERE is_open")

    @override
    def damage(self, url: str) -> None:
        execute(url, "UPDATE trades SET amount = 'much' WHERE is_open")


class Plain:
    """An honest ledger of one table; each liar below changes one thing of it."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self.url = url
        self.path = Path(url.removeprefix("sqlite:///"))
        self.database = BotDatabase(name, url, SystemClock())

    def version(self) -> object:
        return self.database.version()

    def rows(self) -> tuple[list[dict[str, Any]], object]:
        def work(tables: Tables) -> list[dict[str, Any]]:
            self.database.require(tables, "held", frozenset({"id", "size"}), "the bot")
            return tables.select("SELECT * FROM held ORDER BY id")

        return self.database.read(work)

    def expectation(self, row: dict[str, Any]) -> Expectation:
        try:
            size = Decimal(row["size"])
        except ArithmeticError as error:
            raise self.database.trouble(LedgerTrouble.CORRUPT, "holds a size that is none") from error
        side = Direction.LONG if size > 0 else Direction.SHORT
        return Expectation(
            self.name, str(row["id"]), "AVL/USDT:USDT", side, None, abs(size), abs(size), abs(size), None,
            ExpectationState.OPEN,
        )  # fmt: skip

    def read(self) -> LedgerReading:
        rows, version = self.rows()
        made = tuple(self.expectation(row) for row in rows)
        return LedgerReading(self.name, made, SystemClock().now(), AT, version=version)


class WithoutSign(Plain):
    @override
    def expectation(self, row: dict[str, Any]) -> Expectation:
        return super().expectation(row | {"size": row["size"].lstrip("-")})


class EmptyWhereItCannotRead(Plain):
    @override
    def rows(self) -> tuple[list[dict[str, Any]], object]:
        try:
            return super().rows()
        except LedgerUnreadable:
            return [], None


class PassesOver(Plain):
    @override
    def read(self) -> LedgerReading:
        rows, version = self.rows()
        fit = [row for row in rows if row["size"].lstrip("-").isdigit()]
        made = tuple(self.expectation(row) for row in fit)
        return LedgerReading(self.name, made, SystemClock().now(), AT, version=version)


class MakesTheFile(Plain):
    @override
    def read(self) -> LedgerReading:
        sqlite3.connect(self.path).execute("CREATE TABLE IF NOT EXISTS seen (at TEXT)").connection.close()
        return super().read()


class NeverAnotherVersion(Plain):
    @override
    def version(self) -> object:
        return 1

    @override
    def rows(self) -> tuple[list[dict[str, Any]], object]:
        return super().rows()[0], 1


class NoVersion(Plain):
    @override
    def rows(self) -> tuple[list[dict[str, Any]], object]:
        return super().rows()[0], None


class AlwaysAnotherVersion(Plain):
    versions = count()

    @override
    def version(self) -> object:
        return next(self.versions)


class HoldsTheLock(Plain):
    def __init__(self, name: str, url: str) -> None:
        super().__init__(name, url)
        self.kept: sqlite3.Connection | None = None

    @override
    def rows(self) -> tuple[list[dict[str, Any]], object]:
        found = super().rows()
        if self.kept is None:
            self.kept = sqlite3.connect(self.path, check_same_thread=False)
            self.kept.execute("BEGIN IMMEDIATE")
        return found


class AnotherOrder(Plain):
    turns = count()

    @override
    def rows(self) -> tuple[list[dict[str, Any]], object]:
        rows, version = super().rows()
        return (rows if next(self.turns) % 2 else rows[::-1]), version


class OfPlain(LedgerConformance):
    __test__ = False

    @override
    def write(self, folder: Path) -> str:
        url = f"sqlite:///{folder / 'bot.sqlite'}"
        execute(url, "CREATE TABLE held (id INTEGER PRIMARY KEY, size TEXT)")
        execute(url, "INSERT INTO held (size) VALUES ('-43'), ('20')")
        return url

    @override
    def held(self) -> Mapping[str, Decimal]:
        return {"AVL/USDT:USDT": Decimal(-23)}

    @override
    def change(self, url: str) -> None:
        execute(url, "UPDATE held SET size = '-44' WHERE id = 1")

    @override
    def damage(self, url: str) -> None:
        execute(url, "UPDATE held SET size = 'much' WHERE id = 1")


TESTS = tuple(name for name in vars(LedgerConformance) if name.startswith("test_"))

LIARS: dict[type[Plain], str] = {
    WithoutSign: "test_it_reads_what_the_bot_holds",
    AnotherOrder: "test_the_same_database_read_twice_says_the_same",
    EmptyWhereItCannotRead: "test_a_database_that_is_not_there_is_an_error_and_is_not_made",
    MakesTheFile: "test_reading_writes_nothing",
    PassesOver: "test_a_row_that_cannot_be_read_fails_the_whole_reading",
    NeverAnotherVersion: "test_a_change_is_seen_by_the_version_and_by_the_next_reading",
    NoVersion: "test_a_change_is_seen_by_the_version_and_by_the_next_reading",
    AlwaysAnotherVersion: "test_a_change_is_seen_by_the_version_and_by_the_next_reading",
    HoldsTheLock: "test_a_bot_can_write_while_it_is_read",
}


def failed_on(ledger: Callable[[str, str], Ledger], folder: Path) -> set[str]:
    suite = OfPlain()
    suite.kind = LedgerKind(open=lambda name, url, *_: ledger(name, url))
    failed = set()
    for number, test in enumerate(TESTS):
        (home := folder / str(number)).mkdir()
        try:
            getattr(suite, test)(home)
        except (AssertionError, LedgerUnreadable, sqlite3.OperationalError):
            failed.add(test)
    return failed


def test_an_honest_ledger_passes(tmp_path: Path) -> None:
    assert len(TESTS) == 8
    assert failed_on(Plain, tmp_path) == set()


@pytest.mark.parametrize("liar", LIARS, ids=lambda liar: liar.__name__)
def test_a_liar_is_caught_by_the_test_for_its_lie(liar: type[Plain], tmp_path: Path) -> None:
    assert LIARS[liar] in failed_on(liar, tmp_path)


def test_each_test_of_the_suite_catches_somebody(tmp_path: Path) -> None:
    another = "test_a_database_of_something_else_is_an_error"  # caught beside that it is not there
    assert {*LIARS.values(), another} == set(TESTS)
    assert another in failed_on(EmptyWhereItCannotRead, tmp_path)
