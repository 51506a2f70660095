"""How a simulated venue numbers the facts of its legs."""

from collections.abc import Callable

from tests.simulation.faults import Fault
from tests.simulation.plan import Plan


def versions(plan: Plan) -> Callable[[float, int], int]:
    """Return what makes a version of a time and of the number of changes so far."""
    if Fault.TIED_VERSIONS in plan.faults:
        ticks = 2 if plan.seed % 2 else 100  # a second
        return lambda now, _: int((now + 1000) * ticks)
    return lambda _, changes: 10 + changes
