"""The model bites: each fault that is planted by name is caught in the life that is written down for it."""

from collections.abc import Callable

import pytest

from tests.model.machine import Lives
from tests.model.mutants import MUTANTS, Mutant
from tests.model.played import MANY, Place, live, play

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(3600)]
BOUND = 200
"""Lives of chance within which each must be caught, where many are asked for."""

LIVES = {(mutant.life, mutant.postgres): mutant.life.__name__ for mutant in MUTANTS}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_planted_fault_is_caught(
    mutant: Mutant, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    place: Place = request.getfixturevalue("in_postgres" if mutant.postgres else "in_sqlite")
    mutant.plant(monkeypatch)

    with pytest.raises(AssertionError):
        live(place, mutant.life)
    if MANY:
        with pytest.raises(AssertionError):
            play(place, examples=BOUND, shortest=False)


@pytest.mark.parametrize(("life", "postgres"), LIVES, ids=[str(each) for each in LIVES.values()])
def test_without_a_fault_each_of_these_lives_is_right(
    life: Callable[[Lives], None], *, postgres: bool, request: pytest.FixtureRequest
) -> None:
    live(request.getfixturevalue("in_postgres" if postgres else "in_sqlite"), life)
