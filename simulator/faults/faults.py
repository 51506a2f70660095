"""Faults on demand: what to do to which requests, readings and pushes, how often and how long."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TypeVar

from simulator.wire import Call, venue_id


class Phase(StrEnum):
    """Whether a request is hit before its effect, which then may not happen, or after it."""

    BEFORE = "before"
    AFTER = "after"


class RequestAction(StrEnum):
    """What is done to a request. Only a delay before lets the effect happen still.

    A LIMIT is an answer in the venue's words to one who asks too much, whatever was counted.
    """

    DELAY = "delay"
    LOSE = "lose"
    ERROR = "error"
    GARBAGE = "garbage"
    LIMIT = "limit"


class Garbage(StrEnum):
    """Bodies no client should believe."""

    HTML = "html"
    EMPTY = "empty"
    TRUNCATED = "truncated"
    SHAPE = "shape"


class Source(StrEnum):
    """The readings that can lag behind the truth, each by itself."""

    POSITIONS = "positions"
    ORDER = "order"
    OPEN_ORDERS = "open_orders"
    TRADES = "trades"


class PushAction(StrEnum):
    """What is done to a push. REORDER sends it behind the next one."""

    DROP = "drop"
    DELAY = "delay"
    DUPLICATE = "duplicate"
    REORDER = "reorder"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFault:
    """A fault of requests.

    Attributes:
        action: What to do.
        phase: Before or after the effect.
        method: Only this HTTP method.
        path: Only paths that match: a glob; without a leading slash it may stand anywhere at the end. Several
            are parted by `|`.
        symbol: Only requests that name this symbol, in either spelling.
        client_id: Only requests about an order whose sender's id matches this glob: `*-s`.
        times: How many requests; None for every one.
        for_seconds: How long, from now; None for ever.
        seconds: How long a DELAY is.
        status: HTTP status of an ERROR, of GARBAGE, and of a LIMIT.
        code: The venue's code of an ERROR; None answers it with an HTML page instead.
        message: The venue's message of an ERROR.
        garbage: Which body GARBAGE sends.
        told: Whether a LIMIT says how long one is to wait: as long as the fault is in force.
    """

    action: RequestAction
    phase: Phase = Phase.BEFORE
    method: str | None = None
    path: str = "*"
    symbol: str | None = None
    client_id: str | None = None
    times: int | None = None
    for_seconds: float | None = None
    seconds: float = 0
    status: int = 200
    code: int | None = None
    message: str = ""
    garbage: Garbage = Garbage.HTML
    told: bool = True

    def hits(self, call: Call) -> bool:
        """Tell whether a request is one of those meant."""
        return (
            self.method in {None, call.method}
            and any(fnmatchcase(call.path, _anywhere(path)) for path in self.path.split("|"))
            and (self.symbol is None or venue_id(self.symbol) == call.symbol)
            and (self.client_id is None or fnmatchcase(call.client_id or "", self.client_id))
        )


def _anywhere(path: str) -> str:
    return path if path.startswith(("/", "*")) else f"*/{path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """A reading that shows the state of `seconds` ago, of one symbol or all. `times` counts nothing here."""

    source: Source
    seconds: float
    symbol: str | None = None
    times: int | None = None
    for_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PushFault:
    """A fault of pushes: of one event type (`ACCOUNT_UPDATE`) and symbol, or all."""

    action: PushAction
    event: str | None = None
    symbol: str | None = None
    times: int | None = None
    for_seconds: float | None = None
    seconds: float = 0

    def hits(self, event: str, symbols: frozenset[str]) -> bool:
        """Tell whether a push is one of those meant. `symbols` are the venue's ids it concerns."""
        return self.event in {None, event} and (self.symbol is None or venue_id(self.symbol) in symbols)


Fault = RequestFault | Lag | PushFault
Wanted = TypeVar("Wanted", RequestFault, Lag, PushFault)


@dataclass(slots=True)
class _Armed:
    fault: Fault
    left: int | None
    until: float | None


class Faults:
    """The faults in force.

    Args:
        monotonic: Returns seconds on the clock that durations are measured with.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._armed: dict[int, _Armed] = {}
        self._last_id = 0

    def add(self, fault: Fault) -> int:
        """Put a fault in force, and return the number that clears it."""
        self._last_id += 1
        until = None if fault.for_seconds is None else self._monotonic() + fault.for_seconds
        self._armed[self._last_id] = _Armed(fault, fault.times, until)
        return self._last_id

    def clear(self, number: int | None = None) -> None:
        """End one fault, or all. A number no longer in force is no error."""
        if number is None:
            self._armed.clear()
        else:
            self._armed.pop(number, None)

    def in_force(self) -> dict[int, Fault]:
        """Return the faults in force by number."""
        now = self._monotonic()
        over = [n for n, a in self._armed.items() if a.left == 0 or (a.until is not None and a.until <= now)]
        for number in over:
            del self._armed[number]
        return {number: armed.fault for number, armed in self._armed.items()}

    def _spend(self, kind: type[Wanted], hits: Callable[[Wanted], bool]) -> list[Wanted]:
        found: list[Wanted] = []
        for number, fault in self.in_force().items():
            if isinstance(fault, kind) and hits(fault):
                found.append(fault)
                armed = self._armed[number]
                armed.left = None if armed.left is None else armed.left - 1
        return found

    def of_request(self, call: Call) -> list[RequestFault]:
        """Return what is to be done to a request, counting it."""
        return self._spend(RequestFault, lambda fault: fault.hits(call))

    def left(self, fault: RequestFault) -> float | None:
        """Return for how many seconds a fault is still in force; None when it has no end, or has ended."""
        ends = [armed.until for armed in self._armed.values() if armed.fault is fault]
        until = ends[0] if ends else None
        return None if until is None else max(0.0, until - self._monotonic())

    def of_push(self, event: str, symbols: frozenset[str]) -> list[PushFault]:
        """Return what is to be done to a push, counting it."""
        return self._spend(PushFault, lambda fault: fault.hits(event, symbols))

    def lag(self, source: Source, symbol: str) -> float:
        """Return how many seconds a reading of a symbol lags now."""
        lags = [
            fault.seconds
            for fault in self.in_force().values()
            if isinstance(fault, Lag)
            and fault.source is source
            and (fault.symbol is None or venue_id(fault.symbol) == venue_id(symbol))
        ]
        return max(lags, default=0.0)
