"""The same rows held against the same facts are not gone through again, and nothing is judged otherwise."""

from copy import copy
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.verification.venues.samples import moment
from verification.facts.account import Position, PositionsReading
from verification.facts.leg import Leg, LegKey
from verification.facts.observation import PositionSeen, Provenance, Source
from verification.venues.capabilities import StreamRules
from verification.venues.streaming.fact_store import FactStore
from verification.venues.streaming.missed_facts import MissedFacts
from verification.venues.streaming.pushing import Pushing

RULES = StreamRules(missed_after=3, agreed_after=20, renew_after_missed=15)
SYMBOLS = ("A/USDT:USDT", "B/USDT:USDT", "~OWNID")
Leg_ = tuple[int, int, int]
"""A leg by the number of its symbol, what it holds, and in which version."""

legs = st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(1, 3))
lists = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 3)), max_size=3)
steps = st.one_of(
    st.tuples(st.just("list"), lists, st.integers(0, 4)),
    st.tuples(st.just("again"), st.booleans(), st.integers(0, 30)),
    st.tuples(st.just("push"), legs, st.integers(0, 4)),
    st.tuples(st.just("life"), st.none(), st.integers(0, 4)),
)


def key_of(number: int) -> LegKey:
    return LegKey("main", SYMBOLS[number], Leg.NET)


def row_of(leg: Leg_) -> Position:
    number, held, version = leg
    return Position(key_of(number), Decimal(held), version, None, None, None, None)


class Watcher:
    """A stream that is judged; what it is told is new each time where `anew`."""

    def __init__(self, *, anew: bool) -> None:
        self.store, self.pushing, self.anew = FactStore(), Pushing(RULES), anew
        self.pushing.begin()

    def list(self, reading: PositionsReading) -> None:
        facts = self.store.facts()
        if self.anew:
            reading = replace(reading, positions=tuple(map(copy, reading.positions)))
            facts = dict(facts)
        self.pushing.compare(reading, facts)

    def push(self, seen: PositionSeen) -> None:
        if self.store.offer(seen):
            self.pushing.pushed(seen)

    def life(self, second: float) -> None:
        self.pushing.end(moment(second))
        self.store.begin()
        self.pushing.begin()

    def says(self, second: float) -> tuple[object, ...]:
        now, judged = moment(second), self.pushing
        return judged.silent_since(now), judged.is_deaf(now), judged.proof(), judged.wants_list(now)


@given(st.lists(steps, max_size=14))
def test_a_stream_is_judged_as_by_one_who_goes_through_all_of_it_each_time(
    story: list[tuple[str, object, int]],
) -> None:
    quick, slow = Watcher(anew=False), Watcher(anew=True)
    second, rows, unread = 0.0, tuple[Position, ...](), dict[str, str]()
    for what, told, passed in story:
        second += passed
        for each in (quick, slow):
            if what == "push":
                assert isinstance(told, tuple)
                number, held, version = told
                came = Provenance(Source.WEBSOCKET, moment(second))
                each.push(PositionSeen(key_of(number), Decimal(held), version, came))
            elif what == "life":
                each.life(second)
        if what == "list":
            assert isinstance(told, list)
            rows = tuple({leg[0]: row_of(leg) for leg in told}.values())
        if what == "again":
            unread = {"": "it was not asked for"} if told else {}
        if what in {"list", "again"}:
            reading = PositionsReading(rows, moment(second), moment(second), unread=unread)
            quick.list(reading)
            slow.list(reading)
        assert quick.says(second) == slow.says(second)


def test_a_leg_that_the_list_leaves_out_is_suspected_when_its_time_has_come() -> None:
    store, missed = FactStore(), MissedFacts(RULES)
    store.offer(PositionSeen(key_of(0), Decimal(1), 1, Provenance(Source.WEBSOCKET, moment(0))))
    rows: tuple[Position, ...] = ()
    for second in (0.0, RULES.absent_after / 2):
        missed.compare(PositionsReading(rows, moment(second), moment(second)), store.facts())
        assert not missed.any
    late = RULES.absent_after
    missed.compare(PositionsReading(rows, moment(late), moment(late)), store.facts())
    assert missed.any


@given(lists, st.frozensets(st.sampled_from(SYMBOLS)))
def test_the_rows_of_some_symbols_are_those_and_the_ones_that_nobody_can_name(
    told: list[Leg_], symbols: frozenset[str]
) -> None:
    rows = tuple(map(row_of, told))
    reading = PositionsReading(rows, moment(0), moment(0))
    again = PositionsReading(rows, moment(1), moment(1), index=reading.index)
    other = PositionsReading((row_of((0, 1, 1)),), moment(1), moment(1), index=reading.index)
    assert again.index is reading.index
    assert other.row(key_of(0)) is other.positions[0]
    for each in (reading, again):
        wanted = tuple(row for row in rows if row.key.symbol in symbols or not row.key.named)
        assert each.of(symbols).positions == wanted
        assert each.unnamed == min((row.key.symbol for row in rows if not row.key.named), default=None)
        for number in range(len(SYMBOLS)):
            first = next((row for row in rows if row.key == key_of(number)), None)
            assert each.row(key_of(number)) is first


def test_the_same_rows_are_held_against_what_was_pushed_since() -> None:
    store, missed = FactStore(), MissedFacts(RULES)
    rows: tuple[Position, ...] = ()
    missed.compare(PositionsReading(rows, moment(0), moment(0)), store.facts())
    store.offer(PositionSeen(key_of(0), Decimal(1), 1, Provenance(Source.WEBSOCKET, moment(0))))
    late = RULES.absent_after
    missed.compare(PositionsReading(rows, moment(late), moment(late)), store.facts())
    assert missed.any


def test_facts_are_the_same_again_until_one_of_them_changes() -> None:
    store, told = FactStore(), list[object]()

    def push(version: int) -> None:
        store.offer(PositionSeen(key_of(0), Decimal(1), version, Provenance(Source.WEBSOCKET, moment(0))))
        told.append(store.facts())

    for version in (2, 3, 1):
        push(version)
    assert told[0] is not told[1]
    assert told[1] is told[2], "one that is older is not taken"
    store.begin()
    assert store.facts() == {}
    store.take_snapshot((), moment(1), moment(1), 2)
    assert list(store.facts()) == [key_of(0)], (
        "what the life before knew and the list leaves out is told as gone"
    )
    store.rename(lambda name: SYMBOLS[1])
    assert list(store.facts()) == [key_of(1)]
