"""How the command is called: help is short and good, and a wrong call is one line and exit code 3."""

import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.settings import load
from tests.cli.conftest import Command
from tests.reconciler.settings_files import GOOD, written

COMMANDS = (
    "demo",
    "init",
    "doctor",
    "reconcile",
    "run",
    "dashboard",
    "up",
    "link",
    "user",
    "reload",
    "venue",
    "notify",
    "alerts",
    "audit",
    "attest",
    "status",
    "token",
    "backup",
    "restore",
    "explain",
    "verify",
    "ray",
)


def test_the_help_names_every_command_in_one_screen(trueup: Command) -> None:
    said = trueup("--help")

    assert said.code == 0
    assert len(said.out.splitlines()) <= 34
    for command in COMMANDS:
        assert f"\n  {command} " in said.out
    assert "...\n" not in said.out.partition("\n")[2]  # no short help is cut off


def test_the_help_loads_nothing_that_takes_long(tmp_path: Path) -> None:
    asked = (
        "import sys; from reconciler.cli import main; code = main(['--help']); "
        "print(code, *{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    code, *loaded = done.stderr.split()
    assert code == "0"
    assert "typer" in loaded
    assert not {"pydantic", "sqlalchemy", "asyncio", "orjson", "ccxt", "streamlit"} & set(loaded)


@pytest.mark.parametrize("command", [each for each in COMMANDS if each != "venue"])
def test_every_command_has_help(trueup: Command, command: str) -> None:
    said = trueup(command, "--help")

    assert said.code == 0
    assert said.out.startswith(f"Usage: trueup {command}")


def test_no_command_shows_the_help_and_is_wrong_usage(trueup: Command) -> None:
    said = trueup()

    assert said.code == 3
    assert said.out == ""
    assert said.err.startswith("Usage: trueup")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["bogus"], "No such command 'bogus'. See `trueup --help`."),
        (["reconcile", "--onec"], "No such option: --onec"),
        (["reconcile"], "say --once"),
        (["alerts"], "Missing command. See `trueup alerts --help`."),
        (["alerts", "show", "first"], "Invalid value for 'ID'"),
        (["alerts", "show", "0"], "Invalid value for 'ID'"),
        (["alerts", "show"], "Missing argument 'ID'"),
        (["alerts", "ack", "1"], "Missing option '--by'"),
        (["demo", "--seconds", "long"], "Invalid value for '--seconds'"),
        (["dashboard", "--port", "99999"], "Invalid value for '--port'"),
    ],
)
def test_a_wrong_call_is_one_line(trueup: Command, arguments: list[str], told: str) -> None:
    said = trueup(*arguments)

    assert said.code == 3
    assert said.out == ""
    assert said.complaint.startswith("trueup: ")
    assert told in said.complaint


@pytest.mark.parametrize(
    "arguments", [["run"], ["up"], ["dashboard"], ["doctor"], ["reconcile", "--once"], ["alerts", "list"]]
)
def test_missing_settings_are_one_line_for_every_command(trueup: Command, arguments: list[str]) -> None:
    said = trueup(*arguments)

    assert said.code == 3
    assert "trueup.toml: there is no such settings file" in said.complaint


@pytest.mark.parametrize("arguments", [["run"], ["up"], ["doctor"], ["reconcile", "--once", "--json"]])
def test_wrong_settings_are_a_line_a_problem(trueup: Command, tmp_path: Path, arguments: list[str]) -> None:
    written(tmp_path, GOOD.replace("venue", "venu"))

    said = trueup(*arguments)

    assert said.code == 3
    assert said.out == ""
    assert said.err.splitlines() == [
        'trueup: trueup.toml: accounts.main.venue: is missing, for example venue = "binanceusdm"',
        "trueup: trueup.toml: accounts.main.venu: is not a setting: did you mean venue?",
    ]


def test_a_missing_secret_is_named(trueup: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path)
    monkeypatch.delenv("BINANCE_SECRET")

    said = trueup("reconcile", "--once")

    assert said.code == 3
    assert "accounts.main.secret_env: the variable BINANCE_SECRET is not in the environment" in said.complaint


def test_an_account_that_is_not_defined_is_told(trueup: Command, tmp_path: Path) -> None:
    written(tmp_path)

    said = trueup("reconcile", "--once", "--account", "man")

    assert said.code == 3
    assert said.complaint == "trueup: --account man: trueup.toml defines only main"


def test_the_settings_file_may_be_named_by_the_environment(
    trueup: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUEUP_CONFIG", str(tmp_path / "other.toml"))

    assert f"{tmp_path}/other.toml: there is no such settings file" in trueup("run").complaint


def test_init_writes_an_example_that_works(trueup: Command, tmp_path: Path) -> None:
    assert trueup("init").code == 0

    settings = load(tmp_path / "trueup.toml")

    assert settings.accounts["main"].venue == "binanceusdm"


def test_init_never_touches_a_file_that_is_there(trueup: Command, tmp_path: Path) -> None:
    (tmp_path / "trueup.toml").write_text("mine")

    said = trueup("init")

    assert said.code == 3
    assert "is there already and stays as it is" in said.complaint
    assert (tmp_path / "trueup.toml").read_text() == "mine"


def test_init_into_a_folder_that_is_not_there_is_told(trueup: Command) -> None:
    said = trueup("init", "no/such/folder.toml")

    assert said.code == 3
    assert "no/such/folder.toml cannot be written: No such file or directory" in said.complaint
