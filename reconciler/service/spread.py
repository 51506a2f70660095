"""When the jobs of many accounts come for the first time, so that they do not come all at once; pure."""

_GOLDEN = 0.6180339887498949
"""However many follow each other by this, they lie about as far apart as so many can."""

LEAST = 0.5
"""Of the interval: sooner the first look at an account, which does not wait for its turn, may not be over."""


def first_turn(number: int, every: float) -> float:
    """Return the seconds after which an account's job comes first, and then every `every` seconds.

    It is never later than one interval: spread out, no interval is longer than it is said to be.

    Args:
        number: Which of the accounts it is, as they come; the first has number 0.
        every: The job's interval, seconds.
    """
    return every * (1 - (1 - LEAST) * (number * _GOLDEN % 1))
