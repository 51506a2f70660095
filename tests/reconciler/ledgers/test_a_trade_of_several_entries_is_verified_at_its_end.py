"""The end of a freqtrade trade that was added to is asked about, whatever floats leave over in its rows."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from reconciler.account.questions.change import asked_and_not
from reconciler.account.questions.ledger_question import NotAsked, QuestionKey, Surroundings
from reconciler.facts.expectation import Expectation
from reconciler.ledgers.freqtrade import FreqtradeLedger
from tests.reconciler.accounts import at, market
from tests.reconciler.ledgers.freqtrade_files import LIVE, StoppedClock, copied, url_of
from verification.facts.account import PositionMode
from verification.facts.leg import Leg, LegKey
from verification.facts.question import CloseQuestion

PAIR, TRADE = "AVAX/USDT:USDT", 8
ENTRIES, STOPS = (14, 16), (15, 18)
"""Rows that the bot wrote: two entries, the stop of the first, and that of both."""

CLOSED = "2026-11-22 10:39:03.500000"

AROUND = Surroundings("main", PositionMode.ONE_WAY, {PAIR: market(PAIR, step="0.1")}, exclusive=True, held={})


class Bot:
    """Goes on with the database where the bot left it; each state that it commits is read."""

    def __init__(self, folder: Path, sizes: Sequence[float]) -> None:
        self.path = copied(LIVE, folder)
        self.read: list[Expectation] = []
        self.sizes = sizes
        self.amount = sum(sizes)
        for number, size in zip(ENTRIES, sizes, strict=True):
            self._set("orders", number, ft_amount=size * 1.00045, amount=size, filled=size, remaining=0.0)
        for number in STOPS:
            self._set("orders", number, ft_amount=self.amount, amount=self.amount, remaining=self.amount)
        self._set("trades", TRADE, amount=self.amount, amount_requested=self.amount * 1.00045)
        self.note()

    def stop_taken_back(self) -> None:
        self._set("orders", STOPS[1], ft_is_open=0, status="canceled")
        self.note()

    def leaves(self, *, filled: bool) -> None:
        """Send an exit for all of it; the venue takes whole lots, and this is what it answers."""
        lots = round(self.amount, 1)
        with closing(sqlite3.connect(self.path)) as database:
            columns = [name for _, name, *_ in database.execute("pragma table_info(orders)")]
            kept = dict(
                zip(columns, database.execute("select * from orders where id = 20").fetchone(), strict=True)
            )
            kept |= {
                "id": 99,
                "ft_trade_id": TRADE,
                "ft_pair": PAIR,
                "symbol": PAIR,
                "order_id": "1000099",
                "order_type": "limit",
                "ft_amount": self.amount,
                "amount": lots,
                "filled": lots if filled else 0.0,
                "remaining": 0.0 if filled else lots,
                "ft_is_open": 0 if filled else 1,
                "status": "closed" if filled else "open",
            }
            marks = ", ".join("?" * len(kept))
            database.execute(f"insert into orders values ({marks})", tuple(kept.values()))
            database.commit()
        self.note()

    def exit_filled(self) -> None:
        self._set("orders", 99, filled=round(self.amount, 1), remaining=0.0, ft_is_open=0, status="closed")
        self.note()

    def closed(self) -> None:
        self._set("trades", TRADE, is_open=0, close_date=CLOSED, exit_reason="exit_signal")
        self.note()

    def note(self) -> None:
        rows = FreqtradeLedger("mybot", url_of(self.path), clock=StoppedClock()).read().rows
        self.read += [row for row in rows if row.symbol == PAIR]

    def _set(self, table: str, number: int, **columns: object) -> None:
        names = ", ".join(f"{name} = ?" for name in columns)
        with closing(sqlite3.connect(self.path)) as database:
            database.execute(f"update {table} set {names} where id = ?", (*columns.values(), number))
            database.commit()


def _asked(readings: Sequence[Expectation]) -> tuple[list[CloseQuestion], list[NotAsked]]:
    """Return what is asked about its end when the ledger was read in these states."""
    put: dict[QuestionKey, CloseQuestion] = {}
    left_out: list[NotAsked] = []
    for before, after in pairwise(readings):
        found, not_asked = asked_and_not({before.row_id: before}, [after], AROUND, now=at(0))
        # What has its key already was asked before: `Opens` asks it once.
        put |= {each.key: each.question for each in found if isinstance(each.question, CloseQuestion)}
        left_out += not_asked
    return list(put.values()), left_out


@pytest.mark.parametrize("at_once", [True, False], ids=["filled at once", "rested first"])
@pytest.mark.parametrize("sizes", [(0.1, 0.2), (0.7, 0.1), (49.9, 51.7), (1.1, 2.2)], ids=str)
def test_its_exit_is_asked_about_once_however_it_was_read(
    tmp_path: Path, sizes: tuple[float, float], *, at_once: bool
) -> None:
    bot = Bot(tmp_path, sizes)
    bot.stop_taken_back()
    bot.leaves(filled=at_once)
    if not at_once:
        bot.exit_filled()
    bot.closed()
    first, *between, last = bot.read
    for seen in range(len(between) + 1):
        for states in combinations(between, seen):
            questions, left_out = _asked([first, *states, last])
            (question,) = questions
            assert question.order_id == "1000099"
            assert question.key == LegKey("main", PAIR, Leg.NET)
            assert question.position.quantity == round(Decimal(repr(sum(sizes))), 1)
            assert left_out == []


def test_what_floats_make_of_the_amounts_is_what_the_bot_wrote(tmp_path: Path) -> None:
    amounts = {repr(sum(sizes)) for sizes in [(0.1, 0.2), (0.7, 0.1), (1.1, 2.2)]}
    assert amounts == {"0.30000000000000004", "0.7999999999999999", "3.3000000000000003"}
    assert Bot(tmp_path, (0.1, 0.2)).read[0].expected == Decimal("0.30000000000000004")
