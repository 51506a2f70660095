"""Keeps one process of Trueup running beside this one: begun again when it ends, and ended calmly."""

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Sequence
from typing import Final

from reconciler.cluster.report import Report
from reconciler.service.child_process import environment, leashed
from reconciler.version import version_here
from verification.budget.backoff import Backoff
from verification.facts.clock import Clock, SystemClock

PAUSES: Final = Backoff(1.0, most=60.0)
"""Before a process that ended is begun again."""

STEADY_SECONDS: Final = 60.0
"""One that ran so long begins with the first pause again."""

GRACE_SECONDS: Final = 20.0
"""How long a process may take to end by itself, and to give its leases back, before it is killed."""


class KeptProcess:
    """One process, kept. It dies with this one, however this one ends.

    The system ends a child with the *thread* that began it, so all of them are begun by one thread that lives
    as long as this object is wanted.
    """

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        *,
        pauses: Backoff = PAUSES,
        clock: Clock | None = None,
    ) -> None:
        """Begin `python -m module arguments`; its output goes where ours goes."""
        self._command = leashed(module, *arguments)
        self._pauses = pauses
        self._clock = clock or SystemClock()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._begun = 0
        self._last_exit: int | None = None
        self._said = ""
        self._thread = threading.Thread(target=self._keep, name="kept process", daemon=True)
        self._thread.start()

    def report(self) -> Report:
        """Return how it fares."""
        with self._lock:
            process = self._process if self._thread.is_alive() else None
            pid = process.pid if process is not None and process.poll() is None else None
            host = socket.gethostname()
            return Report(host, pid, self._begun, self._last_exit, version_here(), self._said)

    def hang_up(self) -> bool:
        """Have it read its settings again; False where none runs that could."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                return False
            self._process.send_signal(signal.SIGHUP)
            return True

    def end(self, grace: float = GRACE_SECONDS) -> bool:
        """End it for good; True if it ended by itself within the grace, seconds. Safe to call twice."""
        with self._lock:
            self._stop.set()
            process = self._process
            if process is not None and process.poll() is None:
                process.terminate()
        self._thread.join(grace)
        if not self._thread.is_alive():
            return True
        if process is not None:
            process.kill()
        self._thread.join()
        return False

    def _keep(self) -> None:
        ended = 0
        while not self._stop.is_set():
            began = self._clock.now().monotonic
            process = self._begin()
            if process is not None:
                code = process.wait()
                with self._lock:
                    self._last_exit = code
            steady = self._clock.now().monotonic - began >= STEADY_SECONDS
            ended = 1 if steady else ended + 1
            self._stop.wait(self._pauses.after(ended))

    def _begin(self) -> "subprocess.Popen[bytes] | None":
        with self._lock:
            if self._stop.is_set():
                return None
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
                    self._command,
                    env=environment(os.environ, {}),
                    stdin=subprocess.DEVNULL,
                    process_group=0,
                )
            except OSError as error:  # no memory, no more processes: that passes, or a person is told
                self._process, self._said = None, f"the system begins no process: {error.strerror}"
                return None
            self._begun += 1
            self._said = ""
            return self._process
