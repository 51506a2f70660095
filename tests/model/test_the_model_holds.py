"""Whatever happens to processes, people and channels, in whatever order: leases, alerts and messages hold."""

import pytest

from tests.model.played import EXAMPLES, Place, play


@pytest.mark.timeout(36_000)
def test_whatever_happens(place: Place) -> None:
    play(place, examples=EXAMPLES)
