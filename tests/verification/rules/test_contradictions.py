"""Sources that contradict each other are told apart from sources that only lag behind."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from msgspec.structs import replace as seen_as

from tests.verification.drawn import KEY, OTHER_LEG, came, closing, moment, opening
from tests.verification.faulty_steps import Steps
from tests.verification.memory_journal import MemoryJournal
from tests.verification.promises import REPEATABLE
from tests.verification.world import World, worlds
from tests.virtual_time import run
from verification.facts.leg import Side
from verification.facts.observation import Observation, OrderSeen, PositionSeen, Source
from verification.facts.order_identity import is_of
from verification.facts.question import Baseline
from verification.facts.verification import Verification
from verification.opening.case import OpeningCase
from verification.opening.journal_writer import JournalWriter
from verification.opening.order_names import OrderNames
from verification.opening.outcome import RolledBack
from verification.rules.contradiction import contradictions
from verification.rules.judgement import decide

WEBSOCKET, ORDER, REST = Source.WEBSOCKET, Source.ORDER, Source.REST


def order(
    executed: str, *, ended: bool = False, source: Source = WEBSOCKET, agree: bool | None = None, at: int = 1
) -> OrderSeen:
    status = "canceled" if ended else "open"
    return OrderSeen(KEY, "7", "c", Decimal(executed), ended, agree, status, None, came(source, at))


def row(quantity: str, version: int | None, *, source: Source = REST) -> PositionSeen:
    return PositionSeen(KEY, Decimal(quantity), version, came(source, 2))


EMPTY_END = order("0", ended=True, source=ORDER, agree=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(EMPTY_END, order("43"), id="ended empty by its trades, executed by the stream"),
        pytest.param(
            order("20", ended=True), order("43", ended=True, source=ORDER), id="two ends that differ"
        ),
        pytest.param(order("20", ended=True), order("21"), id="more than at its end"),
        pytest.param(order("43"), order("-43", source=ORDER), id="both ways"),
    ],
)
def test_words_that_cannot_both_be_true_are_a_contradiction_in_any_order(
    one: OrderSeen, other: OrderSeen
) -> None:
    orders: list[list[Observation]] = [[one, other], [other, one], [other, row("0", None), one, one]]
    for seen in orders:
        (found,) = contradictions(opening(), seen)
        assert {found.one, found.other} == {one, other}
        assert "websocket" in found.reason


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param([], id="nothing"),
        pytest.param([EMPTY_END, order("0"), row("0", 12)], id="all agree"),
        pytest.param([order("43", ended=True), order("20", source=ORDER), order("0")], id="one lags behind"),
        pytest.param([order("20", ended=True), row("20", 12), row("0", 9)], id="rows of before"),
        pytest.param(
            [EMPTY_END, seen_as(order("43"), order_id="8", client_order_id="d")], id="another order"
        ),
        pytest.param([EMPTY_END, seen_as(order("43"), key=OTHER_LEG)], id="another leg"),
        pytest.param([EMPTY_END, seen_as(order("43"), conditional=True)], id="the stop that became an order"),
    ],
)
def test_what_lags_or_is_of_something_else_is_none(seen: list[Observation]) -> None:
    assert contradictions(opening(), seen) == ()


def test_a_leg_that_moved_further_than_its_order_took_it_contradicts_where_nothing_else_moves_it() -> None:
    question = replace(opening(), baseline=Baseline(Decimal(0), 10), exclusive=True)
    seen: list[Observation] = [EMPTY_END, row("43", 12)]
    (found,) = contradictions(question, seen)
    assert "the leg went from 0 to 43 (rest)" in found.reason
    for other in (
        replace(question, exclusive=False),
        replace(question, baseline=Baseline(Decimal(0), None)),
        replace(question, baseline=Baseline(Decimal(0), 12)),
        replace(question, baseline=None),
    ):
        assert contradictions(other, seen) == (), "others may have moved it, or it was so before"
    assert contradictions(question, [order("43"), *seen])[0].other == order("43")
    by_status = order("0", ended=True)
    assert contradictions(question, [by_status, row("43", 12)]) == (), "its trades have not borne it out"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        pytest.param([(43, 11, WEBSOCKET, 1), (20, 11, REST, 3)], True, id="one version, a list long after"),
        pytest.param([(43, 11, WEBSOCKET, 1), (20, 12, REST, 3)], False, id="another version"),
        pytest.param([(43, 11, WEBSOCKET, 1), (43, 11, REST, 3)], False, id="they agree"),
        pytest.param([(43, None, WEBSOCKET, 1), (20, None, REST, 3)], False, id="no versions"),
        pytest.param([(20, 11, WEBSOCKET, 1), (43, 11, REST, 1.5)], False, id="a push may be under way"),
        pytest.param(
            [(20, 11, WEBSOCKET, 1), (43, 11, WEBSOCKET, 1.1), (43, 11, REST, 3)],
            False,
            id="two fills",
        ),
        pytest.param(
            [(20, 11, WEBSOCKET, 1), (43, 11, WEBSOCKET, 1.1), (20, 11, REST, 3)], True, id="the last counts"
        ),
        pytest.param([(43, 11, REST, 1), (20, 11, REST, 3)], False, id="two lists, between two fills"),
    ],
)
def test_list_and_stream_that_differ_on_one_version_contradict_each_other(
    rows: list[tuple[int, int | None, Source, float]],
    told: bool,  # noqa: FBT001 - a column of the table
) -> None:
    seen = [PositionSeen(KEY, Decimal(q), version, came(who, at)) for q, version, who, at in rows]
    for question in (opening(exclusive=False), closing()):
        for order_of in (seen, seen[::-1]):
            assert bool(contradictions(question, order_of)) is told


@pytest.mark.parametrize(("now", "contradicts"), [("0", False), ("-7", False), ("1", True)])
def test_a_liquidation_takes_a_leg_to_zero_from_the_other_side_and_no_further(
    now: str,
    contradicts: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """An entry against what is held, which ended empty: seed 159698."""
    found = contradictions(opening(baseline=(-13, 10)), [EMPTY_END, row(now, 12)])
    assert bool(found) == contradicts


def test_an_exit_that_executed_after_its_end_contradicts_it() -> None:
    (found,) = contradictions(closing(), [EMPTY_END, order("-43")])
    assert found.other.provenance.source is WEBSOCKET


def test_lag_alone_is_never_a_contradiction_and_a_false_end_always_is() -> None:
    told = 0

    @REPEATABLE
    @given(worlds())
    def check(world: World) -> None:
        nonlocal told
        true = [seen for seen in world.seen if not _lies(world, seen)]
        assert contradictions(world.question, true) == ()
        mine = [seen for seen in world.seen if isinstance(seen, OrderSeen) and is_of(world.question, seen)]
        most = max((abs(seen.executed) for seen in mine), default=Decimal(0))
        if any(seen.terminal and abs(seen.executed) < most for seen in mine):
            told += 1
            assert contradictions(world.question, world.seen) != ()

    check()
    assert told > 10, "the worlds show none"


def _lies(world: World, seen: Observation) -> bool:
    if isinstance(seen, PositionSeen) and seen.version == world.history[0].version:
        return True  # there the worlds have two facts of one version, and anybody may show either
    if not isinstance(seen, OrderSeen):
        return False
    return seen.terminal and not (world.final.ended and seen.executed == world.final.executed)


def test_a_person_is_told_where_an_opening_met_a_contradiction() -> None:
    question = opening()
    seen: tuple[Observation, ...] = (order("43"), EMPTY_END)
    case = OpeningCase(
        entry=1,
        key=KEY,
        side=Side.BUY,
        intended=Decimal(43),
        stop_price=Decimal("0.18"),
        baseline=question.baseline,
        exclusive=True,
        names=OrderNames("c"),
        writer=JournalWriter(),
        stop_name="s",
    )
    answered = Verification(question, decide(question, seen), seen, moment(1))

    async def written() -> None:
        case.write_verified(MemoryJournal(Steps()), answered)

    run(written())
    (concern,) = case.concerns
    assert "contradict each other: order 7 ended (canceled) with nothing executed (order)" in concern
    outcome = RolledBack(entry=1, reason="", opened=answered, closed=answered, concerns=tuple(case.concerns))
    assert outcome.critical
