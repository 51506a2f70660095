"""What holds for every account that can be drawn: order, tolerance, legs apart, no alarm from blindness."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.comparison.outcome import Comparison
from reconciler.comparison.venue_view import Grade, VenueView
from reconciler.facts.expectation import Direction, Expectation, ExpectationState, OrderRole, StopPolicy
from reconciler.facts.finding import Kind
from tests.reconciler.accounts import (
    SYMBOL,
    compared,
    leg,
    listed,
    market,
    merged,
    pushed,
    reading,
    row,
    stop,
    stream,
)
from tests.reconciler.lots import World, worlds
from verification.facts.account import Position, PositionMode, RestingOrder
from verification.facts.leg import Leg, Side
from verification.facts.observation import PositionSeen
from verification.venues.stream_state import StreamState

# Deadlines of wall time would make a slow machine a failing test.
drawn = settings(max_examples=50, deadline=None)
whole = settings(max_examples=200, deadline=None)

SYMBOLS = [SYMBOL, "NEAR/USDT:USDT", "SUI/USDT:USDT"]
MARKETS = {
    symbol: market(symbol, step=step) for symbol, step in zip(SYMBOLS, ("0.1", "1", "0.001"), strict=True)
}
ABSENCE = {Grade.ABSENT, Grade.BOUNDED_LAG}

sizes = st.integers(1, 60).map(lambda tenths: Decimal(tenths) / 10)
signed = st.tuples(sizes, st.sampled_from([1, -1])).map(lambda pair: pair[0] * pair[1])


@st.composite
def expectations(draw: st.DrawFn) -> tuple[Expectation, ...]:
    rows = []
    for number in range(draw(st.integers(0, 5))):
        size = draw(sizes)
        stops = draw(st.sampled_from([(), ("s1",), ("s2",)]))
        low = draw(st.sampled_from([size, Decimal(0)]))
        rows.append(
            row(
                str(size),
                direction=draw(st.sampled_from(Direction)),
                low=str(low),
                high=str(size + draw(st.sampled_from([Decimal(0), Decimal(2)]))),
                symbol=draw(st.sampled_from(SYMBOLS)),
                ledger=draw(st.sampled_from(["one", "two"])),
                row_id=str(number),
                stops=stops,
                policy=draw(st.sampled_from(StopPolicy)),
                state=draw(st.sampled_from(ExpectationState)),
            )
        )
    return tuple(rows)


@st.composite
def positions(draw: st.DrawFn, mode: PositionMode = PositionMode.ONE_WAY) -> tuple[Position, ...]:
    legs = [Leg.NET] if mode is PositionMode.ONE_WAY else [Leg.LONG, Leg.SHORT]
    keys = draw(st.lists(st.sampled_from([leg(one, way) for one in SYMBOLS for way in legs]), unique=True))
    held = []
    for key in keys:
        size = draw(sizes)
        sign = draw(st.sampled_from([1, -1])) if key.leg is Leg.NET else 1 if key.leg is Leg.LONG else -1
        held.append(listed(str(sign * size), key=key, version=draw(st.sampled_from([None, 5])), mark="100"))
    return tuple(held)


@st.composite
def pushes(draw: st.DrawFn) -> tuple[PositionSeen, ...]:
    keys = draw(st.lists(st.sampled_from([leg(symbol) for symbol in SYMBOLS]), unique=True))
    quantity = st.one_of(st.just(Decimal(0)), signed)
    versions = st.sampled_from([None, 4, 6])
    return tuple(pushed(str(draw(quantity)), version=draw(versions), key=key, second=-1) for key in keys)


stops = st.lists(
    st.builds(
        lambda order_id, side, size, symbol: stop(order_id, side, str(size), symbol=symbol),
        st.sampled_from(["s1", "s2", "s3"]),
        st.sampled_from(Side),
        sizes,
        st.sampled_from(SYMBOLS),
    ),
    unique_by=lambda order: order.order_id,
).map(tuple)


def _run(rows: tuple[Expectation, ...], view: VenueView) -> Comparison:
    return compared(rows, view, markets=MARKETS)


def _absences(comparison: Comparison) -> set[str]:
    """Findings that rest on not having seen a position."""
    return {
        f"{one.kind} {one.symbol} {one.leg}"
        for one in comparison.findings
        if one.observed == 0 and comparison.confidence[one.identity].grade in ABSENCE
    }


@drawn
@given(expectations(), positions(), stops, st.data())
def test_the_order_of_the_reports_does_not_matter(
    rows: tuple[Expectation, ...],
    held: tuple[Position, ...],
    resting: tuple[RestingOrder, ...],
    data: st.DataObject,
) -> None:
    straight = _run(rows, merged(reading(held, stops=resting)))
    mixed_held = data.draw(st.permutations(held))
    mixed_stops = data.draw(st.permutations(resting))
    mixed = _run(tuple(data.draw(st.permutations(rows))), merged(reading(mixed_held, stops=mixed_stops)))
    assert mixed.findings == straight.findings
    assert mixed.legs == straight.legs


@drawn
@given(expectations(), positions(), stops)
def test_comparing_again_finds_the_same(
    rows: tuple[Expectation, ...], held: tuple[Position, ...], resting: tuple[RestingOrder, ...]
) -> None:
    first = merged(reading(held, stops=resting))
    again = merged(reading(held, stops=resting, second=30), previous=first)
    assert [one.identity for one in _run(rows, again).findings] == [
        one.identity for one in _run(rows, first).findings
    ]
    assert _run(rows, first) == _run(rows, first)


@drawn
@given(
    expectations(), positions(), pushes(), stops, st.sets(st.sampled_from(["positions", "orders", "stops"]))
)
def test_a_part_that_fails_never_adds_a_finding_that_rests_on_absence(
    rows: tuple[Expectation, ...],
    held: tuple[Position, ...],
    heard: tuple[PositionSeen, ...],
    resting: tuple[RestingOrder, ...],
    failed: set[str],
) -> None:
    whole = _run(rows, merged(reading(held, stops=resting), pushes=heard))
    partial = _run(
        rows,
        merged(
            reading(
                None if "positions" in failed else held,
                orders=None if "orders" in failed else (),
                stops=None if "stops" in failed else resting,
            ),
            pushes=heard,
        ),
    )
    assert _absences(partial) <= _absences(whole)
    if "positions" in failed:
        assert _absences(partial) == set()
    if "stops" in failed:
        assert all(one.kind is not Kind.UNPROTECTED_POSITION for one in partial.findings)


@drawn
@given(st.lists(st.sampled_from(["43", "86", "-", "x"]), min_size=2, max_size=9), st.data())
def test_deleting_an_observation_of_nothing_never_creates_an_absence(
    said: list[str], data: st.DataObject
) -> None:
    """A list that leaves the leg out, or fails, only ever adds to the case for absence, or nothing."""

    def absences(words: list[tuple[int, str]]) -> set[str]:
        readings = [
            reading(
                None if word == "x" else [] if word == "-" else [listed(word, version=2)], second=4 * turn
            )
            for turn, word in words
        ]
        health = stream(state=StreamState.DOWN)
        return _absences(_run((row("43"),), merged(*readings, pushes=heard, health=health)))

    heard = data.draw(st.sampled_from([[], [pushed("43", version=2, second=-1)]]))
    turns = list(enumerate(said))
    nothing = [turn for turn in turns if turn[1] in {"-", "x"}]
    if not nothing:
        return
    dropped = data.draw(st.sampled_from(nothing))
    fewer = [turn for turn in turns if turn != dropped]
    if turns[-1] == dropped and dropped[1] == "x":
        # The last look decides whether the list counts as read at all.
        return
    assert absences(fewer) <= absences(turns)


@whole
@given(worlds())
def test_both_sides_agree_exactly_where_the_world_says_so(world: World) -> None:
    """Agreement is counted in whole lots by the world itself; nothing here asks the product what is equal."""
    comparison = world.compared()
    if not world.trades and world.held == 0:
        assert comparison.legs == ()
        return
    (shown,) = comparison.legs
    told = [one for one in comparison.findings if one.kind is not Kind.UNPROTECTED_POSITION]
    agrees = world.held == world.believed and not _seen_unbooked(world)
    assert (shown.verdict == "agree") == agrees
    assert (comparison.matched == 1) == agrees
    assert comparison.ignored == ()
    if agrees:
        stuck = {OrderRole.ENTRY: Kind.STUCK_OPENING, OrderRole.EXIT: Kind.STUCK_CLOSING}
        assert {one.kind for one in told} == {stuck[role] for role in world.waiting_in_vain()}
        return
    (finding,) = told
    if world.held == world.believed:
        assert finding.kind is Kind.QUANTITY_MISMATCH
    else:
        assert finding.kind.value in world.kinds()
        assert finding.observed == world.held * world.lot
        assert finding.expected is not None
        assert round(finding.expected / world.lot, 6) == world.believed


@whole
@given(worlds())
def test_what_is_in_flight_is_what_the_bots_own_orders_can_explain(world: World) -> None:
    comparison = world.compared()
    for shown in comparison.legs:
        if shown.verdict == "in flight":
            assert world.held == world.believed or world.held in world.reachable
        if world.held not in world.reachable and world.held != world.believed:
            assert shown.verdict == "differs", "a stranger hides behind nothing"
        if world.all_known and world.stranger == 0 and not world.nothing_unbooked:
            assert shown.verdict == "in flight", "the bots' own executions explain all of it"
            assert comparison.findings, "and it is told when its time is over"


@whole
@given(worlds())
def test_an_order_that_nobody_can_see_is_wanted(world: World) -> None:
    comparison = world.compared()
    unseen = {
        (f"{place}.{number}", order.role is OrderRole.STOP)
        for place, trade in enumerate(world.trades)
        for number, order in enumerate(trade.orders)
        if order.known == "no"
    }
    assert unseen <= {(ref.order_id, ref.conditional) for ref in comparison.wanted}


def _seen_unbooked(world: World) -> bool:
    """True when the venue shows an execution that a bot has not booked."""
    return any(order.unbooked for trade in world.trades for order in trade.orders if order.known != "no")


@drawn
@given(signed, signed)
def test_a_difference_is_one_from_either_side(expected: Decimal, held: Decimal) -> None:
    def differs(one: Decimal, other: Decimal) -> bool:
        found = _run((row(str(one)),), merged(reading([listed(str(other), mark=None)]))).findings
        return any(finding.kind is not Kind.UNPROTECTED_POSITION for finding in found)

    assert differs(expected, held) == differs(held, expected) == differs(-expected, -held)
    assert differs(expected, held) == (expected != held), "both are drawn in whole lots"


@drawn
@given(expectations(), positions(PositionMode.HEDGE))
def test_hedge_legs_do_not_mix(rows: tuple[Expectation, ...], held: tuple[Position, ...]) -> None:
    def of(way: Leg, all_rows: tuple[Expectation, ...], all_held: tuple[Position, ...]) -> list[object]:
        comparison = _run(all_rows, merged(reading(all_held, mode=PositionMode.HEDGE)))
        return [one for one in comparison.findings if one.leg is way]

    # Habits are the ledger's, not the leg's: fix them, so that dropping a row drops nothing else.
    rows = tuple(replace(one, stop_policy=StopPolicy.VENUE) for one in rows)
    for way, direction in ((Leg.LONG, Direction.LONG), (Leg.SHORT, Direction.SHORT)):
        alone = of(
            way,
            tuple(one for one in rows if one.direction is direction),
            tuple(one for one in held if one.key.leg is way),
        )
        assert of(way, rows, held) == alone


@drawn
@given(expectations(), positions(), stops)
def test_every_finding_is_explained(
    rows: tuple[Expectation, ...], held: tuple[Position, ...], resting: tuple[RestingOrder, ...]
) -> None:
    comparison = _run(rows, merged(reading(held, stops=resting)))
    for finding in comparison.findings:
        assert finding.reason.endswith(".")
        assert "None" not in finding.reason
        assert {line.party.value for line in finding.evidence} == {"bot", "exchange"}
        assert finding.identity in comparison.confidence
