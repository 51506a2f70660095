"""A process of a scene: what it says goes to a file, it is killed or ended, and started again."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

END_SECONDS = 30.0


class Process:
    """One program that can be started again after it has ended or was killed."""

    def __init__(self, words: Sequence[str], folder: Path, log: Path, added: Mapping[str, str]) -> None:
        """Nothing runs yet. `added` goes into its environment, and never onto its command line."""
        self.log = log
        self._words = tuple(words)
        self._folder = folder
        self._environment = {**os.environ, **added}
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def runs(self) -> bool:
        """Tell whether it runs at the moment."""
        return self._running is not None and self._running.poll() is None

    @property
    def code(self) -> int | None:
        """The code it ended with; None while it runs."""
        return None if self._running is None else self._running.poll()

    def start(self) -> None:
        """Start it."""
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                self._words,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Kill it as a power cut does, with all that it has started."""
        if self._running is not None and self.runs:
            os.killpg(self._running.pid, signal.SIGKILL)
            self._running.wait()

    def end(self) -> None:
        """End it politely; kill it where it does not."""
        if self._running is None or not self.runs:
            return
        self._running.send_signal(signal.SIGINT)
        try:
            self._running.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def said(self) -> str:
        """Return all that it has said."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""
