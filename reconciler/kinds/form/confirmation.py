"""What a kind asks for before people are told of it."""

from dataclasses import dataclass
from enum import StrEnum


class Grace(StrEnum):
    """From when on a finding has had its time. The numbers are settings."""

    QUIET = "quiet"  # since both sides have been quiet; longer where an order of the bot explains it
    STOP = "stop"  # since the position was opened, or since its stop is missing
    STUCK = "stuck"  # since an order was first seen to have ended that the bot takes to be at work


@dataclass(frozen=True, slots=True)
class Lasting:
    """It must last: a comparison has to find it again.

    Attributes:
        looks: Independent looks.
        sure_looks: Looks that are enough where the venue's side is proved, or concluded from many lists.
        why: What it may be instead, in words.
        grace: What it is given time for.
    """

    looks: int
    sure_looks: int
    why: str
    grace: Grace = Grace.QUIET


@dataclass(frozen=True, slots=True)
class Confirmed:
    """It comes confirmed: whoever finds it has waited.

    Attributes:
        by: For what, in words. `{name}` stands for a number of `BlindnessSettings`.
    """

    by: str
