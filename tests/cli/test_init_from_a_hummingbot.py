"""`trueup init --hummingbot`: from a bot's folder to settings that work, and to what only a person knows."""

import os
import shutil
import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from reconciler.settings import load
from tests.cli.conftest import Command, Said
from tests.reconciler.ledgers.hummingbot.bot_file import RECORDED_FILE, BotFile

SECRET = "the-bots-own-secret"


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [each for each in os.environ if each.endswith(("_READ_KEY", "_READ_SECRET"))]:
        monkeypatch.delenv(variable)


def folder_of(tmp_path: Path, *connectors: str, **files: str) -> Path:
    """Return a folder as hummingbot's container has it."""
    folder = tmp_path / "hummingbot"
    for name in ("conf/connectors", "conf/controllers", "data"):
        (folder / name).mkdir(parents=True)
    for connector in connectors:
        (folder / "conf/connectors" / f"{connector}.yml").write_text(
            f"connector: {connector}\n\n{connector}_api_key: {SECRET}\n{connector}_passphrase: {SECRET}\n"
        )
    for name, text in files.items():
        (folder / "conf" / f"{name.replace('__', '/')}.yml").write_text(text)
    return folder


def set_up(trueup: Command, *more: str) -> Said:
    return trueup("init", "--no-doctor", "--hummingbot", "hummingbot", *more)


def written(folder: Path) -> dict[str, Any]:
    text = (folder / "trueup.toml").read_text()
    assert SECRET not in text
    load(folder / "trueup.toml", venues=False)
    return tomllib.loads(text)


def test_a_folder_becomes_settings(trueup: Command, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "bybit_perpetual", conf_client="db_mode:\n  db_engine: sqlite\n")
    shutil.copy(RECORDED_FILE, folder / "data" / "conf_v2_1.sqlite")
    BotFile(folder / "data" / "older.sqlite").close()
    (folder / "data" / "notes.sqlite").touch()

    said = set_up(trueup)

    assert said.code == 0, said
    settings = written(tmp_path)
    assert settings["ledgers"] == {
        "conf_v2_1": {
            "kind": "hummingbot",
            "url": "sqlite:///hummingbot/data/conf_v2_1.sqlite",
            "stops": "software",
        }
    }
    assert settings["accounts"]["main"]["venue"] == "bybit"
    assert settings["accounts"]["main"]["password_env"] == "BYBIT_READ_PASSPHRASE"
    for line in (
        "it has perpetual positions by binance_perpetual, too: add an account for each, with this ledger",
        f"{folder}/data/older.sqlite is there too: a bot of its own has a ledger of its own",
        f"{folder}/data/notes.sqlite is an empty file",
        "the bot's own keys (bybit_perpetual) are not copied",
    ):
        assert line in said.out
    assert "the account was flat when its database began" in said.out.replace("\n", " ")
    assert SECRET not in said.out


def test_what_only_a_person_knows_is_said(trueup: Command, tmp_path: Path) -> None:
    folder_of(
        tmp_path,
        "okx_perpetual_testnet",
        "kucoin",
        controllers__pmm="initial_positions:\n  - amount: 1\n",
        controllers__odd="!made: of: nothing",
        controllers__plain="leverage: 5\n",
    )
    said = set_up(trueup)
    assert said.code == 0, said
    settings = written(tmp_path)
    assert settings["accounts"]["main"]["ccxt"] == {"sandbox": True}
    assert (
        settings["ledgers"]["hummingbot_trades"]["url"]
        == "sqlite:///hummingbot/data/hummingbot_trades.sqlite"
    )
    assert "controllers/pmm.yml begins with `initial_positions`, which stand nowhere else" in said.out
    assert "odd.yml: is no YAML: correct it; where it has `initial_positions`, write them" in said.out
    assert "plain.yml" not in said.out
    assert "yet: it is called as the configuration or script that runs" in said.out
    assert "on the exchange's test network" in said.out


def test_a_database_on_a_server_is_written_without_its_password(trueup: Command, tmp_path: Path) -> None:
    mode = (
        ("db_engine", "postgresql+psycopg2"),
        ("db_host", "db"),
        ("db_port", "5432"),
        ("db_username", "hb"),
        ("db_password", SECRET),
        ("db_name", "trades"),
    )
    client = "db_mode:\n" + "".join(f"  {key}: {value}\n" for key, value in mode)
    folder_of(tmp_path, "binance_perpetual", conf_client=client)
    said = set_up(trueup)
    assert written(tmp_path)["ledgers"]["mybot"]["url"] == "postgresql://hb@db:5432/trades"
    assert "give the password of a role that may only read" in said.out


@pytest.mark.parametrize(
    ("connectors", "client", "said"),
    [
        (("binance",), "", "has no perpetual connector (it has binance), and Trueup compares contracts"),
        ((), "", "has no perpetual connector (it has none)"),
        (("bybit_perpetual",), "{", "conf_client.yml: is no YAML: correct it"),
        (("bybit_perpetual",), "- a\n- b\n", "conf_client.yml: holds no settings"),
    ],
)
def test_a_folder_that_will_not_do_is_refused(
    trueup: Command, tmp_path: Path, connectors: tuple[str, ...], client: str, said: str
) -> None:
    folder_of(tmp_path, *connectors, conf_client=client)
    told = set_up(trueup)
    assert told.code != 0
    assert said in told.err.replace("\n", " ")
    assert not (tmp_path / "trueup.toml").exists()


def test_another_folder_and_two_bots_at_once_are_refused(trueup: Command, tmp_path: Path) -> None:
    (tmp_path / "hummingbot").mkdir()
    assert "has no folder `conf`: name hummingbot's own folder" in set_up(trueup).err.replace("\n", " ")
    assert "more than one bot: write one, then --add" in set_up(trueup, "--freqtrade", "x").err.replace(
        "\n", " "
    )


def test_an_undescribed_database_is_none_of_its_own(trueup: Command, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "binance_perpetual")
    with closing(sqlite3.connect(folder / "data" / "aaa.sqlite")) as other:
        other.execute("CREATE TABLE recipes (id)")
    set_up(trueup)
    assert "hummingbot_trades" in written(tmp_path)["ledgers"]
