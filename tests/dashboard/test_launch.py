"""Starting the dashboard: this machine only, one clear line and exit code 3 when it cannot be."""

import os
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import launch
from dashboard.launch import LaunchError


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def start(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "TRUEUP_STATE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "dashboard", *arguments],
        cwd=launch.PACKAGE.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "127.0.0.2", "192.168.1.5", "trader.example", ""])
def test_every_address_but_this_machines_own_is_refused(address: str) -> None:
    with pytest.raises(LaunchError, match="served on this machine only"):
        launch.command(8501, address)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost"])
def test_this_machines_own_addresses_are_taken(address: str) -> None:
    assert f"--server.address={address}" in launch.command(8501, address)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_that_does_not_exist_is_refused(port: int) -> None:
    with pytest.raises(LaunchError, match="does not exist"):
        launch.command(port)


def test_a_port_in_use_is_one_line_and_exit_code_3(taken: int) -> None:
    done = start("--state-url", "sqlite:///x.db", "--port", str(taken))

    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert f"Port {taken} on 127.0.0.1 cannot be used" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "No state database"),
        (("--state-url", "sqlite:///x.db", "--address", "0.0.0.0"), "is refused"),
        (("--state-url", "sqlite:///x.db", "--port", "x"), "invalid int value"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_3(arguments: tuple[str, ...], said: str) -> None:
    done = start(*arguments)

    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert said in done.stderr


def test_a_relative_database_is_meant_where_the_caller_stands(tmp_path: Path) -> None:
    assert launch.absolute("sqlite:///trueup.db", tmp_path) == f"sqlite:///{tmp_path / 'trueup.db'}"
    for kept in (
        "sqlite:////var/trueup.db",
        "sqlite:///~/trueup.db",
        "postgresql+psycopg://u@h/n",
        "sqlite://",
    ):
        assert launch.absolute(kept, tmp_path) == kept


def test_the_address_of_the_database_travels_in_the_environment_and_not_in_the_command(
    tmp_path: Path,
) -> None:
    url = "postgresql+psycopg://trueup:secret@db/trueup"

    assert launch.environment(url, {"PATH": "/bin"}, tmp_path)["TRUEUP_STATE_URL"] == url
    assert "secret" not in " ".join(launch.command())


def test_the_settings_keep_the_screens_on_this_machine_and_ask_nobody_else() -> None:
    settings = tomllib.loads((launch.home() / ".streamlit" / "config.toml").read_text("utf-8"))

    assert settings["server"]["address"] == "127.0.0.1"
    assert set(settings["server"]["allowedHosts"]) == launch.LOOPBACK
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["client"]["showErrorDetails"] == "none"
    for theme in ("light", "dark"):
        assert len(settings["theme"][theme]["chartCategoricalColors"]) == 10


def test_the_screens_load_neither_ccxt_nor_the_scheduler() -> None:
    asks = "import sys, dashboard.app; print(sorted({'ccxt', 'apscheduler'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", asks], cwd=launch.PACKAGE.parent, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
