"""A ledger is called stale where nothing was written for longer than its bot ever leaves it alone."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reconciler.account.health import Health
from reconciler.facts.expectation import Expectation, LedgerReading
from reconciler.facts.finding import Finding, FindingKey, Kind, Severity
from reconciler.ledgers import open_ledger
from reconciler.ledgers.port import LedgerOptions, LedgerTrouble, LedgerUnreadable
from reconciler.ledgers.registry import KINDS
from reconciler.settings import SettingsError, load
from reconciler.sight.blindness import BlindnessSettings
from reconciler.sight.ledger_staleness import staleness_by_its_rows
from tests.reconciler.accounts import at, reading, row, stream, utc
from tests.reconciler.ledgers.freqtrade_files import LIVE, StoppedClock, copied, url_of
from tests.reconciler.settings_files import GOOD, written
from verification.facts.leg import Leg

DAY = timedelta(days=1)
STALE = FindingKey(Kind.LEDGER_STALE, "main", "bot", Leg.NET)
HOLDS, WAITS = row("43"), row("0", high="43")
MINUTES = range(0, 2 * 86400, 600)


def _reading(
    version: object, *rows: Expectation, stale_after: timedelta | None = DAY, wrote: float | None = None
) -> LedgerReading:
    activity = None if wrote is None else utc(wrote)
    return LedgerReading("bot", rows, at(0), activity, version=version, stale_after=stale_after)


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

    @property
    def told(self) -> list[Finding]:
        judged = self._health.judge(stream(), at(self._second))
        return [each for each in judged.findings if each.identity == STALE]

    @property
    def well(self) -> bool:
        return STALE in self._health.judge(stream(), at(self._second)).well


def test_a_position_in_a_ledger_that_nobody_has_written_for_a_day_is_a_warning() -> None:
    watched, first = _Watched(), None
    for second in MINUTES:
        watched.reads(second, _reading(7, HOLDS, WAITS))
        if watched.told and first is None:
            first = second
    assert first == DAY.total_seconds()
    (told,) = watched.told
    assert told.severity is Severity.WARNING
    assert told.reason.startswith(
        "Nothing at all was written to ledger bot for 47 h 50 min, and 1 trade holds"
    )
    assert not watched.well


def test_any_write_counts_though_no_row_changes() -> None:
    watched = _Watched()
    for second in MINUTES:
        watched.reads(second, _reading(second // 40_000, HOLDS))
        assert not watched.told
    assert watched.well


def test_it_is_over_when_something_is_written_and_not_because_we_were_started_anew() -> None:
    watched = _Watched()
    watched.reads(0, _reading(7, HOLDS))
    assert not watched.well, "one reading shows no writing"
    watched.reads(10, _reading(8, HOLDS))
    assert watched.well


@pytest.mark.parametrize(
    "quiet",
    [_reading(7, WAITS), _reading(7), _reading(7, HOLDS, stale_after=None)],
    ids=["nothing is held", "nothing is there", "its bot may be quiet for long"],
)
def test_who_need_not_write_is_not_called_stale(quiet: LedgerReading) -> None:
    watched = _Watched()
    for second in MINUTES:
        watched.reads(second, quiet)
        assert not watched.told
    assert watched.well


def test_a_ledger_without_a_token_shows_nothing() -> None:
    watched = _Watched()
    for second in MINUTES:
        watched.reads(second, _reading(None, HOLDS))
    assert not watched.told
    assert not watched.well


def test_what_stops_us_for_days_makes_nothing_stale() -> None:
    watched = _Watched()
    watched.reads(0, _reading(7, HOLDS))
    watched.reads(5 * 86400, _reading(7, HOLDS))
    assert not watched.told


def test_a_ledger_that_cannot_be_read_is_told_as_that() -> None:
    watched = _Watched()
    for second in MINUTES:
        watched.reads(second, _reading(7, HOLDS))
    away = LedgerUnreadable("bot", LedgerTrouble.LOCKED, "ledger bot: is locked", again=True)
    watched.reads(2 * 86400, away)
    assert not watched.told
    assert not watched.well


def test_who_looks_once_goes_by_the_times_in_its_rows() -> None:
    assert staleness_by_its_rows(_reading(7, HOLDS, wrote=0), utc(86_000)) is None
    assert staleness_by_its_rows(_reading(7, WAITS, wrote=0), utc(900_000)) is None
    assert staleness_by_its_rows(_reading(7, HOLDS), utc(900_000)) is None
    said = staleness_by_its_rows(_reading(7, HOLDS, wrote=0), utc(2 * 86400))
    assert said is not None
    assert said.endswith("So say the times in its rows.")


def test_freqtrade_writes_what_funding_costs_and_can_be_given_longer(tmp_path: Path) -> None:
    url = url_of(copied(LIVE, tmp_path))
    read = open_ledger("bot", "freqtrade", url, StoppedClock()).read()
    assert read.stale_after == KINDS["freqtrade"].stale_after == DAY
    week = LedgerOptions(stale_after=timedelta(days=7))
    assert open_ledger("bot", "freqtrade", url, StoppedClock(), options=week).read().stale_after == timedelta(
        7
    )
    never = LedgerOptions(stale_after=timedelta(0))
    assert open_ledger("bot", "freqtrade", url, StoppedClock(), options=never).read().stale_after is None


@pytest.mark.parametrize(
    ("kind", "stale_after", "refused"),
    [
        ("freqtrade", "0", ""),
        ("freqtrade", "7200", ""),
        ("freqtrade", "60", "3600"),
        ("journal", "7200", "remove"),
    ],
)
def test_how_long_it_may_be_quiet_is_set_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, stale_after: str, refused: str
) -> None:
    monkeypatch.setenv("BINANCE_KEY", "k")
    monkeypatch.setenv("BINANCE_SECRET", "s")
    place = 'kind = "freqtrade"\n'
    text = GOOD.replace(place, f'kind = "{kind}"\nstale_after = {stale_after}\n', 1)
    path = written(tmp_path, text)
    if not refused:
        assert load(path).ledgers["mybot"].stale_after == timedelta(seconds=float(stale_after))
        return
    with pytest.raises(SettingsError, match=refused):
        load(path)
