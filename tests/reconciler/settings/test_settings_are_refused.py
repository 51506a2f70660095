"""Settings that are wrong: each is refused with its name, what is wrong with its value, and the fix."""

from pathlib import Path

import pytest

from reconciler.settings import SettingsError, load
from tests.reconciler.settings_files import GOOD, written

CANARY = "c4n4ryS3CRETc4n4ry"


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINANCE_KEY", "the-key")
    monkeypatch.setenv("BINANCE_SECRET", "the-secret")


def refusal(path: Path | None, *, venues: bool = True) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load(path, venues=venues)
    assert all("\n" not in line for line in caught.value.lines)
    return caught.value.lines


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("venue =", "venu =", 'accounts.main.venue: is missing, for example venue = "binanceusdm"'),
        ("venue =", "venu =", "accounts.main.venu: is not a setting: did you mean venue?"),
        (
            '"binanceusdm"',
            '"Binance USD-M"',
            'accounts.main.venue: "Binance USD-M" is not written like a ccxt',
        ),
        ('"binanceusdm"', "5", "accounts.main.venue: 5 is wrong, it should be a text in quotes, for example"),
        ('"freqtrade"', '"freqtrad"', 'ledgers.mybot.kind: "freqtrad" is not known: did you mean freqtrade?'),
        (
            '"freqtrade"',
            '"excel"',
            'ledgers.mybot.kind: "excel" is not known: known here are freqtrade, hummingbot, journal',
        ),
        (
            '["mybot"]',
            '["mybit"]',
            "accounts.main.ledgers: mybit is not defined: add [ledgers.mybit], or did you",
        ),
        ('["mybot"]', "[]", "accounts.main.ledgers: names no ledger, so there is nothing to compare"),
        ('["mybot"]', "[]", "ledgers.mybot: belongs to no account, so it would not be compared"),
        ('["mybot"]', "7", "accounts.main.ledgers: 7 is wrong, it should be a list"),
        ("[accounts.main]", '[accounts."my account"]', "accounts.my account: is no name: use letters"),
        (
            "sqlite:///user",
            "sqlite://user",
            "ledgers.mybot.url: is not written as sqlite:///FILE (three strokes",
        ),
        (
            "sqlite:///user_data/tradesv3.sqlite",
            "trades.db",
            "ledgers.mybot.url: is no address of a database",
        ),
        (
            "sqlite:///user_data/tradesv3.sqlite",
            "sqlite://",
            "ledgers.mybot.url: is not written as sqlite:///FILE",
        ),
        ("sqlite:///user_data/tradesv3.sqlite", "sqlite:///:memory:", "ledgers.mybot.url: names no file"),
        (
            '"BINANCE_KEY"',
            '"NO_KEY"',
            "accounts.main.api_key_env: the variable NO_KEY is not in the environment",
        ),
        ('"BINANCE_KEY"', '"EMPTY_KEY"', "accounts.main.api_key_env: the variable EMPTY_KEY is empty"),
        (
            'api_key_env = "BINANCE_KEY"',
            "",
            'accounts.main.api_key_env: is missing: add api_key_env = "BINANCE_KEY"',
        ),
        ("secret_env =", "secret_file =", "accounts.main.secret_file: "),
        (
            "venue =",
            'api_key_file = "k"\nvenue =',
            "accounts.main.api_key_env: is given twice, with api_key_file",
        ),
    ],
)
def test_a_wrong_value_in_an_account_or_ledger_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, line: str
) -> None:
    monkeypatch.setenv("EMPTY_KEY", "")
    assert old in GOOD

    lines = refusal(written(tmp_path, GOOD.replace(old, new)))

    assert any(each.startswith(f"{tmp_path}/trueup.toml: {line}") for each in lines), lines


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "[checks]\ninterval = 0",
            "checks.interval: 0 is wrong, it should be from 0.1 to 3600 seconds, for example",
        ),
        (
            "[checks]\ninterval = 'soon'",
            'checks.interval: "soon" is no number of seconds, for example interval = 30',
        ),
        ("[checks]\ninterval = true", "checks.interval: true is no number of seconds"),
        ("[checks]\ninterval = nan", "checks.interval: "),
        ("[checks]\ninterval = inf", "checks.interval: "),
        ("[checks]\nintervall = 5", "checks.intervall: is not a setting: did you mean interval?"),
        ("[dashboard]\nport = 99999", "dashboard.port: 99999 is wrong, it should be at most 65535"),
        (
            "[dashboard]\nport = 'web'",
            'dashboard.port: "web" is wrong, it should be a whole number, for example',
        ),
        ("[dashboard]\naddress = '0.0.0.0'", "dashboard.address: is not of this machine, and what passes"),
        (
            "[log]\nlevel = 'loud'",
            'log.level: "loud" is not known: known here are debug, info, warning, error',
        ),
        ("[databse]\nurl = 'x'", "databse: is not a setting: did you mean database?"),
        ("[database]\nurl = 'mysql://h/n'", "database.url: is no address of a database that can be used"),
        (
            "[database]\nurl = 'postgresql+asyncpg://h/n'",
            "database.url: names a driver that Trueup does not use",
        ),
        ("checks = 5", "checks: 5 is wrong, it should be a table"),
    ],
)
def test_a_wrong_value_elsewhere_is_told(tmp_path: Path, text: str, line: str) -> None:
    # A bare key must stand before the first table.
    lines = refusal(written(tmp_path, text + "\n" + GOOD))

    assert any(each.startswith(f"{tmp_path}/trueup.toml: {line}") for each in lines), lines


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("venue", "venu").replace('["mybot"]', '["mybit"]') + "[checks]\ninterval = -1\n"

    lines = refusal(written(tmp_path, text))

    for name in ("accounts.main.venue", "accounts.main.venu:", "accounts.main.ledgers", "checks.interval"):
        assert any(name in line for line in lines), name


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("api_key_env", "api_key").replace("BINANCE_KEY", CANARY),
        GOOD.replace("BINANCE_KEY", CANARY),
        GOOD + f'secret = "{CANARY}"\n',
        GOOD + f'ccxt = {{apiKey = "{CANARY}"}}\n',
        GOOD + f'ccxt = {{secret = "{CANARY}", password = "{CANARY}"}}\n',
        GOOD + f'[database]\nurl = "postgresql+psycopg://u:{CANARY}@h/n"\n',
        GOOD + f'[database]\nurl = "mysql://u:{CANARY}@h/n"\n',
        GOOD.replace("sqlite:///user_data/tradesv3.sqlite", f"postgresql+psycopg://u:{CANARY}@h/n"),
        GOOD + f'password_env = ["{CANARY}"]\n',
    ],
)
def test_a_secret_in_the_file_is_refused_and_never_repeated(tmp_path: Path, text: str) -> None:
    lines = refusal(written(tmp_path, text))

    assert CANARY not in "\n".join(lines)


def test_a_file_that_is_not_there_says_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    (line,) = refusal(None)

    assert line.startswith(f"trueup.toml: there is no such settings file in {tmp_path}: `trueup init` writes")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[accounts.main\n", "is not valid TOML"),
        (b"\xff\xfe", "is no UTF-8 text"),
        (b"[a]\nx = 1\nx = 2\n", "is not valid TOML"),
    ],
)
def test_a_file_that_cannot_be_parsed_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "trueup.toml"
    path.write_bytes(content)

    assert any(told in line for line in refusal(path))


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    assert "cannot be read: Is a directory" in refusal(tmp_path)[0]


def test_an_empty_file_says_that_an_account_is_needed(tmp_path: Path) -> None:
    (line,) = refusal(written(tmp_path, ""))

    assert "accounts: none is defined: add [accounts.NAME]" in line


def test_a_freqtrade_database_belongs_to_one_account(tmp_path: Path) -> None:
    second = GOOD[GOOD.index("[accounts.main]") :].replace("main", "second")

    (line,) = refusal(written(tmp_path, GOOD + second))

    assert "ledgers.mybot: is named by main and second" in line


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        (
            "TRUEUP_DATABASE_URL",
            "sqlite:///x.db",
            "sections are set off by two underscores, TRUEUP_DATABASE__URL",
        ),
        ("TRUEUP_DATABSE__URL", "sqlite:///x.db", "did you mean TRUEUP_DATABASE__URL?"),
        ("TRUEUP_DATABASE__URI", "sqlite:///x.db", "database.uri: is not a setting: did you mean url?"),
        ("TRUEUP_CHECKS__INTERVAL", "never", 'checks.interval: "never" is no number of seconds'),
        ("TRUEUP_ACCOUNTS", "{broken", "variable is not what it should be"),
    ],
)
def test_a_wrong_variable_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str
) -> None:
    monkeypatch.setenv(variable, value)

    assert any(told in line for line in refusal(written(tmp_path)))


@pytest.mark.parametrize("content", [b"", b"  \n", b"\xff", b"x" * 70_000])
def test_a_secret_file_that_holds_no_secret_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    text = GOOD.replace('api_key_env = "BINANCE_KEY"', 'api_key_file = "key"')

    (line,) = refusal(written(tmp_path, text))

    assert f"accounts.main.api_key_file: {tmp_path}/key is " in line
