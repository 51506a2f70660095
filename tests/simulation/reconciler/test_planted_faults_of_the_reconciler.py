"""The simulation would notice a faulty reconciler: each fault that is planted by name is caught."""

import pytest

from tests.simulation.campaign import judged, planted_faults
from tests.simulation.reconciler.caught import CAUGHT
from tests.simulation.reconciler.mutants import watched_mutants


@pytest.mark.parametrize("name", [mutant.name for mutant in watched_mutants()])
def test_a_planted_fault_is_caught(name: str) -> None:
    broken = judged(CAUGHT[name], planted_faults()[name]).broken
    assert broken, f"{name} is not caught at seed {CAUGHT[name]} any more: where does make simulate catch it?"


def test_there_are_enough_of_them() -> None:
    assert len(CAUGHT) >= 20
    assert {name for name in planted_faults() if name.startswith("reconciler_")} == set(CAUGHT)
