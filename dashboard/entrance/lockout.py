"""How often somebody may try a password before they have to wait: by name and address; pure."""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

WINDOW = timedelta(minutes=15)
"""How long a try that failed is remembered, and how long whoever failed too often waits."""

OF_A_PAIR = 5
OF_AN_ADDRESS = 20
OF_A_NAME = 50
NAME_WAITS = timedelta(minutes=1)
"""A name at which many addresses try waits no longer: else anybody could lock a trader out at night."""

MOST_KEYS = 10_000
_NEIGHBOURS = 64
"""Bits of an IPv6 address that are one subscriber's."""

Key = tuple[str, str]


class Lockout:
    """The tries of the last minutes, in memory."""

    def __init__(self) -> None:
        """Nobody has tried yet."""
        self._tries: dict[Key, list[datetime]] = {}

    def wait(self, name: str, address: str, now: datetime) -> timedelta:
        """Return how long this one has to wait until they may try; zero where they may now."""
        pair, alone, called = _keys(name, address)
        return max(
            self._left(pair, OF_A_PAIR, WINDOW, now),
            self._left(alone, OF_AN_ADDRESS, WINDOW, now),
            self._left(called, OF_A_NAME, NAME_WAITS, now),
        )

    def tries(self, name: str, address: str, now: datetime) -> None:
        """Note a try before it is judged, so that many at once are no more than that."""
        if len(self._tries) >= MOST_KEYS:
            self._forget_old(now)
        for key in _keys(name, address):
            recent = [at for at in self._tries.get(key, ()) if now - at < WINDOW]
            self._tries[key] = [*recent, now][-OF_A_NAME:]

    def succeeds(self, name: str, address: str) -> None:
        """Forget the tries of one who got in."""
        pair, alone, called = _keys(name, address)
        self._tries.pop(pair, None)
        for key in (alone, called):
            kept = self._tries.get(key, [])[:-1]
            if kept:
                self._tries[key] = kept
            else:
                self._tries.pop(key, None)

    def _left(self, key: Key, most: int, waits: timedelta, now: datetime) -> timedelta:
        recent = [at for at in self._tries.get(key, ()) if now - at < WINDOW]
        if len(recent) < most:
            return timedelta(0)
        return max(timedelta(0), recent[-1] + waits - now)

    def _forget_old(self, now: datetime) -> None:
        """Make room for as many again: what is over goes, and of the rest what was tried longest ago."""
        standing = [(tries[-1], key) for key, tries in self._tries.items() if now - tries[-1] < WINDOW]
        newest = sorted(standing, reverse=True)[: MOST_KEYS // 2]
        self._tries = {key: self._tries[key] for _, key in newest}


def _keys(name: str, address: str) -> tuple[Key, Key, Key]:
    called, where = name.strip().casefold(), subscriber(address)
    return (called, where), ("", where), (called, "")


def subscriber(address: str) -> str:
    """Return the address, or the part of it that is one subscriber's."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(ip_network(f"{found}/{_NEIGHBOURS}", strict=False))
    return str(getattr(found, "ipv4_mapped", None) or found)
