"""Whether a trailing stop is active is not told: prices show it now and then, and that is remembered."""

from dataclasses import replace
from decimal import Decimal

import pytest

from reconciler.comparison.venue_view import VenueView
from reconciler.facts.expectation import StopPolicy
from tests.reconciler.accounts import compared, listed, merged, reading, row, stop
from verification.facts.leg import Side
from verification.facts.prices import Trailing

TRAILING = Trailing(activation=Decimal(100), rate=Decimal("0.01"))
ORDER = replace(stop("7001", Side.SELL, "43"), trigger_price=None, trailing=TRAILING)

# the mark price look by look -> what the screen says of the stop at each
STORIES = [
    (["90"], ["idle"]),
    (["100"], ["resting"]),
    (["99.5"], ["unknown"]),
    (["90", "99.5", "99.9"], ["idle", "idle", "idle"]),
    (["90", "99.5", "100", "99.5"], ["idle", "idle", "resting", "resting"]),
    (["105", "101", "99.2"], ["resting", "resting", "resting"]),
    (["99.5", "98", "99.5"], ["unknown", "idle", "idle"]),
    (["99", "98.999"], ["unknown", "idle"]),
]


def _told(marks: list[str | None], order_ids: list[str | None] | None = None) -> list[str]:
    ids = order_ids or ["7001"] * len(marks)
    view: VenueView | None = None
    said = []
    for second, (mark, order_id) in enumerate(zip(marks, ids, strict=True)):
        stops = None if order_id is None else [replace(ORDER, order_id=order_id)]
        view = merged(reading([listed("43", mark=mark)], stops=stops, second=second * 10), previous=view)
        said.append(compared([row("43", policy=StopPolicy.VENUE)], view).legs[0].stop)
    return said


@pytest.mark.parametrize(("marks", "said"), STORIES)
def test_what_prices_showed_of_it_is_kept(marks: list[str], said: list[str]) -> None:
    assert _told(list(marks)) == said


def test_a_list_that_fails_forgets_nothing() -> None:
    assert _told(["105", "101", "99.5"], ["7001", None, "7001"]) == ["resting", "unknown", "resting"]


def test_without_a_price_nothing_is_known_of_it() -> None:
    assert _told([None]) == ["unknown"]
    assert _told(["105", None]) == ["resting", "resting"]


def test_another_order_is_another_stop() -> None:
    assert _told(["105", "99.5"], ["7001", "7002"]) == ["resting", "unknown"]


def test_one_that_is_gone_is_forgotten() -> None:
    view = merged(reading([listed("43", mark="105")], stops=[ORDER]))
    assert view.trails.awake
    view = merged(reading([listed("43", mark="105")], stops=[], second=10), previous=view)
    assert not view.trails.awake
