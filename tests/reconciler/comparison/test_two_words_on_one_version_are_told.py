"""A list and a push that differ on one version of a leg: no lag does that, so it is told soon."""

from collections.abc import Sequence

import pytest

from reconciler.comparison.venue_view import VenueView
from reconciler.facts.finding import Finding, Kind
from tests.reconciler.accounts import compared, leg, listed, merged, pushed, reading, row
from verification.facts.observation import PositionSeen

KEY = leg()


def told(view: VenueView) -> list[Finding]:
    found = compared([row("43")], view).findings
    return [each for each in found if each.kind is Kind.SOURCES_DISAGREE]


# name, the pushes, what lists show: quantity, version, at seconds; whether it is told; what is believed
TABLE = [
    ("one version, three lists over 6 s", [pushed("43", version=2)], "20", 2, (3, 6, 9), True, "43"),
    ("a lag may explain another version", [pushed("43", version=3)], "20", 2, (3, 6, 9), False, "43"),
    ("no versions: a lag may explain it", [pushed("43")], "20", None, (3, 6, 9), False, "43"),
    ("a push may be under way", [pushed("43", version=2)], "20", 2, (3, 4, 5), False, "43"),
    ("two lists are not enough", [pushed("43", version=2)], "20", 2, (3, 9), False, "43"),
    ("they agree", [pushed("43", version=2)], "43", 2, (3, 6, 9), False, "43"),
]


@pytest.mark.parametrize(
    ("name", "pushes", "quantity", "version", "seconds", "tells", "held"),
    TABLE,
    ids=[name for name, *_ in TABLE],
)
def test_what_is_told_of_two_words(
    name: str,
    pushes: Sequence[PositionSeen],
    quantity: str,
    version: int | None,
    seconds: tuple[float, ...],
    *,
    tells: bool,
    held: str,
) -> None:
    readings = [reading([listed(quantity, version=version)], second=second) for second in seconds]
    view = merged(*readings, pushes=pushes)
    assert str(view.quantity(KEY)) == held
    found = told(view)
    assert bool(found) is tells, name
    if tells:
        assert "both at one version, 2" in found[0].reason


def test_of_two_fills_that_share_a_version_the_last_push_counts() -> None:
    first, last = pushed("20", version=2, second=1), pushed("43", version=2, second=1.01)
    view = merged(reading([listed("20", version=2)], second=0.9), pushes=[first])
    view = merged(reading([listed("43", version=2)], second=3), pushes=[last], previous=view)
    assert view.quantity(KEY) == 43
    assert view.legs[KEY].contrary is None
    assert told(view) == []
