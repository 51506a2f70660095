"""Starting the dashboard: this machine only, one clear line and exit code 3 when it cannot be."""

import os
import socket
import subprocess
import sys
import tomllib
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard import launch
from dashboard.__main__ import _say_how_to_sign_in
from dashboard.entrance.place import LOOPBACK
from dashboard.launch import LaunchError
from reconciler.facts.sign_in import Door, Provider, ProxyHeaders, Roles, Way


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


TLS = Door(certificate="/c.pem", certificate_key="/k.pem", public_url="https://t.example")
PROXIED = Door(proxies=("10.0.0.2",), public_url="https://t.example")


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "127.0.0.2", "192.168.1.5", "trader.example", ""])
@pytest.mark.parametrize(
    ("door", "said"),
    [
        (Door(), "would not be encrypted"),
        (replace(TLS, ways=()), "nobody is asked who they are"),
        (replace(PROXIED, ways=()), "nobody is asked who they are"),
        (replace(TLS, public_url=None), "dashboard.public_url"),
        (replace(PROXIED, public_url=None), "dashboard.public_url"),
    ],
)
def test_an_address_that_is_wider_than_the_door_is_strong_is_refused(
    address: str, door: Door, said: str
) -> None:
    with pytest.raises(LaunchError, match=said):
        launch.command(8501, address, door)


@pytest.mark.parametrize("door", [TLS, PROXIED])
def test_with_sign_in_and_encryption_any_address_is_taken(door: Door) -> None:
    command = launch.command(8501, "0.0.0.0", door)
    assert "--server.address=0.0.0.0" in command
    assert ("--server.sslCertFile=/c.pem" in command) is (door is TLS)
    assert "--browser.serverAddress=127.0.0.1" in command


@pytest.mark.parametrize(
    ("state", "file"),
    [
        ("sqlite:///trueup.db", "/srv/trueup.sign-in"),
        ("sqlite:////var/lib/desk.db", "/var/lib/desk.sign-in"),
        ("postgresql+psycopg://u@h/n", "/srv/trueup.sign-in"),
    ],
)
def test_the_secret_lies_beside_the_state_database(state: str, file: str) -> None:
    assert launch.with_key_file(Door(), state, Path("/srv")).key_file == file
    assert launch.with_key_file(Door(key_file="s/key"), state, Path("/srv")).key_file == "/srv/s/key"


def test_the_door_travels_in_the_environment_and_not_in_the_command(tmp_path: Path) -> None:
    door = Door(
        ways=(Way.OIDC, Way.PROXY),
        provider=Provider("https://i.example", "trueup", "the-client-secret"),
        proxy=ProxyHeaders("X-User", secret="the-proxy-secret"),
        roles=Roles(admins=("ann",)),
        idle=timedelta(hours=1),
        key_file="/k",
    )
    made = launch.environment("sqlite:////t.db", {}, tmp_path, door)
    assert launch.door_of(made) == door
    assert made["FORWARDED_ALLOW_IPS"] == ""
    assert "secret" not in repr(door)
    assert "the-" not in " ".join(launch.command(8501, "127.0.0.1", door))
    with pytest.raises(LaunchError, match="no door of this version"):
        launch.door_of({launch.DOOR: '{"ways": ["knock"]}'})


@pytest.mark.parametrize("terminal", [True, False])
def test_the_link_is_shown_to_a_terminal_and_not_to_a_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, terminal: bool
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    door = Door(key_file=str(tmp_path / "key"))
    _say_how_to_sign_in(door, Namespace(port=8501, address="127.0.0.1"))
    said = capsys.readouterr().out
    assert (launch.link(door, 8501, "127.0.0.1") in said) is terminal
    assert ("trueup link" in said) is not terminal


def test_the_link_is_of_the_public_address_where_the_screens_listen_wider(tmp_path: Path) -> None:
    door = replace(TLS, key_file=str(tmp_path / "key"))
    assert launch.link(door, 8501, "0.0.0.0").startswith("https://t.example/?token=")
    assert launch.link(door, 8501, "::1").startswith("https://[::1]:8501/?token=")
    first = launch.link(replace(door, certificate=None), 8501, "127.0.0.1")
    assert first.startswith("http://127.0.0.1:8501/?token=")
    assert launch.link(door, 8501, "127.0.0.1", new=True).rpartition("=")[2] != first.rpartition("=")[2]


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
    assert set(settings["server"]["allowedHosts"]) == set(LOOPBACK)
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
