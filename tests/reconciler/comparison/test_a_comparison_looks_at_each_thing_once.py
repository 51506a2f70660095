"""A comparison goes through what rests as often for many legs as for one, and proves only what it says."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from typing_extensions import override

from reconciler.comparison import condition_check
from reconciler.comparison.compare import compare_in_slices
from reconciler.comparison.confirmation import Suspicion, past_of
from reconciler.comparison.kept import NOTHING_KEPT
from reconciler.comparison.outcome import CompareSettings
from reconciler.comparison.pushed_leg import pushed_leg
from reconciler.facts.expectation import StopPolicy
from reconciler.facts.finding import FindingKey, Kind
from tests.reconciler.accounts import (
    ACCOUNT,
    SYMBOL,
    at,
    compared,
    entry,
    found,
    leg,
    limit,
    listed,
    market,
    merged,
    pushed,
    reading,
    row,
    stop,
    utc,
)
from verification.facts.account import Market, RestingOrder
from verification.facts.leg import Leg, Side
from verification.facts.slices import whole

OTHER = "NEAR/USDT:USDT"


class Counted(tuple[RestingOrder, ...]):
    """A list of orders that counts how often somebody goes through it."""

    __slots__ = ()
    walks = 0

    @override
    def __iter__(self) -> Iterator[RestingOrder]:
        """Go through it."""
        Counted.walks += 1
        return super().__iter__()


def _walks(legs: int) -> int:
    """Return how often one comparison of so many legs, each with stop and entry, goes through its orders."""
    symbols = [f"C{number}/USDT:USDT" for number in range(legs)]
    rows = [
        row(
            "43",
            symbol=symbol,
            row_id=symbol,
            policy=StopPolicy.VENUE,
            entries=(f"e{symbol}",),
            orders=(entry(f"e{symbol}", "86", booked="43"),),
            resting_since=utc(-60),
        )
        for symbol in symbols
    ]
    stops = [stop(f"s{symbol}", Side.SELL, "20", symbol=symbol) for symbol in symbols]
    entries = [limit(f"e{symbol}", Side.BUY, "86", filled="43", symbol=symbol) for symbol in symbols]
    view = merged(reading([listed("43", key=leg(symbol)) for symbol in symbols], orders=entries, stops=stops))
    assert view.orders is not None
    assert view.conditional_orders is not None
    view = replace(view, orders=Counted(view.orders), conditional_orders=Counted(view.conditional_orders))
    Counted.walks = 0
    comparison = compared(rows, view, markets={symbol: market(symbol) for symbol in symbols})
    assert {row.stop for row in comparison.legs} == {"partial"}
    assert found(comparison) == [], "what has no stop came from the entry that works"
    return Counted.walks


def test_the_orders_are_gone_through_as_often_for_fifty_legs_as_for_one() -> None:
    assert _walks(50) == _walks(1)


def test_an_order_of_another_symbol_under_the_same_number_hides_no_stop() -> None:
    """Venues number the orders of each symbol apart."""
    stops = [stop("7", Side.SELL, "43"), stop("7", Side.SELL, "1", symbol=OTHER)]
    view = merged(reading([listed("43")], stops=stops))
    assert found(compared([row("43", policy=StopPolicy.VENUE)], view)) == []


def test_whether_a_condition_is_gone_is_said_without_gathering_what_shows_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    comparisons = [
        compared([row("43")], merged(reading([listed("43")]))),
        compared([row("43")], merged(reading([]))),
        compared([], merged(reading([listed("43", version=2)]), reading([], second=30))),
        compared([row("43")], merged(reading(None))),
    ]
    keys = [FindingKey(kind, ACCOUNT, SYMBOL, Leg.NET) for kind in Kind]
    judged = [[comparison.condition(key).state == "clear" for key in keys] for comparison in comparisons]
    assert any(map(any, judged))
    assert not all(map(any, judged))

    def gathered(*_: object) -> None:
        pytest.fail("evidence was gathered for a yes or no")

    monkeypatch.setattr(condition_check, "evidence_of", gathered)
    assert [[comparison.clears(key) for key in keys] for comparison in comparisons] == judged


def test_a_look_at_one_symbol_asks_for_no_market_of_another() -> None:
    class Asked(dict[str, Market]):
        """Market facts that say whose were asked for."""

        @override
        def get(self, symbol: str, /, default: object = None) -> Any:
            symbols.add(symbol)
            return super().get(symbol, default)

    symbols: set[str] = set()
    rows = [row("43"), row("43", symbol=OTHER, row_id="2")]
    view = merged(reading([listed("43")], symbols=frozenset({SYMBOL})))
    comparison = compared(rows, view, markets=Asked({each: market(each) for each in (SYMBOL, OTHER)}))
    assert [each.symbol for each in comparison.legs] == [SYMBOL]
    assert symbols == {SYMBOL}


def test_a_push_that_is_handed_in_again_changes_nothing_and_makes_nothing_new() -> None:
    for version in (None, 3):
        push = pushed("43", version=version, second=5)
        before = merged(reading([listed("20", version=version)]), pushes=[push]).legs[leg()]
        once = pushed_leg(before, push)
        assert pushed_leg(once, push) is once


def test_of_two_that_were_first_seen_at_once_that_counts_which_was_remembered_first() -> None:
    """A leg that has turned from one kind into another has both from the same moment on."""

    def suspicion(kind: Kind, looked: float) -> Suspicion:
        key = FindingKey(kind, ACCOUNT, SYMBOL, Leg.NET)
        return Suspicion(key, at(1), at(looked), None, None, looks=2, last_look=at(looked))

    new = FindingKey(Kind.SIDE_MISMATCH, ACCOUNT, SYMBOL, Leg.NET)
    kinds = (Kind.ORPHANED_POSITION, Kind.QUANTITY_MISMATCH)
    for first, second in (kinds, kinds[::-1]):
        known = {each.key: each for each in (suspicion(first, 7), suspicion(second, 9))}
        past = past_of(known, new)
        assert past is not None
        assert (past.key, past.first_seen, past.last_look, past.looks) == (new, at(1), at(7), 0)
    assert past_of({}, new) is None


def test_a_leg_that_comes_where_another_goes_stands_in_its_place() -> None:
    """What is kept of the order of the legs is of just those legs, and not of as many."""
    markets = {each: market(each) for each in ("A/USDT:USDT", "B/USDT:USDT", "C/USDT:USDT")}
    kept = NOTHING_KEPT
    for held in ("BC", "BC", "AB", "AC", "ABC", "AB"):
        view = merged(reading([listed("43", key=leg(f"{each}/USDT:USDT")) for each in held]))
        sliced = compare_in_slices(
            (),
            view,
            markets=markets,
            mode=view.mode,
            settings=CompareSettings(),
            now=view.read_at.utc,
            kept=kept,
        )
        comparison = whole(sliced)
        kept = comparison.kept
        assert [row.symbol[0] for row in comparison.legs] == list(held)
        assert [key.symbol[0] for key in comparison.rows] == list(held)
