"""`ledgers.NAME.stops` says where a bot keeps its stops, where its rows do not, or say it wrongly."""

from pathlib import Path

import pytest

from reconciler.facts.expectation import StopPolicy
from reconciler.ledgers import open_ledger
from reconciler.ledgers.port import LedgerOptions
from reconciler.settings import SettingsError, load
from tests.reconciler.ledgers.freqtrade_files import LIVE, StoppedClock, url_of
from tests.reconciler.settings_files import GOOD, written

SET = 'url = "sqlite:///user_data/tradesv3.sqlite"\n'


@pytest.mark.parametrize(
    ("said", "policy"),
    [
        ("", None),
        ('stops = "auto"', None),
        ('stops = "venue"', StopPolicy.VENUE),
        ('stops = "software"', StopPolicy.SOFTWARE),
    ],
)
def test_the_setting_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, policy: StopPolicy | None
) -> None:
    monkeypatch.setenv("BINANCE_KEY", "the-key")
    monkeypatch.setenv("BINANCE_SECRET", "the-secret")
    settings = load(written(tmp_path, GOOD.replace(SET, f"{SET}{said}\n", 1)))
    assert settings.ledgers["mybot"].stop_policy is policy


def test_another_word_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"ledgers\.mybot\.stops"):
        load(written(tmp_path, GOOD.replace(SET, f'{SET}stops = "exchange"\n', 1)))


@pytest.mark.parametrize("policy", [StopPolicy.VENUE, StopPolicy.SOFTWARE])
def test_every_row_of_a_freqtrade_ledger_follows_it(policy: StopPolicy) -> None:
    options = LedgerOptions(stops=policy)
    ledger = open_ledger("mybot", "freqtrade", url_of(LIVE), StoppedClock(), options=options)
    assert {row.stop_policy for row in ledger.read().rows} == {policy}


def test_without_it_the_rows_tell() -> None:
    ledger = open_ledger("mybot", "freqtrade", url_of(LIVE), StoppedClock())
    assert StopPolicy.VENUE in {row.stop_policy for row in ledger.read().rows}
