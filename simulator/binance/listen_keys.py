"""Listen keys: one per API key, valid for an hour, extended by PUT, told when they expire."""

import asyncio
import hashlib
from collections.abc import Callable

from simulator.binance.errors import ApiError

VALID_SECONDS = 3600.0


class ListenKeys:
    """The keys in force.

    Attributes:
        valid_seconds: How long a key lives after it was issued or extended.
        on_expiry: Called with a key when it expires.
    """

    def __init__(self, *, valid_seconds: float = VALID_SECONDS) -> None:
        self.valid_seconds = valid_seconds
        self.on_expiry: Callable[[str], None] = lambda _key: None
        self._keys: dict[str, str] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._issued = 0

    def issue(self, api_key: str) -> str:
        """Return the API key's listen key, extended, or a new one."""
        if api_key not in self._keys:
            self._issued += 1
            named = (
                f"listen key {self._issued} of {api_key}"  # another venue's, for another key, is another one
            )
            self._keys[api_key] = hashlib.sha256(named.encode()).hexdigest()
        self._extend(api_key)
        return self._keys[api_key]

    def extend(self, api_key: str) -> str:
        """Extend the API key's listen key and return it.

        Raises:
            ApiError: It has none in force.
        """
        if api_key not in self._keys:
            raise ApiError(-1125, "This listenKey does not exist.")
        self._extend(api_key)
        return self._keys[api_key]

    def close(self, api_key: str) -> None:
        """End the API key's listen key, if it has one, without an expiry event."""
        self._keys.pop(api_key, None)
        timer = self._timers.pop(api_key, None)
        if timer is not None:
            timer.cancel()

    def expire(self) -> None:
        """Let every key expire now."""
        for api_key in tuple(self._keys):
            self._expire(api_key)

    def end(self) -> None:
        """Stop the timers: the venue closes. The keys stay, as over a restart of the real one."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def in_force(self, key: str) -> bool:
        """Tell whether a listen key is in force."""
        return key in self._keys.values()

    def _extend(self, api_key: str) -> None:
        old = self._timers.pop(api_key, None)
        if old is not None:
            old.cancel()
        loop = asyncio.get_running_loop()
        self._timers[api_key] = loop.call_later(self.valid_seconds, self._expire, api_key)

    def _expire(self, api_key: str) -> None:
        key = self._keys[api_key]
        self.on_expiry(key)
        self.close(api_key)
