"""How the dashboard is started: loopback only, own settings, the state database by environment."""

import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from dashboard.state_reader import STATE_URL

PACKAGE = Path(__file__).resolve().parent
APP = PACKAGE / "serving.py"

ADDRESS = "127.0.0.1"
LOOPBACK = frozenset({ADDRESS, "::1", "localhost"})  # the hosts that .streamlit/config.toml lets in
PORT = 8501
HIGHEST_PORT = 65535


class LaunchError(Exception):
    """The dashboard cannot be started: one line saying what, where, and what to do."""


def home() -> Path:
    """Return the folder that holds `.streamlit/config.toml`: beside the package, or in it when installed."""
    for folder in (PACKAGE.parent, PACKAGE):
        if (folder / ".streamlit" / "config.toml").is_file():
            return folder
    raise LaunchError(
        f"The dashboard's settings .streamlit/config.toml are missing beside {PACKAGE}: install again."
    )


def command(port: int = PORT, address: str = ADDRESS) -> list[str]:
    """Return the command that serves the dashboard. Run it in `home()` with `environment()`.

    What keeps the screens on this machine is said here too, so that no other settings file can undo it.

    Raises:
        LaunchError: The address is not loopback, or the port is not one.
    """
    check_address(address)
    if not 0 < port <= HIGHEST_PORT:
        raise LaunchError(f"Port {port} does not exist: choose one from 1 to {HIGHEST_PORT}.")
    options = {
        "server.address": address,
        "server.port": port,
        "server.headless": "true",
        "server.enableCORS": "true",
        "server.enableXsrfProtection": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        # Unset, Streamlit asks an outside host for its own address.
        "browser.serverAddress": address,
        "client.showErrorDetails": "none",
    }
    chosen = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-P", "-m", "streamlit", "run", str(APP), *chosen]


def environment(state_url: str, inherited: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return the environment to run `command` in.

    Args:
        state_url: As in the settings; a relative file is meant relative to `folder`.
        inherited: The environment of the caller.
        folder: The caller's working folder. The dashboard itself runs in `home()`.
    """
    path = os.pathsep.join(part for part in (str(PACKAGE.parent), inherited.get("PYTHONPATH", "")) if part)
    return {**inherited, STATE_URL: absolute(state_url, folder), "PYTHONPATH": path}


def absolute(state_url: str, folder: Path) -> str:
    """Return the address with a relative SQLite file made absolute, since the dashboard runs elsewhere."""
    scheme, separator, rest = state_url.partition(":///")
    if (
        not separator
        or not scheme.startswith("sqlite")
        or rest.startswith(("/", "~", ":", "file:"))
        or not rest
    ):
        return state_url
    return f"{scheme}:///{folder.resolve() / rest}"


def check_address(address: str) -> None:
    """Refuse every address but this machine's own.

    Raises:
        LaunchError: It is not loopback: anybody who reaches the port could acknowledge alerts.
    """
    if address not in LOOPBACK:
        raise LaunchError(
            f"Address {address!r} is refused: the dashboard has no sign-in yet, so it is served on this "
            "machine only. Use 127.0.0.1, and a tunnel such as `ssh -L` from elsewhere."
        )


def check_port(port: int, address: str = ADDRESS) -> None:
    """Refuse a port that somebody else listens on, before anything is started.

    Raises:
        LaunchError: It is in use or not allowed.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise LaunchError(
                f"Port {port} on {address} cannot be used ({error.strerror or error}): "
                "stop what listens there, or choose another with --port."
            ) from error
