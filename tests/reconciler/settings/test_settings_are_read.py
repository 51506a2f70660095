"""Settings that are right: file, environment, paths and secrets."""

from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.comparison.patience import ConfirmationSettings
from reconciler.settings import ChecksSettings, load
from tests.reconciler.settings_files import GOOD, written


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINANCE_KEY", "the-key")
    monkeypatch.setenv("BINANCE_SECRET", "the-secret")


def test_a_short_file_is_enough(tmp_path: Path) -> None:
    settings = load(written(tmp_path))

    assert settings.ledgers["mybot"].kind == "freqtrade"
    assert settings.checks.interval == timedelta(seconds=30)
    assert settings.checks.verify_deadline == timedelta(seconds=10)
    assert str(settings.dashboard.address) == "127.0.0.1"
    assert settings.dashboard.port == 8501


def test_an_account_becomes_an_access_with_its_secrets(tmp_path: Path) -> None:
    text = GOOD + 'exclusive = false\nccxt = {options = {defaultType = "swap"}}\n'

    access = load(written(tmp_path, text)).access("main")

    assert (access.account, access.venue) == ("main", "binanceusdm")
    assert (access.api_key, access.secret, access.password) == ("the-key", "the-secret", None)
    assert access.exclusive is False
    assert access.ccxt == {"options": {"defaultType": "swap"}}


def test_no_secret_shows_when_settings_or_an_access_are_printed(tmp_path: Path) -> None:
    settings = load(written(tmp_path))

    printed = repr(settings) + repr(settings.access("main"))

    assert "the-key" not in printed
    assert "the-secret" not in printed


def test_a_secret_may_be_in_a_file_beside_the_settings(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-file\n")
    text = GOOD.replace('api_key_env = "BINANCE_KEY"', 'api_key_file = "key"')

    assert load(written(tmp_path, text)).access("main").api_key == "from-file"


def test_relative_paths_are_relative_to_the_settings_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "house"
    folder.mkdir()
    written(folder)
    monkeypatch.chdir(tmp_path)

    settings = load(Path("house/trueup.toml"))

    assert settings.database.url == f"sqlite:///{folder}/trueup.db"
    assert settings.ledgers["mybot"].url == f"sqlite:///{folder}/user_data/tradesv3.sqlite"
    assert settings.folder == folder


def test_an_absolute_path_and_a_query_stay_as_they_are(tmp_path: Path) -> None:
    text = GOOD + '[database]\nurl = "sqlite:////var/lib/trueup.db?timeout=5"\n'

    assert load(written(tmp_path, text)).database.url == "sqlite:////var/lib/trueup.db?timeout=5"


def test_the_environment_overrides_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = GOOD + "[checks]\ninterval = 60\nverify_deadline = 5\n"
    monkeypatch.setenv("TRUEUP_CHECKS__INTERVAL", "22.5")
    monkeypatch.setenv("TRUEUP_DATABASE__URL", "postgresql+psycopg://u:p@h/n")
    monkeypatch.setenv("TRUEUP_ACCOUNTS__MAIN__LEDGERS", "mybot, second")
    monkeypatch.setenv("TRUEUP_LEDGERS__SECOND__KIND", "journal")
    monkeypatch.setenv("TRUEUP_LEDGERS__SECOND__URL", "sqlite:///j.db")

    settings = load(written(tmp_path, text))

    assert settings.checks.interval == timedelta(seconds=22.5)
    assert settings.checks.verify_deadline == timedelta(seconds=5)
    assert settings.database.url == "postgresql+psycopg://u:p@h/n"
    assert settings.accounts["main"].ledgers == ("mybot", "second")


def test_the_environment_alone_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRUEUP_LEDGERS__MYBOT__KIND", "freqtrade")
    monkeypatch.setenv("TRUEUP_LEDGERS__MYBOT__URL", "sqlite:///x.db")
    monkeypatch.setenv("TRUEUP_ACCOUNTS__MAIN__VENUE", "binanceusdm")
    monkeypatch.setenv("TRUEUP_ACCOUNTS__MAIN__LEDGERS", "mybot")
    monkeypatch.setenv("TRUEUP_ACCOUNTS__MAIN__API_KEY_ENV", "BINANCE_KEY")
    monkeypatch.setenv("TRUEUP_ACCOUNTS__MAIN__SECRET_ENV", "BINANCE_SECRET")

    settings = load()

    assert settings.access("main").api_key == "the-key"
    assert settings.ledgers["mybot"].url == f"sqlite:///{tmp_path}/x.db"


def test_a_command_that_asks_no_venue_needs_no_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BINANCE_KEY")

    assert load(written(tmp_path), venues=False).database.url.endswith("trueup.db")


def test_a_settings_file_for_the_screens_alone_needs_no_account(tmp_path: Path) -> None:
    path = written(tmp_path, '[database]\nurl = "sqlite:///state.db"\n')

    assert load(path, venues=False).database.url == f"sqlite:///{tmp_path}/state.db"


def test_the_confirmation_has_the_same_defaults_in_the_settings_as_in_the_rules() -> None:
    assert ChecksSettings().confirmation == ConfirmationSettings()


def test_the_address_of_a_bots_server_may_name_the_bots_own_driver(tmp_path: Path) -> None:
    text = GOOD.replace("sqlite:///user_data/tradesv3.sqlite", "postgresql+psycopg2://freqtrade@db/trades")

    assert load(written(tmp_path, text)).ledgers["mybot"].url == "postgresql+psycopg2://freqtrade@db/trades"
