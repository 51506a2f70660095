"""The oracle of the green forgives what no look can know, as far as a list is old, and nothing beyond."""

from dataclasses import replace
from decimal import Decimal

import pytest

from reconciler.facts.finding import Kind
from reconciler.views.account import PositionView
from tests.simulation.campaign import judged
from tests.simulation.reconciler.drawing import watched_plan_of
from tests.simulation.reconciler.episode import WatchedEpisode
from tests.simulation.reconciler.green_oracle import no_false_green
from tests.simulation.reconciler.sight import Sight
from tests.simulation.reconciler.state import MemoryStore
from tests.simulation.reconciler.stretch import Orders, Stretch
from tests.simulation.trace import Trace
from tests.virtual_time import VirtualClock
from verification.facts.leg import Leg, LegKey
from verification.facts.observation import Source

KEY = LegKey("main", "XRP/USDT:USDT", Leg.NET)
LATE = 3.0
"""Seconds that a list may be old in the worlds below."""


def stood(start: float, end: float, held: int, expected: int, uncut: str = "0") -> Stretch:
    kind = None if held == expected else Kind.QUANTITY_MISMATCH
    told = Stretch(start, end, held, expected, kind, in_flight=False, sure=True, rows=1)
    return told._replace(uncut=Decimal(uncut))


def told(at: float, *of_leg: Stretch) -> list[str]:
    """Return what the oracle says of a world without troubles whose leg is shown as agreeing at a time."""
    clock = VirtualClock()
    store = MemoryStore(clock)
    store.positions.append((at, (_agreeing(of_leg[-1]),)))
    plan = replace(watched_plan_of(50), troubles=frozenset(), storms=(), crashes=(), kills=())
    episode = WatchedEpisode(plan, Trace(clock, on=False), store, {}, [], [])
    sight = Sight(episode, {KEY: list(of_leg)}, {}, {}, Orders({}, {}), late=LATE, hangs=0.0)
    return list(no_false_green(sight))


def _agreeing(stretch: Stretch) -> PositionView:
    return PositionView(
        account=KEY.account,
        venue="simulated",
        symbol=KEY.symbol,
        leg=KEY.leg,
        expected=Decimal(stretch.expected),
        expected_low=Decimal(stretch.expected),
        expected_high=Decimal(stretch.expected),
        ledger_state="open",
        ledgers=("ledger0",),
        ledger_at=None,
        observed=Decimal(stretch.expected),
        observed_by=Source.REST,
        observed_at=None,
        contract_size=Decimal(1),
        notional=None,
        mark_price=None,
        stop="software",
        stop_price=None,
        verdict="agree",
        kinds=(),
    )


def test_a_list_that_is_older_than_a_row_may_show_what_the_row_says() -> None:
    past, between = stood(0.0, 100.0, 2, 0), stood(100.0, 100.1, 3, 0)
    assert told(100.5, past, between, stood(100.1, 900.0, 3, 2)) == []


def test_it_may_as_well_where_an_uncut_number_hides_the_lot_that_is_missing() -> None:
    past, between = stood(0.0, 100.0, -2, 0), stood(100.0, 100.1, -3, 0)
    assert told(100.5, past, between, stood(100.1, 900.0, -3, -1, "-0.7")) == []


@pytest.mark.parametrize(("expected", "uncut"), [(-1, "0"), (-1, "0.7"), (-5, "-0.7")])
def test_what_no_uncut_number_hides_never_agreed(expected: int, uncut: str) -> None:
    past, between = stood(0.0, 100.0, -2, 0), stood(100.0, 100.1, -3, 0)
    assert told(100.5, past, between, stood(100.1, 900.0, -3, expected, uncut))


@pytest.mark.parametrize(("expected", "uncut"), [(2, "0"), (1, "0.7")])
def test_a_list_is_never_older_than_lists_are(expected: int, uncut: str) -> None:
    past, between = stood(0.0, 100.0, 2, 0), stood(100.0, 100.1 + LATE, 3, 0)
    assert told(100.5 + LATE, past, between, stood(100.1 + LATE, 900.0, 3, expected, uncut))


def test_rows_that_had_ended_before_the_venue_held_it_were_never_seen_beside_it() -> None:
    past, between = stood(0.0, 100.0, 3, 2), stood(100.0, 100.1, 3, 0)
    assert told(100.5, past, between, stood(100.1, 900.0, 2, 0))


def test_rows_of_the_moment_in_which_it_changed_were() -> None:
    assert told(100.5, stood(0.0, 100.0, 3, 2), stood(100.0, 900.0, 2, 0)) == []


def test_the_world_in_which_that_happened_holds_its_promises() -> None:
    assert judged(201_550).broken == ()
