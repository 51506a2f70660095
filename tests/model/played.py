"""Plays the model on a database: a few lives that are always the same, or as many others as are asked for."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from reconciler.storage.database import Database
from tests.model.machine import Lives
from tests.reconciler.storage.alert_model import Found

EXAMPLES = int(os.environ.get("EXAMPLES") or 5)
MANY = "EXAMPLES" in os.environ


@dataclass(frozen=True)
class Place:
    """A state database, and what sets its clock; None where it has none."""

    database: Database
    tell_time: Callable[[datetime], None] | None


def here(place: Place) -> type[Lives]:
    """Return the model as it is played on a database."""

    class LivesHere(Lives):
        database = place.database
        tell_time = place.tell_time

    return LivesHere


def live(place: Place, life: Callable[[Lives], None]) -> None:
    """Play one life that is written down.

    Raises:
        AssertionError: A promise was broken.
    """
    machine = here(place)()
    try:
        machine.it_begins(Found(critical=False, exposure=1000, beyond=43))
        machine.nothing_is_wrong()
        life(machine)
        machine.nothing_is_wrong()
    finally:
        machine.teardown()


def play(place: Place, *, examples: int, shortest: bool = True) -> None:
    """Play lives until a promise is broken, or there were enough: the usual ones, or by chance if many.

    Args:
        place: Where.
        examples: How many at most.
        shortest: Look for the shortest life that breaks the same promise.

    Raises:
        AssertionError: A promise was broken; what happened is printed.
    """
    phases = {Phase.generate, Phase.shrink} if shortest else {Phase.generate}
    run_state_machine_as_test(
        here(place),
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            derandomize=not MANY,
            suppress_health_check=list(HealthCheck),
            database=None,
            phases=phases,
            report_multiple_bugs=False,
        ),
    )
