"""How long a request waits for its turn, by what it is for."""

from collections.abc import Mapping

from verification.budget.purpose import Purpose

PATIENCE: Mapping[Purpose, float] = {
    Purpose.MEASUREMENT: 2.0,
    Purpose.SWEEP: 15.0,
    Purpose.LOOK: 5.0,
    Purpose.STREAM: 10.0,
    Purpose.VERIFICATION: 1.5,  # less than after which a question counts as hanging
    Purpose.PROOF: 1.5,
    Purpose.COMMAND: 30.0,
    Purpose.OPENING: 2.0,
}
"""Seconds that a request waits for its turn before it is refused."""
