"""How the dashboard is started: its own settings, its door and the state database by environment."""

import os
import socket
import ssl
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import msgspec

from dashboard.entrance.key import KeyFile
from dashboard.entrance.place import LOOPBACK, places
from dashboard.state_reader import STATE_URL
from reconciler.facts.sign_in import Door, Way

PACKAGE = Path(__file__).resolve().parent
APP = PACKAGE / "serving.py"

DOOR = "TRUEUP_DOOR"
"""The variable that holds the door as JSON, with its secrets: other users cannot read it."""

ADDRESS = "127.0.0.1"
PORT = 8501
HIGHEST_PORT = 65535

_FILE_SCHEME = "sqlite:///"


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


def door_of(environ: Mapping[str, str]) -> Door:
    """Return the door that the environment describes; the usual one where it describes none.

    Raises:
        LaunchError: What it says is of another version.
    """
    written = environ.get(DOOR, "")
    if not written:
        return Door()
    try:
        return msgspec.json.decode(written, type=Door)
    except msgspec.MsgspecError as error:
        raise LaunchError(f"{DOOR} holds no door of this version: start this with `trueup`.") from error


def command(port: int = PORT, address: str = ADDRESS, door: Door = Door()) -> list[str]:  # noqa: B008 - frozen
    """Return the command that serves the dashboard. Run it in `home()` with `environment()`.

    What keeps the screens to this machine is said here too, so that no other settings file can undo it.

    Raises:
        LaunchError: The address is wider than the door is strong, or the port is not one.
    """
    check_address(address, door)
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
        "browser.serverAddress": address if address in LOOPBACK else ADDRESS,
        "client.showErrorDetails": "none",
    }
    if door.certificate is not None:
        options |= {"server.sslCertFile": door.certificate, "server.sslKeyFile": str(door.certificate_key)}
    chosen = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-P", "-m", "streamlit", "run", str(APP), *chosen]


def environment(
    state_url: str,
    inherited: Mapping[str, str],
    folder: Path,
    door: Door = Door(),  # noqa: B008 - frozen
) -> dict[str, str]:
    """Return the environment to run `command` in.

    Args:
        state_url: As in the settings; a relative file is meant relative to `folder`.
        inherited: The environment of the caller.
        folder: The caller's working folder. The dashboard itself runs in `home()`.
        door: How people are let in.
    """
    path = os.pathsep.join(part for part in (str(PACKAGE.parent), inherited.get("PYTHONPATH", "")) if part)
    return {
        **inherited,
        STATE_URL: absolute(state_url, folder),
        DOOR: msgspec.json.encode(with_key_file(door, state_url, folder)).decode(),
        "PYTHONPATH": path,
        # Who stands before us the gate finds out by itself; uvicorn would believe anybody on this machine.
        "FORWARDED_ALLOW_IPS": "",
    }


def with_key_file(door: Door, state_url: str, folder: Path) -> Door:
    """Return the door with a file for its secret: that of the settings, or one beside the state database."""
    if door.key_file:
        return replace(door, key_file=str(folder.resolve() / Path(door.key_file).expanduser()))
    file = absolute(state_url, folder).partition("?")[0].removeprefix(_FILE_SCHEME)
    if state_url.startswith(_FILE_SCHEME) and file.startswith(("/", "~")):
        return replace(door, key_file=str(Path(file).expanduser().with_suffix(".sign-in")))
    return replace(door, key_file=str(folder.resolve() / "trueup.sign-in"))


def link(door: Door, port: int, address: str, *, new: bool = False) -> str:
    """Return the link that lets its reader in, of a door with its file.

    Args:
        door: How people are let in.
        port: The dashboard's.
        address: What it listens on.
        new: Make another one; the one of before, and every session, open nothing any more.

    Raises:
        KeyFileError: The secret can be neither read nor made.
    """
    file = KeyFile(Path(door.key_file))
    key = file.renew() if new else file.key()
    return f"{base(door, port, address)}/?token={key.link_token}"


def base(door: Door, port: int, address: str) -> str:
    """Return what the address of every page begins with, as its people reach it."""
    known = places(port, tls=door.certificate is not None, public_url=door.public_url)
    public = [place for place in known.values() if place.host.rpartition(":")[0].strip("[]") not in LOOPBACK]
    here = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    own = known.get(here, next(iter(known.values())))
    return (public[0] if public and address not in LOOPBACK else own).base


def is_signed_in_by_link(door: Door) -> bool:
    """Return whether there is a link to print."""
    return Way.LINK in door.ways


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


def check_address(address: str, door: Door) -> None:
    """Refuse an address that is wider than the door is strong.

    Raises:
        LaunchError: Anybody who reaches the port could acknowledge alerts, or read what passes.
    """
    if address in LOOPBACK:
        return
    start = f"Address {address!r} is refused: "
    if not door.ways:
        raise LaunchError(f"{start}nobody is asked who they are, so the screens stay on this machine.")
    if door.certificate is None and not door.proxies:
        raise LaunchError(
            f"{start}what passes would not be encrypted. Name dashboard.tls_certificate and tls_key, or the "
            "proxy that speaks TLS in dashboard.proxies; or stay on 127.0.0.1, and use a tunnel (`ssh -L`)."
        )
    if door.public_url is None:
        raise LaunchError(f"{start}say in dashboard.public_url under which address people reach the screens.")


def check_certificate(door: Door) -> None:
    """Refuse a certificate that cannot be used, before anything is started.

    Raises:
        LaunchError: It or its key cannot be read, or the two are not of each other.
    """
    if door.certificate is None:
        return
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(door.certificate, door.certificate_key)
    except (OSError, ValueError) as error:
        raise LaunchError(
            f"Certificate {door.certificate} and key {door.certificate_key} cannot be used ({error}): "
            "correct dashboard.tls_certificate and tls_key."
        ) from error


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
