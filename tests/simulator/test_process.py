"""The venue as a process of its own: its address, its settings to paste, its end, and its complaints."""

import asyncio
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.request import urlopen

import pytest

from simulator.__main__ import WRONG_USAGE, main
from simulator.server import SimulatedVenue

pytestmark = pytest.mark.processes


def test_it_prints_its_address_and_settings_and_ends_on_a_signal() -> None:
    command = [sys.executable, "-m", "simulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        url = first.split()[3]
        assert urlopen(f"{url}/fapi/v1/time").status == 200
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
        assert process.stderr is not None
        assert (process.wait(timeout=20), process.stderr.read()) == (0, "")
    settings = tomllib.loads(rest)["accounts"]["main"]["ccxt"]
    assert settings["urls"]["api"]["fapiPrivateV3"] == f"{url}/fapi/v3"
    assert settings["urls"]["api"]["ws"]["linear"] == f"ws{url.removeprefix('http')}/ws"
    assert settings["options"]["fetchCurrencies"] is False


def test_another_venue_is_chosen_by_name() -> None:
    command = [sys.executable, "-m", "simulator", "--venue", "bybit"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        url = first.split()[3]
        assert "Bybit v5" in first
        assert urlopen(f"{url}/v5/market/time").status == 200
        process.send_signal(signal.SIGTERM)
        settings = tomllib.loads(process.stdout.read())["accounts"]["main"]["ccxt"]
    assert settings["urls"]["api"]["private"] == url
    assert settings["urls"]["api"]["ws"]["private"]["contract"] == f"ws{url.removeprefix('http')}/v5/private"


def test_a_port_in_use_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == WRONG_USAGE
    complaint = capsys.readouterr().err
    assert f"127.0.0.1:{port}" in complaint
    assert complaint.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--state", "nowhere.json"], "nowhere.json"),
        (["--host", "0.0.0.0"], "not a loopback address"),
        (["--host", "example"], "example"),
        (["--port", "99999"], "port"),
    ],
)
def test_wrong_usage_is_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == WRONG_USAGE
    complaint = capsys.readouterr().err
    assert said in complaint
    assert complaint.count("\n") == 1


def test_an_unknown_option_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--colour", "red"])
    assert ended.value.code == WRONG_USAGE
    assert capsys.readouterr().err.count("\n") == 1


def test_a_state_that_is_not_json_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "state.json"
    path.write_text("{")
    assert main(["--state", str(path)]) == WRONG_USAGE
    assert "is not JSON" in capsys.readouterr().err


async def test_a_venue_starts_again_on_its_port_with_its_state() -> None:
    venue = SimulatedVenue()
    await venue.start()
    url = venue.url
    await venue.stop()
    await venue.start()
    assert venue.url == url
    assert await asyncio.to_thread(lambda: urlopen(f"{url}/fapi/v1/time").status) == 200
    await venue.stop()
