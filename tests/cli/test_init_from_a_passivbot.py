"""`trueup init --passivbot`: from a bot's folder to settings that work, and to what only a person knows."""

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from reconciler.settings import load
from tests.cli.conftest import Command, Said
from tests.reconciler.ledgers.passivbot_files import SNAPSHOT_MS, state, write

SECRET = "the-bots-own-secret"


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [each for each in os.environ if each.endswith(("_READ_KEY", "_READ_SECRET"))]:
        monkeypatch.delenv(variable)


def user(root: Path, exchange: str, name: str, *, later_ms: int = 0) -> Path:
    folder = root / "passivbot" / "monitor" / exchange / name
    folder.mkdir(parents=True)
    content = state()
    content["meta"] |= {"exchange": exchange, "user": name, "snapshot_ts_ms": SNAPSHOT_MS + later_ms}
    write(folder, content)
    return folder


def set_up(trueup: Command, *more: str, folder: str = "passivbot") -> Said:
    return trueup("init", "--no-doctor", "--passivbot", folder, *more)


def written(file: Path) -> dict[str, Any]:
    text = file.read_text()
    assert SECRET not in text
    return tomllib.loads(text)


@pytest.mark.parametrize("named", ["passivbot", "passivbot/monitor", "passivbot/monitor/bybit/user_01"])
def test_a_folder_becomes_settings(trueup: Command, tmp_path: Path, named: str) -> None:
    user(tmp_path, "bybit", "user_01")

    said = set_up(trueup, folder=named)

    assert said.code == 0, said
    settings = written(tmp_path / "trueup.toml")
    assert settings["ledgers"]["user_01"] == {
        "kind": "passivbot",
        "url": "file:passivbot/monitor/bybit/user_01/state.latest.json",
        "stops": "software",
    }
    assert settings["accounts"]["main"] == {
        "venue": "bybit",
        "ledgers": ["user_01"],
        "api_key_env": "BYBIT_READ_KEY",
        "secret_env": "BYBIT_READ_SECRET",
    }
    assert load(tmp_path / "trueup.toml", venues=False).ledgers["user_01"].kind == "passivbot"
    assert "not whether a position was meant" in said.out.replace("\n", " ")


def test_of_several_it_is_the_one_that_was_written_last_and_the_others_are_named(
    trueup: Command, tmp_path: Path
) -> None:
    user(tmp_path, "binance", "old")
    user(tmp_path, "bybit", "new", later_ms=5000)

    said = set_up(trueup)

    assert list(written(tmp_path / "trueup.toml")["ledgers"]) == ["new"]
    assert "old on binance has a file too: --add it by its folder" in said.out

    added = set_up(trueup, "--add", folder="passivbot/monitor/binance/old")
    assert added.code == 0, added
    assert written(tmp_path / "accounts.d" / "old.toml")["accounts"]["old"]["venue"] == "binanceusdm"
    assert sorted(load(tmp_path / "trueup.toml", venues=False).ledgers) == ["new", "old"]


def test_the_same_file_is_not_added_twice(trueup: Command, tmp_path: Path) -> None:
    user(tmp_path, "bybit", "user_01")
    set_up(trueup)

    again = set_up(trueup, "--add")

    assert again.code == 3
    assert "has this database already" in again.err.replace("\n", " ")


def test_a_passphrase_is_asked_for_where_the_bot_has_one_and_nothing_of_it_is_copied(
    trueup: Command, tmp_path: Path
) -> None:
    user(tmp_path, "bitget", "user_01")
    keys = {"user_01": {"exchange": "bitget", "key": SECRET, "secret": SECRET, "passphrase": SECRET}}
    (tmp_path / "passivbot" / "api-keys.json").write_text(json.dumps(keys))

    assert set_up(trueup).code == 0
    assert written(tmp_path / "trueup.toml")["accounts"]["main"]["password_env"] == "BITGET_READ_PASSPHRASE"


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "no state.latest.json is in it"), ("{", "is no JSON"), ("{}", "no monitor file of passivbot 8")],
)
def test_what_cannot_be_read_is_told_and_nothing_is_written(
    trueup: Command, tmp_path: Path, content: str | None, told: str
) -> None:
    folder = tmp_path / "passivbot" / "monitor" / "bybit" / "user_01"
    folder.mkdir(parents=True)
    if content is not None:
        write(folder, content)

    said = set_up(trueup)

    assert said.code == 3
    assert told in said.err.replace("\n", " ")
    assert not (tmp_path / "trueup.toml").exists()
