"""The simulation would notice: each fault that is planted by name is caught, and within few worlds."""

import pytest

from tests.simulation.campaign import control, planted_faults
from tests.simulation.reconciler.episode import WatchedVariant

NAMES = [name for name, planted in planted_faults().items() if not isinstance(planted, WatchedVariant)]
"""Those of the reconciler have a test of their own: their worlds take longer."""

INCIDENT = ("sleep_three_and_one_list", "missing_cache_is_closed", "rollback_side_from_the_answer")


@pytest.mark.parametrize("name", NAMES)
def test_a_planted_fault_is_caught(name: str) -> None:
    caught = control(1_000, name)
    assert caught.seed, f"{name} was not caught in a thousand worlds"


@pytest.mark.parametrize("name", INCIDENT)
def test_the_incident_is_caught_at_once(name: str) -> None:
    assert 0 < control(100, name).seed <= 100


def test_there_are_enough_of_them() -> None:
    assert len(NAMES) >= 20
    assert set(INCIDENT) == set(NAMES[:3])
