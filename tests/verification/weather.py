"""How the truthful venue behaves in one story."""

from collections.abc import Callable
from dataclasses import dataclass

from verification.facts.account import RestingOrder


@dataclass(frozen=True, slots=True)
class Weather:
    """How the venue behaves in one story.

    Attributes:
        held_before: Signed contracts of the leg before.
        fills: How much of an entry executes, positive.
        entry_ends: False when the rest of an entry goes on working.
        wrong_way: True when the venue executes entries on the other side.
        list_lag: Seconds that the position list lags.
        trades_lag: Seconds that the list of trades lags.
        orders_hidden: Seconds for which an order cannot be found.
        silent_stream: True when nothing is pushed.
        refuses_stops: True when stops are refused.
        bends_stop: What the venue makes of a stop.
        stop_fires: True when a stop triggers at once.
        exit_fills: How much an exit executes at most.
        cancels_after: Seconds from the answer to a cancellation until it is carried out; None: the answer
            comes after it.
        unreadable: True when nothing can be read once the entry has been sent.
        blind_to_stops: True when resting stops cannot be listed.
    """

    held_before: int = 0
    fills: int = 43
    entry_ends: bool = True
    wrong_way: bool = False
    list_lag: float = 0.0
    trades_lag: float = 0.0
    orders_hidden: float = 0.0
    silent_stream: bool = False
    refuses_stops: bool = False
    bends_stop: Callable[[RestingOrder], RestingOrder] | None = None
    stop_fires: bool = False
    exit_fills: int | None = None
    cancels_after: float | None = None
    unreadable: bool = False
    blind_to_stops: bool = False
