"""The journal of requests: what was asked, what it did, what was done to it, what was answered."""

from dataclasses import dataclass, field
from typing import Any

from simulator.wire import Call, sender_of

SECRET_PARAMS = frozenset({"signature"})


@dataclass(slots=True)
class Entry:
    """One request, in the order of arrival.

    Attributes:
        number: Counts from 1.
        at_ms: Venue milliseconds of arrival.
        method: HTTP method.
        path: Path without query.
        params: Query and form parameters, without the signature.
        sender: Who asked, as `sender_of` names its API key.
        address: The address that it is counted to.
        weight: What it weighs.
        effect: True when it changed something on the venue.
        faults: What was done to it, in order: `delay`, `lose after`, ...
        status: Status answered; None when no answer was sent (yet).
        done: True when it was answered or dropped.
    """

    number: int
    at_ms: int
    method: str
    path: str
    params: dict[str, str]
    sender: str
    address: str
    weight: int
    effect: bool = False
    faults: list[str] = field(default_factory=list)
    status: int | None = None
    done: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it for the control API."""
        return {name: getattr(self, name) for name in self.__slots__}


class Journal:
    """Every request so far."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def open(self, call: Call, at_ms: int, weight: int) -> Entry:
        """Note a request that just arrived, and return its entry for the rest to be filled in."""
        params = {name: value for name, value in call.params.items() if name not in SECRET_PARAMS}
        entry = Entry(
            len(self.entries) + 1,
            at_ms,
            call.method,
            call.path,
            params,
            sender_of(call.api_key),
            call.address,
            weight,
        )
        self.entries.append(entry)
        return entry

    def calls(self, method: str | None = None, path: str | None = None) -> list[Entry]:
        """Return the requests of a method whose path ends in `path`, oldest first."""
        return [
            entry
            for entry in self.entries
            if method in {None, entry.method} and (path is None or entry.path.endswith(path))
        ]

    def clear(self) -> None:
        """Forget everything."""
        self.entries.clear()
