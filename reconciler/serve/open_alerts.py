"""The open alerts in memory, whoever changed them: read again when the history has grown."""

from collections.abc import Awaitable, Callable, Mapping

from reconciler.alerts.alert import Alert
from reconciler.facts.silence import Silence
from verification.facts.clock import Clock, Moment

READ_ANYWAY_SECONDS = 15.0
"""How long they may go unread although the history has not grown: a server's rows may come out of order."""


class OpenAlerts:
    """The open alerts of every account, as they were last read.

    Attributes:
        alerts: All of them, pending ones too.
        read_at: When it was last known that they are so; None before the first time.
        silences: By their numbers, those that the Alertmanager was silent of when it was last asked.
    """

    def __init__(self, read: Callable[[], Awaitable[tuple[Alert, ...]]], clock: Clock) -> None:
        """`read` reads every open alert."""
        self._read = read
        self._clock = clock
        self._wholly_at: float | None = None
        self.alerts: tuple[Alert, ...] = ()
        self.read_at: Moment | None = None
        self.silences: Mapping[int, Silence] = {}

    async def follow(self, *, grown: bool) -> None:
        """Take note that the history of alerts was read just now.

        Args:
            grown: True when something was in it that had not been there before.

        Raises:
            StateDatabaseError: They could not be read; what is known is as old as it was.
        """
        now = self._clock.now()
        last = self._wholly_at
        if grown or last is None or now.monotonic - last >= READ_ANYWAY_SECONDS:
            self.alerts = await self._read()
            self._wholly_at = now.monotonic
        self.read_at = now
