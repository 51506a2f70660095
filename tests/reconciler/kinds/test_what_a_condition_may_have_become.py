"""A condition gives way to a difference that it may have become; a missing stop not to every one."""

import pytest

from reconciler.facts.finding import Kind
from reconciler.kinds.registry import DIFFERENCES, spec_of


def becomes(kind: Kind) -> set[Kind]:
    return {other for other in DIFFERENCES if spec_of(kind).may_become(spec_of(other))}


def test_a_missing_stop_gives_way_only_to_what_tells_of_the_stop() -> None:
    told = {Kind.ORPHANED_POSITION, Kind.REAPPEARED_POSITION, Kind.SIDE_MISMATCH}
    assert becomes(Kind.UNPROTECTED_POSITION) == told


@pytest.mark.parametrize("kind", sorted(DIFFERENCES))
def test_a_difference_gives_way_to_every_other_and_not_to_itself(kind: Kind) -> None:
    assert becomes(kind) == DIFFERENCES - {kind}


def test_a_doubt_about_an_order_gives_way_to_every_difference() -> None:
    assert becomes(Kind.UNVERIFIED_OPEN) == becomes(Kind.SOURCES_DISAGREE) == DIFFERENCES
