"""What requests have cost: weight and counts by path, status, sender and address, out of the journal."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from simulator.serving.journal import Entry

MINUTE_MS = 60_000


def spent(
    entries: Iterable[Entry], *, since_ms: int, until_ms: int, sender: str | None = None
) -> dict[str, Any]:
    """Return what was asked in a time, whatever it was answered with, and what it weighed.

    Args:
        entries: The journal.
        since_ms: From this venue millisecond on.
        until_ms: Before this one.
        sender: Only what this sender has asked; what carries no key, the public data, has none.

    Returns:
        `minutes`, `requests`, `weight`, `weight_per_minute`; and of each `by_path`, `by_status` (`"none"`: no
        answer), `by_sender`, `by_address` its `{"requests", "weight"}`.
    """
    of_time = [each for each in entries if since_ms <= each.at_ms < until_ms]
    counted = [each for each in of_time if sender in {None, each.sender}]
    minutes = (until_ms - since_ms) / MINUTE_MS
    weight = sum(each.weight for each in counted)
    return {
        "minutes": minutes,
        "requests": len(counted),
        "weight": weight,
        "weight_per_minute": weight / minutes if minutes > 0 else 0.0,
        "by_path": _by((f"{each.method} {each.path}", each) for each in counted),
        "by_status": _by((str(each.status or "none"), each) for each in counted),
        "by_sender": _by((each.sender, each) for each in counted),
        "by_address": _by((each.address, each) for each in counted),
    }


def _by(named: Iterable[tuple[str, Entry]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: {"requests": 0, "weight": 0})
    for name, entry in named:
        found[name]["requests"] += 1
        found[name]["weight"] += entry.weight
    return dict(found)
