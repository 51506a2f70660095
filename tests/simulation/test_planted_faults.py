"""The simulation would notice: each fault that is planted by name is caught, and within few worlds."""

import pytest

from tests.simulation.campaign import control, judged
from tests.simulation.episode import Variant
from tests.simulation.mutants import mutants

NAMES = [variant.name for variant in mutants()]
INCIDENT = ("sleep_three_and_one_list", "missing_cache_is_closed")


@pytest.mark.parametrize("name", NAMES)
def test_a_planted_fault_is_caught(name: str) -> None:
    caught = control(1_000, name)
    assert caught.seed, f"{name} was not caught in a thousand worlds"


@pytest.mark.parametrize("name", INCIDENT)
def test_the_incident_is_caught_at_once(name: str) -> None:
    assert 0 < control(100, name).seed <= 100


def test_names_are_unique_and_enough() -> None:
    assert len(set(NAMES)) == len(NAMES) >= 20


def test_the_world_that_catches_a_fault_is_kind_to_the_product() -> None:
    for name in INCIDENT:
        _, broken = judged(control(100, name).seed, Variant())
        assert not broken
