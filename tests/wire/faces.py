"""The venues that are simulated, and what a test must know of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from simulator.bybit.ids import order_id
from simulator.engine.order import AlgoOrder, Order
from simulator.faults.faults import Phase, RequestAction, RequestFault
from simulator.server import SimulatedVenue


class Step(StrEnum):
    """What a bot sends in the course of an opening."""

    ENTRY = "entry"
    STOP = "stop"
    EXIT = "exit"
    CANCEL = "cancel"  # of a stop


_IDS = {Step.ENTRY: "tu" + "[0-9a-f]" * 16, Step.STOP: "*-s*", Step.EXIT: "*-x*", Step.CANCEL: "*-s*"}
"""Globs of the sender's ids, as the library chooses them."""


@dataclass(frozen=True, slots=True)
class Face:
    """What differs between the venues that are simulated.

    Attributes:
        name: The face of the simulated venue.
        positions: Path of the position list.
        trades: Path of the account's trades.
        place: Path at which an order that is not conditional is placed.
        position_push: What a push about a position is called.
        order_pushes: What pushes about orders and their executions are called.
        wire_id: Returns an order's id as it goes over the wire.
        requests: Method and path of each step.
        in_doubt: Errors that leave open what became of an order: HTTP status and the venue's code.
        refused: Errors after which an order certainly had no effect; the first is about too many requests.
    """

    name: str
    positions: str
    trades: str
    place: str
    position_push: str
    order_pushes: tuple[str, ...]
    wire_id: Callable[[Order | AlgoOrder], str]
    requests: Mapping[Step, tuple[str, str]]
    in_doubt: tuple[tuple[int, int], ...]
    refused: tuple[tuple[int, int], ...]

    def befall(
        self,
        venue: SimulatedVenue,
        step: Step,
        action: RequestAction,
        phase: Phase = Phase.AFTER,
        *,
        times: int | None = 1,
        **more: Any,
    ) -> None:
        """Let something befall the next requests of a step, whatever else is asked for meanwhile."""
        method, path = self.requests[step]
        which: dict[str, Any] = {"method": method, "path": path, "client_id": _IDS[step], "times": times}
        venue.faults.add(RequestFault(action=action, phase=phase, **which, **more))

    def refuse(self, venue: SimulatedVenue, step: Step, *, times: int | None = 1) -> None:
        """Let the venue turn a step away: too many requests."""
        status, code = self.refused[0]
        no = {"status": status, "code": code, "message": "Too many visits."}
        self.befall(venue, step, RequestAction.ERROR, Phase.BEFORE, times=times, **no)

    def sent(self, venue: SimulatedVenue, step: Step) -> list[Mapping[str, str]]:
        """Return what the requests of a step so far said."""
        method, path = self.requests[step]
        said = [call.params for call in venue.journal.calls(method, path)]
        return [each for each in said if any(fnmatchcase(value, _IDS[step]) for value in each.values())]


_ORDER, _ALGO, _CREATE = "/fapi/v1/order", "/fapi/v1/algoOrder", "/v5/order/create"

BINANCE = Face(
    name="binance",
    positions="/fapi/v3/positionRisk",
    trades="/fapi/v1/userTrades",
    place=_ORDER,
    position_push="ACCOUNT_UPDATE",
    order_pushes=("ORDER_TRADE_UPDATE",),
    wire_id=lambda order: str(order.id),
    requests={
        Step.ENTRY: ("POST", _ORDER),
        Step.STOP: ("POST", _ALGO),
        Step.EXIT: ("POST", _ORDER),
        Step.CANCEL: ("DELETE", _ALGO),
    },
    in_doubt=(
        *((408, -1007), (400, -1007), (503, -1000), (503, -1008), (400, -1006)),
        *((500, -2019), (400, -4116)),
    ),
    refused=(
        *((429, -1003), (418, -1003), (400, -2019), (400, -2022), (400, -4164)),
        *((400, -1021), (401, -2015)),
    ),
)
BYBIT = Face(
    name="bybit",
    positions="/v5/position/list",
    trades="/v5/execution/list",
    place=_CREATE,
    position_push="position",
    order_pushes=("order", "execution"),
    wire_id=order_id,
    requests={
        Step.ENTRY: ("POST", _CREATE),
        Step.STOP: ("POST", _CREATE),
        Step.EXIT: ("POST", _CREATE),
        Step.CANCEL: ("POST", "/v5/order/cancel"),
    },
    in_doubt=(
        *((200, 10000), (200, 10016), (200, 10429), (200, 429), (200, 10014)),
        *((200, 110072), (500, 110007)),
    ),
    refused=(
        *((200, 10006), (200, 10002), (200, 110007), (200, 110017), (200, 110094)),
        *((200, 10001), (200, 10010)),
    ),
)
