"""What SIGHUP means: read the settings again; or, as ever, that the terminal we were started from is gone."""

import asyncio
import os
import signal
from collections.abc import Callable


class Terminal:
    """The terminal of this process, if it has one that it is not to outlive (`nohup` says that it may)."""

    def __init__(self) -> None:
        """Look for it now. Until somebody listens, no hangup ends this process any more."""
        outlives = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        self._had = not outlives and _is_there()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def is_gone(self) -> bool:
        """Return whether it was there and is not any more."""
        return self._had and not _is_there()


def told_to_stop(terminal: Terminal, hangup: Callable[[], None]) -> asyncio.Event:
    """Return what is set once this process is to end; `hangup` is called where it only hears of one."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, lambda: stop.set() if terminal.is_gone() else hangup())
    return stop


def _is_there() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
