"""What a ledger counts, by which SELECT and since when: read exactly, or refused in words."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from reconciler.service.wiring import open_ledger_of
from reconciler.settings import Settings, SettingsError, load
from tests.reconciler.ledgers.hummingbot.bot_file import StoppedClock
from tests.reconciler.settings_files import GOOD, written

BOT = 'kind = "freqtrade"'
SUMS = 'kind = "hummingbot"'


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINANCE_KEY", "the-key")
    monkeypatch.setenv("BINANCE_SECRET", "the-secret")


def loaded(tmp_path: Path, ledger: str, *more: str) -> Settings:
    assert BOT in GOOD
    return load(written(tmp_path, GOOD.replace(BOT, ledger) + "\n".join(more)), venues=False)


def test_since_and_baseline_are_taken_exactly(tmp_path: Path) -> None:
    held = 'baseline = { "BTC/USDT:USDT" = "0.1000000000000000001", "ETH-USDT" = ["2", "-3"] }'
    ledger = loaded(tmp_path, f"{SUMS}\nsince = 2026-11-01T09:00:00+09:00\n{held}").ledgers["mybot"]
    assert ledger.since == datetime(2026, 11, 1, tzinfo=UTC)
    assert ledger.baseline == {
        "BTC/USDT:USDT": (Decimal("0.1000000000000000001"),),
        "ETH-USDT": (Decimal(2), Decimal(-3)),
    }


@pytest.mark.parametrize(
    ("ledger", "line"),
    [
        (
            f"{SUMS}\nsince = 2026-11-01T09:00:00",
            "ledgers.mybot.since: has no zone: write Z",
        ),
        (
            f"{SUMS}\nsince = 2026-11-01",
            "ledgers.mybot.since: is no time of a day: write one like",
        ),
        (f'{SUMS}\nsince = "monday"', 'ledgers.mybot.since: "monday" is no time: write one like 2026-11-01T'),
        (
            f"{SUMS}\nbaseline = {{ BTCUSDT = 0.1 }}",
            "is no exact amount for BTCUSDT: write amounts in quotes",
        ),
        (f'{SUMS}\nbaseline = {{ BTCUSDT = "much" }}', "is no amount for BTCUSDT: write amounts in quotes"),
        (f'{SUMS}\nbaseline = {{ BTCUSDT = "0" }}', "is no amount that could be held of BTCUSDT"),
        (f'{SUMS}\nbaseline = {{ BTCUSDT = "nan" }}', "is no amount that could be held of BTCUSDT"),
        (f'{SUMS}\nbaseline = {{ BTCUSDT = ["1", "2"] }}', "more than a long and a short leg for BTCUSDT"),
        (f'{SUMS}\nbaseline = "1"', "ledgers.mybot.baseline: "),
        (
            f"{BOT}\nsince = 2026-11-01T09:00:00Z",
            "ledgers.mybot.since: is only for a ledger of kind hummingbot or sql",
        ),
        (f'{BOT}\nbaseline = {{ X = "1" }}', "and this is of freqtrade: remove it"),
    ],
)
def test_what_is_wrong_is_refused_with_what_to_write(tmp_path: Path, ledger: str, line: str) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, ledger)
    assert any(line in told for told in caught.value.lines), caught.value.lines


def test_a_baseline_belongs_to_one_account(tmp_path: Path) -> None:
    other = '[accounts.other]\nvenue = "bybit"\nledgers = ["mybot"]\napi_key_env = "BINANCE_KEY"'
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, f'{SUMS}\nbaseline = {{ X = "1" }}', other, 'secret_env = "BINANCE_SECRET"')
    assert any("main and other have this ledger: give each account" in line for line in caught.value.lines)


def test_the_ledger_is_opened_with_what_is_set(tmp_path: Path) -> None:
    other = '[accounts.other]\nvenue = "bybit"\nledgers = ["mybot"]\napi_key_env = "BINANCE_KEY"'
    settings = loaded(
        tmp_path,
        f"{SUMS}\nsince = 2026-11-01T00:00:00Z",
        other,
        'secret_env = "BINANCE_SECRET"',
        "ccxt.sandbox = true",
    )
    ledger = open_ledger_of(settings, "other", "mybot", StoppedClock())
    options = ledger._options  # type: ignore[attr-defined]
    assert (options.venue, options.elsewhere, options.sandbox) == ("bybit", ("binanceusdm",), True)
    assert options.since == datetime(2026, 11, 1, tzinfo=UTC)


SELECT = "SELECT symbol, quantity FROM positions"


def sql(query: str = SELECT, more: str = 'unit = "base"') -> str:
    return f"kind = \"sql\"\nquery = '{query}'\n{more}"


def test_a_select_is_taken_without_what_ends_it(tmp_path: Path) -> None:
    states = 'states = { "active" = "open" }\ntimezone = "Asia/Tokyo"'
    query = f'-- of my own\n{SELECT} WHERE at >= :since AND name = "a/b" ; '
    more = f'unit = "contracts"\n{states}\nsince = 2026-11-01T00:00:00Z'
    settings = loaded(tmp_path, f"kind = \"sql\"\nquery = '''{query}'''\n{more}")
    ledger = open_ledger_of(settings, "main", "mybot", StoppedClock())
    options = ledger._options  # type: ignore[attr-defined]
    assert options.query == query.strip().removesuffix(";").strip()
    assert (options.contracts, options.states) == (True, {"active": "open"})
    assert str(options.timezone) == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("ledger", "line"),
    [
        (
            'kind = "sql"\nunit = "base"',
            "ledgers.mybot.query: is missing: a ledger of kind sql cannot be read",
        ),
        (f"kind = \"sql\"\nquery = '{SELECT}'", "ledgers.mybot.unit: is missing: a ledger of kind sql"),
        (sql(more='unit = "coins"'), "ledgers.mybot.unit: "),
        (sql("DELETE FROM positions"), "is no SELECT: write the one SELECT that returns the bot"),
        (sql("-- SELECT\nDROP TABLE x".replace("\n", " ")), "is no SELECT"),
        (sql(f"{SELECT}; DELETE FROM positions"), "holds a semicolon: write one SELECT and nothing else"),
        (sql(f"{SELECT} WHERE at > :since"), "ledgers.mybot.since: is missing: its query asks for :since"),
        (
            sql(more='unit = "base"\nsince = 2026-11-01T00:00:00Z'),
            "ledgers.mybot.since: is given, and its query does not ask for it: write `WHERE",
        ),
        (
            sql(more='unit = "base"\nstates = { "active" = "opened" }'),
            "says that active means opened, which is no state: known are opening, open, closing, closed",
        ),
        (
            f"{BOT}\nquery = '{SELECT}'",
            "ledgers.mybot.query: is only for a ledger of kind sql, and this is of",
        ),
    ],
)
def test_a_select_that_cannot_be_right_is_refused(tmp_path: Path, ledger: str, line: str) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, ledger)
    assert any(line in told for told in caught.value.lines), caught.value.lines
