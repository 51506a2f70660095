"""Asks one source again and again until it is told to stop; a hanging request does not silence it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from verification.facts.clock import Clock, Moment
from verification.facts.errors import BudgetSpent, NotAsked, SourceError
from verification.facts.leg import LegKey
from verification.facts.observation import Observation, Provenance, Silence, Source, SourceSilent

AT_ONCE = 2
"""Requests of one source that may be under way together: one that hangs, and the one sent beside it."""


class Poller:
    """One source of one question. What it answers, or that it did not, goes to `emit`, also when it is late.

    It keeps no task while it pauses: a thousand that wait cost a thousand timers, and are ended at once.
    """

    __slots__ = (
        "_asked",
        "_clock",
        "_emit",
        "_failed",
        "_hangs",
        "_key",
        "_latest",
        "_loop",
        "_most",
        "_over",
        "_patience",
        "_pause",
        "_request",
        "_source",
        "_timer",
        "_under_way",
        "_wanted",
    )

    def __init__(
        self,
        key: LegKey,
        source: Source,
        request: Callable[[], Coroutine[Any, Any, Observation]],
        emit: Callable[[Observation], None],
        *,
        wanted: Callable[[Source], bool],
        pause: Callable[[int], float],
        patience: float,
        failed: Callable[[BaseException], None],
        clock: Clock,
        most: int | None = None,
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            key: Which leg, for what is told of a failure.
            source: Which source this is.
            request: Asks it once.
            emit: Gets each observation; must not raise.
            wanted: Whether to ask this source once more.
            pause: Seconds to wait after so many questions.
            patience: Seconds after which a request counts as hanging, and another one is sent.
            failed: Gets what is no `SourceError`: a bug.
            clock: For the times of a failure.
            most: How often it is asked; None: as long as it is wanted.
        """
        self._key = key
        self._source = source
        self._request = request
        self._emit = emit
        self._wanted = wanted
        self._pause = pause
        self._patience = patience
        self._failed = failed
        self._clock = clock
        self._most = most
        self._loop = asyncio.get_running_loop()
        self._under_way: dict[asyncio.Task[Observation], Moment] = {}
        self._latest: asyncio.Task[Observation] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._asked = 0
        self._hangs = False
        self._over = False

    def ask(self, now: Moment | None = None) -> None:
        """Send a request, if another one is wanted. `now` is the present instant, if it is known."""
        self._timer = None
        if self._over or self._asked == self._most or len(self._under_way) >= AT_ONCE:
            return
        if not self._wanted(self._source):
            return
        self._asked += 1
        self._hangs = False
        self._latest = task = self._loop.create_task(self._request())
        self._under_way[task] = now or self._clock.now()
        task.add_done_callback(self._answered)

    def look_after(self, now: Moment) -> None:
        """If the latest request hangs, say so and send another one. To be called every now and then."""
        sent = self._under_way.get(self._latest) if self._latest is not None else None
        if self._over or self._hangs or sent is None or now.monotonic - sent.monotonic < self._patience:
            return
        self._hangs = True
        self._emit(self._silent(Silence.TIMEOUT, f"no answer within {self._patience:g} s", sent))
        self.ask(now)

    def stop(self) -> list[asyncio.Task[Observation]]:
        """Ask no more, and cancel what is under way; return it, for whoever must see it end."""
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        left = list(self._under_way)
        for task in left:
            task.cancel()
        return left

    def _answered(self, task: asyncio.Task[Observation]) -> None:
        sent = self._under_way.pop(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self._emit(task.result())
        elif isinstance(error, SourceError):
            self._emit(self._silent(_silence_of(error), str(error), sent))
            self._over = self._over or not error.again
        else:
            self._over = True
            self._failed(error)
        # Beside a younger request that does not hang this one was the straggler: the younger goes on.
        if not self._over and self._timer is None and (task is self._latest or self._hangs):
            self._timer = self._loop.call_later(self._pause(self._asked), self.ask)

    def _silent(self, silence: Silence, detail: str, sent: Moment) -> SourceSilent:
        came = Provenance(self._source, received=self._clock.now(), sent=sent)
        return SourceSilent(self._key, silence, detail, complete=False, provenance=came)


def _silence_of(error: SourceError) -> Silence:
    if isinstance(error, NotAsked) and not isinstance(error, BudgetSpent):
        return Silence.NOT_ASKED
    return Silence(error.code)
