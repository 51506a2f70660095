"""Accounts that differ by little: what they share is said once, and each may have a file of its own."""

from pathlib import Path

import pytest

from reconciler.facts.finding import Severity
from reconciler.settings import SettingsError, load
from tests.reconciler.settings_files import written

ALIKE = """
[defaults.accounts]
venue = "bybit"
ledgers = ["{name}"]
api_key_env = "{NAME}_KEY"
secret_env = "BINANCE_SECRET"
ccxt = { options = { recvWindow = 5000 }, timeout = 7000 }

[defaults.ledgers]
kind = "freqtrade"
url = "sqlite:///bots/{name}/trades.sqlite"
"""
DESK = "[accounts.desk-7]\n[ledgers.desk-7]\n"


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BINANCE_KEY", "BINANCE_SECRET", "DESK_7_KEY", "DESK_8_KEY"):
        monkeypatch.setenv(name, f"the-{name.lower()}")


def beside(folder: Path, text: str, name: str) -> Path:
    """Write a file of `accounts.d`."""
    (folder / "accounts.d").mkdir(exist_ok=True)
    return written(folder / "accounts.d", text, name)


def refusal(path: Path) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load(path)
    return caught.value.lines


def test_a_short_file_an_account_is_enough(tmp_path: Path) -> None:
    path = written(tmp_path, ALIKE)
    beside(tmp_path, DESK, "desk-7.toml")
    beside(tmp_path, DESK.replace("7", "8") + "# the second\n", "desk-8.toml")

    settings = load(path)

    assert list(settings.accounts) == ["desk-7", "desk-8"]
    assert settings.access("desk-7").api_key == "the-desk_7_key"
    assert settings.accounts["desk-8"].ledgers == ("desk-8",)
    assert settings.ledgers["desk-8"].url == f"sqlite:///{tmp_path}/bots/desk-8/trades.sqlite"
    assert [Path(file).name for file in settings.files] == ["desk-7.toml", "desk-8.toml"]


def test_what_an_account_says_itself_counts_and_its_tables_are_filled_up(tmp_path: Path) -> None:
    own = '[accounts.desk-7]\nvenue = "binanceusdm"\nccxt = { options = { x = 1 }, timeout = 9000 }\n'
    path = written(tmp_path, f"{ALIKE}{own}[ledgers.desk-7]\n")

    account = load(path).accounts["desk-7"]

    assert account.venue == "binanceusdm"
    assert account.ccxt == {"options": {"recvWindow": 5000, "x": 1}, "timeout": 9000}


def test_the_environment_counts_before_a_file_and_a_file_before_a_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, ALIKE.replace("desk", "d"))
    beside(tmp_path, '[accounts.desk]\nvenue = "okx"\n[ledgers.desk]\n', "desk.toml")
    monkeypatch.setenv("DESK_KEY", "k")
    monkeypatch.setenv("TRUEUP_ACCOUNTS__DESK__VENUE", "binanceusdm")
    monkeypatch.setenv("TRUEUP_DEFAULTS__ACCOUNTS__SECRET_ENV", "BINANCE_KEY")

    settings = load(path)

    assert settings.accounts["desk"].venue == "binanceusdm"
    assert settings.access("desk").secret == "the-binance_key"


def test_a_secret_in_a_file_is_taken_in_place_of_a_default_variable(tmp_path: Path) -> None:
    path = written(tmp_path, f'{ALIKE}[accounts.desk-7]\napi_key_file = "key"\n[ledgers.desk-7]\n')
    written(tmp_path, "from-the-file\n", "key")

    assert load(path).access("desk-7").api_key == "from-the-file"


def test_channels_have_defaults_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHONE_URL", "ntfy://topic")
    channels = '[defaults.notify]\nurl_env = "{NAME}_URL"\nmin_severity = "critical"\n[notify.phone]\n'
    path = written(tmp_path, ALIKE + DESK + channels)

    settings = load(path)

    assert settings.channel_url("phone") == "ntfy://topic"
    assert settings.notify["phone"].min_severity is Severity.CRITICAL


def test_a_name_that_is_defined_twice_is_refused_with_both_places(tmp_path: Path) -> None:
    path = written(tmp_path, ALIKE + DESK)
    again = beside(tmp_path, "[accounts.desk-7]\n", "a.toml")
    other = beside(tmp_path, DESK.replace("7", "8"), "b.toml")
    third = beside(tmp_path, "[ledgers.desk-8]\n", "c.toml")

    assert refusal(path) == (
        f"{again}: accounts.desk-7: is defined in {path} and in {again}: keep one of the two",
        f"{third}: ledgers.desk-8: is defined in {other} and in {third}: keep one of the two",
    )


def test_what_is_wrong_is_told_with_the_file_it_stands_in(tmp_path: Path) -> None:
    path = written(tmp_path, ALIKE)
    desk = beside(tmp_path, '[accounts.desk-9]\nvenue = "By Bit"\n[ledgers.desk-9]\nknd = 1\n', "9.toml")
    broken = beside(tmp_path, "[accounts", "broken.toml")

    lines = "\n".join(refusal(path))

    assert f'{desk}: accounts.desk-9.venue: "By Bit" is not written like a ccxt exchange id' in lines
    assert f"{desk}: ledgers.desk-9.knd: is not a setting: did you mean kind?" in lines
    assert f"{broken}: is not valid TOML" in lines


def test_a_key_that_is_not_there_is_told_with_the_file_of_its_account(tmp_path: Path) -> None:
    path = written(tmp_path, ALIKE)
    desk = beside(tmp_path, DESK.replace("7", "9"), "desk-9.toml")

    told = "the variable DESK_9_KEY is not in the environment: export DESK_9_KEY=... before starting Trueup"
    assert refusal(path) == (f"{desk}: accounts.desk-9.api_key_env: {told}",)


def test_a_wrong_default_is_told_once_and_in_its_place(tmp_path: Path) -> None:
    wrong = ALIKE.replace('"bybit"', '"By Bit"').replace("kind =", "exclusive = true\nkind =")
    path = written(tmp_path, wrong + DESK + DESK.replace("7", "8"))

    value, key = refusal(path)

    assert value.startswith(f'{path}: defaults.accounts.venue: "By Bit" is not written like a ccxt')
    assert key.startswith(f"{path}: defaults.ledgers.exclusive: is not a setting: known here are kind, url")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[defaults.accounts]\nsecret = "c4n4ry"\n', "defaults.accounts.secret: is a secret"),
        ('[defaults.notify]\nurl = "tgram://c4n4ry/1"\n', "defaults.notify.url: is a secret"),
        ('[defaults.ledgers]\nurl = "postgresql://u:c4n4ry@h/d"\n', "defaults.ledgers.url: holds a password"),
        ('[defaults]\nacounts = { venue = "c4n4ry" }\n', "defaults.acounts: is not a setting"),
        ('[defaults]\naccounts = "c4n4ry"\n', "defaults.accounts: "),
    ],
)
def test_a_secret_or_a_slip_among_the_defaults_is_refused(tmp_path: Path, text: str, told: str) -> None:
    lines = refusal(written(tmp_path, text))

    assert any(told in line for line in lines)
    if "secret" in told or "password" in told:
        assert "c4n4ry" not in "".join(lines)


def test_a_file_of_an_account_holds_nothing_else(tmp_path: Path) -> None:
    path = written(tmp_path, ALIKE)
    desk = beside(tmp_path, f'venue = "bybit"\n{DESK}[checks]\ninterval = 1\n', "desk-7.toml")

    holds = "[accounts.NAME], [ledgers.NAME], [notify.NAME]"
    kept = f"does not belong in a file of accounts.d, which holds {holds}"
    assert refusal(path) == (f"{desk}: venue: {kept}", f"{desk}: checks: {kept}")


def test_a_folder_that_cannot_be_read_is_no_empty_one(tmp_path: Path) -> None:
    path = written(tmp_path, ALIKE + DESK)
    written(tmp_path, "", "accounts.d")

    assert refusal(path) == (f"{tmp_path}/accounts.d: cannot be read: Not a directory",)


def test_what_is_put_aside_in_the_folder_is_not_read(tmp_path: Path) -> None:
    path = written(tmp_path, ALIKE + DESK)
    for name in (".desk-8.toml", "desk-8.toml.off", "README"):
        beside(tmp_path, "no TOML", name)

    assert list(load(path).accounts) == ["desk-7"]
