"""`trueup init --freqtrade`: from a bot's own configuration to settings that work, without its secrets."""

import asyncio
import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli import main
from reconciler.settings import load
from simulator.binance.urls import ccxt_config
from simulator.server import SimulatedVenue
from tests.cli.conftest import Command, Said
from tests.cli.doctoring import wrote
from tests.cli.simulated import LIVE

KEY, SECRET = "the-bot's-own-key", "the-bot's-own-secret"


def configured(folder: Path, *, name: str = "user_data/config.json", **changed: Any) -> Path:
    """Write a configuration as freqtrade's own `new-config` does, where it matters here."""
    exchange = {"name": "binance", "api_key": KEY, "secret": SECRET, "ccxt_config": {}, "pair_whitelist": []}
    config = {
        "stake_currency": "USDT",
        "dry_run": False,
        "trading_mode": "futures",
        "margin_mode": "isolated",
        "exchange": exchange | changed.pop("exchange", {}),
        "bot_name": "freqtrade",
        "internals": {"process_throttle_secs": 5},
        **changed,
    }
    return file_with(folder, name, json.dumps(config, indent=4))


def file_with(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def set_up(trueup: Command, *more: str, config: str = "user_data/config.json") -> Said:
    return trueup("init", "--no-doctor", "--freqtrade", config, *more)


def written(folder: Path) -> dict[str, Any]:
    text = (folder / "trueup.toml").read_text()
    assert KEY not in text
    assert SECRET not in text
    load(folder / "trueup.toml", venues=False)
    return tomllib.loads(text)


@pytest.fixture(autouse=True)
def no_overrides(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("BINANCE_READ_KEY", "BINANCE_READ_SECRET", "FREQTRADE__DRY_RUN"):
        monkeypatch.delenv(variable, raising=False)


@pytest.mark.wire
async def test_one_command_leads_from_a_bot_to_settings_with_which_everything_works(
    trueup: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BINANCE_READ_KEY", "the-key")
    monkeypatch.setenv("BINANCE_READ_SECRET", "the-secret")
    async with SimulatedVenue(api_key="the-key", secret="the-secret") as simulated:
        configured(tmp_path, exchange={"ccxt_config": ccxt_config(simulated.url)})
        shutil.copy(LIVE, tmp_path / "tradesv3.sqlite")
        wrote(tmp_path / "tradesv3.sqlite", 0)
        code = await asyncio.to_thread(main, ["init", "--freqtrade", "user_data/config.json"])
    said = trueup.capture.readouterr()

    assert code == 0, said
    assert "ok      ledger freqtrade: " in said.out
    assert "ok      account main: stream: connected" in said.out
    assert said.out.endswith("Start it: trueup up\n")
    assert written(tmp_path)["ledgers"]["freqtrade"]["url"] == "sqlite:///tradesv3.sqlite"


def test_what_is_left_to_do_is_said_and_the_file_is_there_all_the_same(
    trueup: Command, tmp_path: Path
) -> None:
    configured(tmp_path)

    said = trueup("init", "--freqtrade", "user_data/config.json")

    assert said.code == 3
    assert "not ok  ledger freqtrade: " in said.out
    assert "export BINANCE_READ_KEY=…" in said.out
    assert "exchange.api_key, exchange.secret) are not copied" in said.out
    assert KEY not in said.out
    assert written(tmp_path)["accounts"]["main"] == {
        "venue": "binanceusdm",
        "ledgers": ["freqtrade"],
        "api_key_env": "BINANCE_READ_KEY",
        "secret_env": "BINANCE_READ_SECRET",
    }


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"trading_mode": "spot"}, "it trades spot"),
        ({"dry_run": True}, "it is in dry run"),
        ({"exchange": {"name": "okx"}}, "okx is untried"),
    ],
)
def test_what_cannot_be_compared_is_said_before_anything_else(
    trueup: Command, tmp_path: Path, changed: dict[str, Any], what: str
) -> None:
    configured(tmp_path, **changed)

    said = set_up(trueup)

    assert said.code == 0
    assert said.out.startswith(f"note    this bot: {what}")
    assert what in " ".join((tmp_path / "trueup.toml").read_text().replace("# ", "").split())


def test_a_tried_venue_and_a_live_bot_need_no_words_before(trueup: Command, tmp_path: Path) -> None:
    configured(tmp_path, exchange={"name": "Bybit"})

    assert set_up(trueup).out.startswith("note    this bot: inverse contracts, options and spot")
    assert written(tmp_path)["accounts"]["main"]["venue"] == "bybit"


def test_later_files_outweigh_and_added_ones_are_outweighed(trueup: Command, tmp_path: Path) -> None:
    file_with(
        tmp_path,
        "user_data/config.json",
        """{ // freqtrade takes comments, "quoted" ones too
        "exchange": {"name": "binance", /* and these */ "ccxt_config": {"options": {"a": "//x", }}},
        "trading_mode": "spot", "dry_run": false, "bot_name": "of the first",
        "add_config_files": ["more/added.json"],
        }""",
    )
    file_with(
        tmp_path,
        "user_data/more/added.json",
        '{"bot_name": "added", "trading_mode": "margin", "exchange": {"ccxt_config": {"options": {"b": 1}}},'
        ' "add_config_files": ["deeper.json"]}',
    )
    file_with(
        tmp_path, "user_data/more/deeper.json", '{"db_url": "sqlite:///deep.sqlite", "bot_name": "deep"}'
    )
    file_with(tmp_path, "user_data/private.json", '{"trading_mode": "futures", "bot_name": {}}')

    said = set_up(trueup, "--freqtrade", "user_data/private.json")

    assert "live: futures on binance (read as binanceusdm)" in said.out
    settings = written(tmp_path)
    assert settings["ledgers"] == {
        "of_the_first": {"kind": "freqtrade", "url": "sqlite:///deep.sqlite", "stops": "auto"}
    }
    assert settings["accounts"]["main"]["ccxt"] == {"options": {"a": "//x", "b": 1}}


def test_the_environment_outweighs_the_files(
    trueup: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(tmp_path, dry_run=True)
    monkeypatch.setenv("FREQTRADE__DRY_RUN", "false")
    monkeypatch.setenv("FREQTRADE__EXCHANGE__NAME", "bybit")
    monkeypatch.setenv("FREQTRADE__EXCHANGE__CCXT_CONFIG__wssProxy", "http://10.0.0.1:3128")

    said = set_up(trueup)

    assert "live: futures on bybit" in said.out
    assert "FREQTRADE__EXCHANGE__NAME" in said.out
    assert written(tmp_path)["accounts"]["main"]["ccxt"] == {"wssProxy": "http://10.0.0.1:3128"}


def test_nothing_secret_of_what_ccxt_is_given_is_copied(trueup: Command, tmp_path: Path) -> None:
    secret = {
        "apiKey": KEY,
        "privateKey": SECRET,
        "headers": {"X-Auth": SECRET},
        "httpsProxy": f"http://me:{KEY[-3:]}{SECRET[:4]}@10.0.0.1:3128",
        "wssProxy": "http://10.0.0.1:3128",
        "options": {"broker": "b", "walletAddress": SECRET, "deep": {"api_secret": SECRET}},
    }
    configured(tmp_path, exchange={"ccxt_config": secret})

    said = set_up(trueup)

    assert written(tmp_path)["accounts"]["main"]["ccxt"] == {
        "wssProxy": "http://10.0.0.1:3128",
        "options": {"broker": "b"},
    }
    assert (
        "httpsProxy, options.deep.api_secret, options.walletAddress of `ccxt_config` may be secret"
        in said.out
    )
    assert "not taken from `ccxt_config`: apiKey, headers, privateKey" in said.out
    assert "me:" not in said.out + (tmp_path / "trueup.toml").read_text()


def test_addresses_without_those_of_streams_are_told(trueup: Command, tmp_path: Path) -> None:
    configured(
        tmp_path, exchange={"ccxt_config": {"urls": {"api": {"fapiPrivate": "http://127.0.0.1:1/fapi"}}}}
    )

    assert "name `urls.api.ws` too" in set_up(trueup).out


def test_the_password_of_a_database_is_not_copied(
    trueup: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"postgresql+psycopg2://bot:{SECRET}@db.example.com/trades"
    configured(tmp_path, bot_name="My Bot-1", db_url=address)

    said = set_up(trueup)

    assert SECRET not in said.out
    assert (
        written(tmp_path)["ledgers"]["my_bot_1"]["url"] == "postgresql+psycopg2://bot@db.example.com/trades"
    )
    assert "export TRUEUP_LEDGERS__MY_BOT_1__URL=postgresql://…" in said.out
    monkeypatch.setenv("TRUEUP_LEDGERS__MY_BOT_1__URL", address)
    assert load(tmp_path / "trueup.toml", venues=False).ledgers["my_bot_1"].url == address


CONTAINER = "sqlite:////freqtrade/user_data/tradesv3.sqlite"
"""What the bot's own compose file gives as its `--db-url`."""


@pytest.mark.parametrize(
    ("db_url", "more", "wanted"),
    [
        (None, (), "tradesv3.sqlite"),
        (None, (), "user_data/tradesv3.sqlite"),
        ("sqlite:///my.sqlite", (), "my.sqlite"),
        ("sqlite:///my.sqlite", ("--db-url", "sqlite:///user_data/other.sqlite"), "user_data/other.sqlite"),
        (None, ("--db-url", CONTAINER), "user_data/tradesv3.sqlite"),
    ],
)
def test_the_database_is_where_the_bot_writes(
    trueup: Command, tmp_path: Path, db_url: str | None, more: tuple[str, ...], wanted: str
) -> None:
    configured(tmp_path, **({"db_url": db_url} if db_url else {}))
    shutil.copy(LIVE, tmp_path / wanted)

    set_up(trueup, *more)

    assert written(tmp_path)["ledgers"]["freqtrade"]["url"] == f"sqlite:///{wanted}"


def test_a_database_that_is_not_there_yet_is_named_where_the_bot_will_make_it(
    trueup: Command, tmp_path: Path
) -> None:
    configured(tmp_path, dry_run=True)

    assert "tradesv3.sqlite is not there yet" in set_up(trueup).out
    assert written(tmp_path)["ledgers"]["freqtrade"]["url"] == "sqlite:///tradesv3.sqlite"


STRATEGY = """
class Other(IStrategy):
    order_types = {"stoploss_on_exchange": False}

class Mine(IStrategy):
    order_types: dict = {"entry": "limit", "stoploss_on_exchange": ON}
"""
TYPES = {"entry": "limit", "exit": "limit", "stoploss": "market"}


@pytest.mark.parametrize(
    ("of_config", "of_strategy", "wanted"),
    [
        ({"stoploss_on_exchange": True}, "False", "venue"),
        ({"stoploss_on_exchange": False}, "True", "software"),
        ({}, "True", "venue"),
        ({}, "False", "auto"),
        ({}, "decided()", "auto"),
    ],
)
def test_the_stop_policy_is_the_configurations_and_else_the_strategys(
    trueup: Command, tmp_path: Path, of_config: dict[str, bool], of_strategy: str, wanted: str
) -> None:
    types: dict[str, Any] = {"order_types": TYPES | of_config} if of_config else {}
    configured(tmp_path, strategy="Mine", **types)
    file_with(tmp_path, "user_data/strategies/mine.py", STRATEGY.replace("ON", of_strategy))

    set_up(trueup)

    assert written(tmp_path)["ledgers"]["freqtrade"]["stops"] == wanted


def test_a_file_that_is_there_is_neither_lost_nor_changed_unasked(trueup: Command, tmp_path: Path) -> None:
    configured(tmp_path)
    (tmp_path / "trueup.toml").write_text("# mine\n")

    refused = set_up(trueup)
    assert refused.code == 3
    assert "stays as it is: --add writes this bot into a file of accounts.d" in refused.complaint
    assert (tmp_path / "trueup.toml").read_text() == "# mine\n"

    forced = set_up(trueup, "--force")
    assert forced.code == 0
    assert "the old one is trueup.toml.old1 now" in forced.out
    assert (tmp_path / "trueup.toml.old1").read_text() == "# mine\n"
    assert written(tmp_path)["accounts"]


def test_a_second_bot_is_added_and_the_first_stays(trueup: Command, tmp_path: Path) -> None:
    configured(tmp_path)
    set_up(trueup)
    first = (tmp_path / "trueup.toml").read_text()
    configured(tmp_path, name="second/user_data/config.json", db_url="sqlite:///second/trades.sqlite")

    said = set_up(trueup, "--add", config="second/user_data/config.json")

    assert said.code == 0
    assert (tmp_path / "trueup.toml").read_text() == first
    settings = load(tmp_path / "trueup.toml", venues=False)
    assert settings.ledgers["freqtrade_2"].url == f"sqlite:///{tmp_path}/second/trades.sqlite"
    assert settings.accounts["main"].ledgers == ("freqtrade",)
    assert settings.accounts["freqtrade_2"].api_key_env == "BINANCE_FREQTRADE_2_READ_KEY"
    assert "name `freqtrade_2` in that account's `ledgers`" in said.out
    again = set_up(trueup, "--add", config="second/user_data/config.json")
    assert again.code == 3
    assert "has this database already, as [ledgers.freqtrade_2]" in again.complaint


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "there is no such file"),
        ('{"exchange": {"key": "the-bot\'s-own-key" "a": 1}}', "is no JSON that the bot could read (line 1"),
        ("[]", "holds no configuration"),
        ("{}", "names no exchange"),
        ('{"add_config_files": ["config.json"]}', "add each other"),
        ('{"exchange": {"name": "binance"}, "trading_mode": "forex"}', "`trading_mode` is none of"),
    ],
)
def test_a_configuration_that_cannot_be_read_is_told_without_what_is_in_it(
    trueup: Command, tmp_path: Path, text: str | None, why: str
) -> None:
    if text is not None:
        file_with(tmp_path, "user_data/config.json", text)

    said = set_up(trueup)

    assert said.code == 3
    assert why in said.complaint
    assert KEY not in said.complaint
    assert not (tmp_path / "trueup.toml").exists()
