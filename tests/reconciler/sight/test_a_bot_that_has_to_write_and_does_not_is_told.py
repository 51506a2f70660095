"""A bot is called silent only where it has to write: with live trades and an order open."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reconciler.account.health import Health
from reconciler.facts.expectation import LedgerReading, Pulse
from reconciler.facts.finding import Finding, FindingKey, Kind, Severity
from reconciler.ledgers import open_ledger
from reconciler.ledgers.port import LedgerOptions, LedgerTrouble, LedgerUnreadable
from reconciler.ledgers.registry import KINDS
from reconciler.settings import SettingsError, load
from reconciler.sight.blindness import BlindnessSettings
from reconciler.sight.bot_silence import seen_after, silence_by_its_clock
from reconciler.sight.ledger_staleness import ledger_seen_after
from tests.reconciler.accounts import at, reading, row, stream, utc
from tests.reconciler.ledgers.freqtrade_files import LIVE, StoppedClock, copied, url_of
from tests.reconciler.settings_files import GOOD, written
from verification.facts.leg import Leg

LIMIT = timedelta(seconds=300)
SILENT = FindingKey(Kind.BOT_SILENT, "main", "bot", Leg.NET)


def _reading(wrote: float | None, *, live: bool = True) -> LedgerReading:
    pulse = None if wrote is None else Pulse(utc(wrote), LIMIT)
    return LedgerReading("bot", (row("1"),) if live else (), at(0), None, pulse=pulse)


class _Watched:
    """The health of one account, whose only ledger is read again and again."""

    def __init__(self) -> None:
        self._health = Health("main", BlindnessSettings())
        self._second = 0.0

    def reads(self, second: float, ledger: LedgerReading | LedgerUnreadable) -> None:
        self._second = second
        unread = isinstance(ledger, LedgerUnreadable)
        look: Any = SimpleNamespace(
            symbols=None,
            reading=reading((), second=second),
            ledgers={} if unread else {"bot": ledger},
            unreadable={"bot": ledger} if unread else {},
            finished=at(second),
        )
        self._health.note_look(look)

    def reads_the_same(self, seconds: range, ledger: LedgerReading) -> None:
        for second in seconds:
            self.reads(second, ledger)

    @property
    def findings(self) -> list[Finding]:
        judged = self._health.judge(stream(), at(self._second))
        return [each for each in judged.findings if each.identity == SILENT]

    @property
    def told(self) -> list[str]:
        return [each.reason for each in self.findings]

    @property
    def well(self) -> bool:
        return SILENT in self._health.judge(stream(), at(self._second)).well


def test_a_bot_with_a_live_trade_and_an_order_open_that_writes_no_more_is_a_warning() -> None:
    watched = _Watched()
    watched.reads_the_same(range(0, 300, 10), _reading(0))
    assert not watched.told
    watched.reads_the_same(range(300, 311, 10), _reading(0))
    (told,) = watched.told
    assert told == (
        "The bot of ledger bot has written nothing for 5 min, and with an order open it writes in every "
        "loop: it has stopped, hangs, or cannot reach the exchange. It has 1 live trade."
    )
    assert [each.severity for each in watched.findings] == [Severity.WARNING]


def test_a_bot_that_holds_with_no_order_open_is_never_called_silent() -> None:
    watched = _Watched()
    watched.reads_the_same(range(0, 100_000, 100), _reading(None))
    assert not watched.told


def test_a_bot_without_a_live_trade_is_not_called_silent() -> None:
    watched = _Watched()
    watched.reads_the_same(range(0, 3600, 10), _reading(0, live=False))
    assert not watched.told


def test_a_bot_whose_clock_is_hours_behind_and_that_writes_is_not_called_silent() -> None:
    watched = _Watched()
    for second in range(0, 3600, 10):
        watched.reads(second, _reading(second - 30_000))
        assert not watched.told
    assert watched.well


def test_it_is_over_when_it_writes_and_not_because_we_were_started_anew() -> None:
    watched = _Watched()
    watched.reads(0, _reading(-1000))
    assert not watched.well, "one reading after our start shows nothing of its writing"
    watched.reads_the_same(range(10, 400, 10), _reading(-1000))
    assert watched.told
    assert not watched.well
    watched.reads(400, _reading(399))
    assert not watched.told
    assert watched.well


def test_a_bot_that_has_closed_all_its_orders_has_written() -> None:
    watched = _Watched()
    watched.reads_the_same(range(0, 400, 10), _reading(0))
    watched.reads(400, _reading(None))
    assert not watched.told
    assert watched.well


def test_a_ledger_that_cannot_be_read_says_nothing_of_its_bot() -> None:
    watched = _Watched()
    watched.reads_the_same(range(0, 290, 10), _reading(0))
    away = LedgerUnreadable("bot", LedgerTrouble.LOCKED, "ledger bot: is locked", again=True)
    for second in range(290, 900, 10):
        watched.reads(second, away)
        assert not watched.told
        assert not watched.well


def test_what_stops_us_for_long_does_not_make_the_bot_silent() -> None:
    """The machine stood still: the bot stood still with us, and has not had its turn yet."""
    watched = _Watched()
    watched.reads(0, _reading(0))
    watched.reads(7200, _reading(0))
    assert not watched.told


def test_who_looks_once_goes_by_the_times_that_the_bot_wrote() -> None:
    assert silence_by_its_clock(_reading(0), utc(299)) is None
    assert silence_by_its_clock(_reading(None), utc(100_000)) is None
    assert silence_by_its_clock(_reading(0, live=False), utc(100_000)) is None
    said = silence_by_its_clock(_reading(0), utc(7200))
    assert said is not None
    assert "has written nothing for 2 h" in said


def test_freqtrade_renews_its_open_orders_and_with_none_open_nothing_is_expected_of_it(
    tmp_path: Path,
) -> None:
    file = copied(LIVE, tmp_path)
    with closing(sqlite3.connect(file)) as bot, bot:
        # The newest word on an order that is closed, or of a trade that is over, is no pulse.
        bot.execute("UPDATE orders SET order_update_date = '2026-11-22 10:00:00' WHERE ft_is_open")
        bot.execute("UPDATE orders SET order_date = '2026-11-22 09:00:00' WHERE ft_is_open")
    ledger = open_ledger("bot", "freqtrade", url_of(file), StoppedClock())
    pulse = ledger.read().pulse
    assert pulse is not None
    assert f"{pulse.at:%Y-%m-%d %H:%M:%S %Z}" == "2026-11-22 10:00:00 UTC"
    assert pulse.silent_after == KINDS["freqtrade"].silent_after

    with closing(sqlite3.connect(file)) as bot, bot:
        bot.execute("UPDATE orders SET ft_is_open = 0")
    flat = ledger.read()
    assert flat.pulse is None
    assert any(each.expected > 0 for each in flat.rows), "it holds something, and may be silent"


def test_a_person_can_say_how_slow_a_bot_is_or_that_its_silence_means_nothing(tmp_path: Path) -> None:
    file = url_of(copied(LIVE, tmp_path))
    slow = LedgerOptions(silent_after=timedelta(hours=1))
    pulse = open_ledger("bot", "freqtrade", file, StoppedClock(), options=slow).read().pulse
    assert pulse is not None
    assert pulse.silent_after == timedelta(hours=1)
    never = replace(slow, silent_after=timedelta(0))
    assert open_ledger("bot", "freqtrade", file, StoppedClock(), options=never).read().pulse is None


@pytest.mark.parametrize(
    ("kind", "silent_after", "refused"),
    [
        ("freqtrade", "600", ""),
        ("freqtrade", "0", ""),
        ("freqtrade", "5", "should be from 60 to 86400 seconds, or 0 for never"),
        ("freqtrade", '"long"', "silent_after"),
        ("journal", "600", "nothing follows from the silence of a journal bot"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, silent_after: str, refused: str
) -> None:
    monkeypatch.setenv("BINANCE_KEY", "the-key")
    monkeypatch.setenv("BINANCE_SECRET", "the-secret")
    place = 'url = "sqlite:///user_data/tradesv3.sqlite"\n'
    text = GOOD.replace(place, f"{place}silent_after = {silent_after}\n", 1)
    file = written(tmp_path, text.replace('kind = "freqtrade"', f'kind = "{kind}"', 1))
    if not refused:
        load(file)
        return
    with pytest.raises(SettingsError, match=refused):
        load(file)


def test_rows_that_are_read_again_are_counted_as_they_are() -> None:
    held, none = _reading(0), _reading(0, live=False)
    bots, books = list[int](), list[int]()
    bot, book = None, None
    for second, ledger in enumerate((held, replace(held), none, none, replace(held), _reading(9))):
        bot = seen_after(bot, ledger, at(second))
        book = ledger_seen_after(book, ledger, at(second))
        bots.append(bot.live)
        books.append(book.holding)
    assert bots == books == [1, 1, 0, 0, 1, 1]
