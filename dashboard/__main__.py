"""`python -m dashboard --state-url URL --port 8501`: serve the screens until it is told to stop."""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from dashboard import launch
from dashboard.entrance.key import KeyFileError
from dashboard.state_reader import STATE_URL
from reconciler.facts.sign_in import Door

WRONG_USAGE = 3


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:  # type: ignore[explicit-override]  # `typing.override` needs Python 3.12
        """Answer wrong usage with one line and Trueup's own exit code."""
        self.exit(WRONG_USAGE, f"{self.prog}: {message}\n")


def main(arguments: list[str] | None = None) -> int:
    """Start the dashboard in place of this process. Returns 3 with one line when it cannot be."""
    chosen = _parser().parse_args(arguments)
    if not chosen.state_url:
        sys.stderr.write(f"No state database: give --state-url, or set {STATE_URL}.\n")
        return WRONG_USAGE
    try:
        door = launch.with_key_file(launch.door_of(os.environ), chosen.state_url, Path.cwd())
        if chosen.link or chosen.new_link:
            return _print_link(door, chosen)
        command = launch.command(chosen.port, chosen.address, door)
        launch.check_certificate(door)
        launch.check_port(chosen.port, chosen.address)
        folder = launch.home()
        _say_how_to_sign_in(door, chosen)
    except (launch.LaunchError, KeyFileError) as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_USAGE
    environment = launch.environment(chosen.state_url, os.environ, Path.cwd(), door)
    os.chdir(folder)
    if os.name == "posix":
        # One process only: whoever supervises this ends Streamlit itself, not a parent of it.
        os.execve(command[0], command, environment)  # noqa: S606 - the command is built here, of checked parts
    return subprocess.call(command, env=environment)  # noqa: S603 - the same


def _parser() -> _Parser:
    parser = _Parser(prog="python -m dashboard", description="Serve Trueup's screens.")
    parser.add_argument("--state-url", default=os.environ.get(STATE_URL, ""), help="Trueup's own database")
    parser.add_argument("--port", type=int, default=launch.PORT)
    parser.add_argument("--address", default=launch.ADDRESS, help="address to listen on")
    parser.add_argument("--link", action="store_true", help="print the link that lets its reader in, and end")
    parser.add_argument(
        "--new-link", action="store_true", help="the same with another one; all are signed out"
    )
    return parser


def _print_link(door: Door, chosen: argparse.Namespace) -> int:
    if not launch.is_signed_in_by_link(door):
        sys.stderr.write("There is no link: the settings have no `link` in [sign_in] ways.\n")
        return WRONG_USAGE
    sys.stdout.write(f"{launch.link(door, chosen.port, chosen.address, new=chosen.new_link)}\n")
    return 0


def _say_how_to_sign_in(door: Door, chosen: argparse.Namespace) -> None:
    """Make the secret, and show the link to a person; others may read a journal, which is told how."""
    if not launch.is_signed_in_by_link(door):
        return
    address = launch.link(door, chosen.port, chosen.address)
    shown = address if sys.stdout.isatty() else "`trueup link` prints the address that lets you in"
    sys.stdout.write(f"Sign in: {shown}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
