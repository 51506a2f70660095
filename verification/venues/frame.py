"""What one frame of a private stream says."""

from msgspec import Struct

from verification.facts.observation import Observation


class Frame(Struct, frozen=True):
    """What one frame says.

    Attributes:
        event: The venue's name of it; empty for an acknowledgement.
        facts: The observations in it, in its order.
        known: False when its kind, or a contract in it, is not known: then the position list tells more.
        reply: Set when it answers a command of ours: empty when the venue obeys, else why it does not.
    """

    event: str
    facts: tuple[Observation, ...]
    known: bool = True
    reply: str | None = None
