"""The dashboard as a running process, on a state database of its own."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from msgspec.json import encode

from dashboard.launch import DOOR
from reconciler.facts.sign_in import Door
from reconciler.storage.database import migrate

OPEN = Door(ways=())
"""Nobody is asked who they are: for tests of what is behind the door."""


class Screens:
    """The dashboard as a process of its own, with or without a door."""

    def __init__(self, folder: Path, door: Door = OPEN, address: str = "127.0.0.1") -> None:
        self.door, self.address = door, address
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.state = folder / "trueup.db"
        migrate(f"sqlite:///{self.state}")
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "dashboard", "--state-url", f"sqlite:///{self.state}"]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port), "--address", self.address],
            env={**os.environ, DOOR: encode(self.door).decode()},
        )

    def tell(self, number: signal.Signals) -> None:
        os.kill(self.process.pid, number)

    def end(self) -> None:
        self.process.kill()
        self.process.wait(30)
