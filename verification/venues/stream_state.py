"""The state of an account's private stream, and what it tells its listeners."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from verification.facts.clock import Moment
from verification.facts.observation import Observation


class StreamState(StrEnum):
    """`connecting` and `down` are blind; `live` is not the same as "recently heard" (see `StreamHealth`)."""

    CONNECTING = "connecting"
    LIVE = "live"
    DOWN = "down"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class PushProof:
    """What shows that the stream pushes what happens. A connection, a pong or an acknowledgement does not.

    Attributes:
        at: When it was shown.
        text: What it was, for people: a position that was pushed, or lists that agreed with it for long.
    """

    at: Moment
    text: str


@dataclass(frozen=True, slots=True)
class StreamFault:
    """Unexpected errors that ended lives of the stream, none of which has lasted since.

    Attributes:
        count: How many.
        since: When the first of them came.
        message: One plain line about the last, which names its trace in the log.
    """

    count: int
    since: Moment
    message: str


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
            connected, did not push: a silent stream. It stays set over new connections, until a position is
            pushed or lists have agreed with the stream for long. None while nothing is known against it.
        error: One plain line about the last failure; None when live.
        away_since: Since when no life of it has lasted, which may be longer than the present state does;
            None while one lasts.
        proof: What last showed, in its present life, that it pushes; None if nothing has.
        fault: Errors that nobody expected; None when there was none, or life has gone on for long since.
    """

    state: StreamState
    epoch: int
    since: Moment
    last_frame: Moment | None
    last_fact: Moment | None
    missed_since: Moment | None
    error: str | None
    away_since: Moment | None = None
    proof: PushProof | None = None
    fault: StreamFault | None = None


Listener = Callable[[Observation], None]
"""Called synchronously with each pushed fact, in order of arrival. Must not block or raise."""
