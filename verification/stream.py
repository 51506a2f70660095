"""The state of an account's private stream, and what it tells its listeners."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from verification.clock import Moment
from verification.observation import Observation


class StreamState(StrEnum):
    """`connecting` and `down` are blind; `live` is not the same as "recently heard" (see `StreamHealth`)."""

    CONNECTING = "connecting"
    LIVE = "live"
    DOWN = "down"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class StreamHealth:
    """What is known about the stream now.

    Attributes:
        state: Connected or not.
        epoch: Counts the lives of the connection; facts missed between two epochs are not pushed again.
        since: When `state` began.
        last_frame: When any frame last arrived (a pong counts); None before the first.
        last_fact: When an order or position fact last arrived; None before the first.
        missed_since: Set when another source has shown a change of the account that the stream, although
            connected, did not push: a silent stream. None while nothing is known to be missing.
        error: One plain line about the last failure; None when live.
    """

    state: StreamState
    epoch: int
    since: Moment
    last_frame: Moment | None
    last_fact: Moment | None
    missed_since: Moment | None
    error: str | None


Listener = Callable[[Observation], None]
"""Called synchronously with each pushed fact, in order of arrival. Must not block or raise."""
