"""`python -m dashboard --state-url URL --port 8501`: serve the screens until it is told to stop."""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from dashboard import launch
from dashboard.state_reader import STATE_URL

WRONG_USAGE = 3


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:  # type: ignore[explicit-override]  # `typing.override` needs Python 3.12
        """Answer wrong usage with one line and Trueup's own exit code."""
        self.exit(WRONG_USAGE, f"{self.prog}: {message}\n")


def main(arguments: list[str] | None = None) -> int:
    """Start the dashboard in place of this process. Returns 3 with one line when it cannot be."""
    parser = _Parser(prog="python -m dashboard", description="Serve Trueup's screens on this machine.")
    parser.add_argument("--state-url", default=os.environ.get(STATE_URL, ""), help="Trueup's own database")
    parser.add_argument("--port", type=int, default=launch.PORT)
    parser.add_argument("--address", default=launch.ADDRESS, help="loopback address to listen on")
    chosen = parser.parse_args(arguments)
    if not chosen.state_url:
        sys.stderr.write(f"No state database: give --state-url, or set {STATE_URL}.\n")
        return WRONG_USAGE
    try:
        command = launch.command(chosen.port, chosen.address)
        launch.check_port(chosen.port, chosen.address)
        folder = launch.home()
    except launch.LaunchError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_USAGE
    environment = launch.environment(chosen.state_url, os.environ, Path.cwd())
    os.chdir(folder)
    if os.name == "posix":
        # One process only: whoever supervises this ends Streamlit itself, not a parent of it.
        os.execve(command[0], command, environment)  # noqa: S606 - the command is built here, of checked parts
    return subprocess.call(command, env=environment)  # noqa: S603 - the same


if __name__ == "__main__":
    sys.exit(main())
