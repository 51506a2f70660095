"""What happened in a world, event by event, where somebody wants to read it."""

import hashlib
from typing import Any

from verification.facts.clock import Clock


class Trace:
    """Collects events if it is on; costs next to nothing if not."""

    def __init__(self, clock: Clock, *, on: bool) -> None:
        self._clock = clock
        self._on = on
        self.lines: list[str] = []

    def note(self, *words: Any) -> None:
        """Put down one event with the time of the world."""
        if self._on:
            self.lines.append(f"{self._clock.now().monotonic:9.4f}  " + " ".join(map(str, words)))

    @property
    def digest(self) -> str:
        """A short name of all that was noted. What happens in one instant has no order in it."""
        return hashlib.blake2b("\n".join(sorted(self.lines)).encode(), digest_size=8).hexdigest()
