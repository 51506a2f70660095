"""What SIGHUP means: read the settings again; or, as ever, that the terminal we were started from is gone."""

import os
import signal


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


def _is_there() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
