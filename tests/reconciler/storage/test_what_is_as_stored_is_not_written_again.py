"""What a look finds as it is stored is not written again: its times go with the heartbeat, and are shown."""

import random
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from msgspec import structs

from reconciler.console import Console
from reconciler.facts.heartbeat import Heartbeat
from reconciler.storage.database import Database
from reconciler.storage.differing import WHOLE_SECONDS
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.storage.held_store import HeldStore
from reconciler.storage.records import CYCLE, POSITION, SOURCE
from reconciler.storage.store import Store
from reconciler.views.account import CycleView, PositionView, SourceView
from tests.dashboard import drawn
from tests.reconciler.alert_life import NOON
from tests.reconciler.claimed import claimed
from verification.facts.clock import Moment

T = TypeVar("T")

TABLES = (CYCLE, POSITION, SOURCE)
A, B, C = "A/USDT:USDT", "B/USDT:USDT", "C/USDT:USDT"


@dataclass
class SetClock:
    """A clock that a test moves on."""

    second: float = 0.0

    def now(self) -> Moment:
        return Moment.at(at(self.second), self.second)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing here waits, not even {seconds} s")


def at(second: float) -> datetime:
    return NOON + timedelta(seconds=second)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def store(state_url: str) -> AsyncIterator[Store]:
    async with Store.open(state_url) as opened:
        yield opened


@pytest.fixture
def console(state_url: str, clock: SetClock) -> Iterator[Console]:
    with Console.open(state_url, clock=clock) as opened:
        yield opened


def leg(symbol: str, second: float, **changes: Any) -> PositionView:
    row = drawn.leg()
    return structs.replace(
        row, symbol=symbol, kinds=(), ledger_at=at(second), observed_at=at(second), **changes
    )


def sweep(second: float, **changes: Any) -> CycleView:
    return drawn.cycle(finished_at=at(second), **{"last_complete_at": at(second), **changes})


def source(second: float, state: str = "ok") -> SourceView:
    last_ok = at(second) if state == "ok" else None
    return SourceView("main", "rest", state, last_ok, f"the list is {state}", at(second))


async def look(held: HeldStore, second: float, *legs: PositionView) -> None:
    """Store a look that found this, and all else as ever."""
    await held.save_positions("main", legs or (leg(A, second), leg(B, second)))
    await held.save_sources([source(second)])
    await held.save_cycle(sweep(second))


async def beat(held: HeldStore, clock: SetClock, second: float) -> None:
    clock.second = second
    await held.beat(Heartbeat(at(second), 2.0, NOON, stopped=False))


def rows(store: Store) -> dict[str, list[str]]:
    """All that the tables of looks hold."""
    with store._database.read() as connection:
        return {table.name: sorted(map(repr, connection.execute(sa.select(table)))) for table in TABLES}


def positions(console: Console) -> dict[str, PositionView]:
    return {each.symbol: each for each in console.queries.positions()}


async def test_looks_that_find_the_same_write_no_row_and_their_times_are_shown(
    store: Store, console: Console, clock: SetClock
) -> None:
    held = await claimed(store, clock)
    await look(held, 0)
    before = rows(store)
    for second in (30, 60, 90):
        await look(held, second)
    assert rows(store) == before

    await beat(held, clock, 92)

    assert positions(console) == {symbol: leg(symbol, 90) for symbol in (A, B)}
    now = console.queries.now()
    assert now.cycles == (sweep(90),)
    assert now.sources == (source(90),)


async def test_the_times_of_a_look_are_older_and_never_younger_until_the_heart_beats(
    store: Store, console: Console, clock: SetClock
) -> None:
    held = await claimed(store, clock)
    await look(held, 0)
    await look(held, 30)

    assert positions(console)[A] == leg(A, 0)
    assert console.queries.now().cycles == (sweep(0),)


async def test_what_differs_is_written_alone_and_at_once(
    store: Store, console: Console, clock: SetClock
) -> None:
    held = await claimed(store, clock)
    await look(held, 0)
    before = rows(store)["position_state"]
    await look(held, 30, leg(A, 30, observed=Decimal(7)), leg(B, 30))

    assert len(set(before) ^ set(rows(store)["position_state"])) == 2, "one row was put in another's place"
    assert positions(console) == {A: leg(A, 30, observed=Decimal(7)), B: leg(B, 30)}

    await held.save_sources([source(31, "down")])
    (shown,) = console.queries.now().sources
    assert (shown.state, shown.last_ok, shown.at) == ("down", at(30), at(31))

    await held.save_cycle(sweep(60, status="partial", last_complete_at=None))
    (shown_sweep,) = console.queries.now().cycles
    assert (shown_sweep.status, shown_sweep.last_complete_at) == ("partial", at(30))


async def test_a_row_that_is_gone_is_removed(store: Store, console: Console, clock: SetClock) -> None:
    held = await claimed(store, clock)
    await look(held, 0)
    await look(held, 30, leg(B, 30))
    assert set(positions(console)) == {B}

    await held.save_positions("main", [])
    assert positions(console) == {}


@pytest.mark.parametrize(
    ("price", "written"), [("10.05", False), ("10.2", True), ("9.8", True), (None, True)]
)
async def test_a_price_is_written_once_it_has_moved_by_a_hundredth(
    store: Store, clock: SetClock, *, price: str | None, written: bool
) -> None:
    held = await claimed(store, clock)
    await look(held, 0, leg(A, 0, mark_price=Decimal(10)))
    before = rows(store)
    await look(held, 30, leg(A, 30, mark_price=None if price is None else Decimal(price)))

    assert (rows(store) != before) is written


async def test_many_small_moves_of_a_price_are_one_large_one(
    store: Store, console: Console, clock: SetClock
) -> None:
    held = await claimed(store, clock)
    for step in range(40):
        await look(held, step, leg(A, step, mark_price=Decimal(10) + step * Decimal("0.02")))
        shown = positions(console)[A].mark_price
        assert shown is not None
        assert abs(shown / (Decimal(10) + step * Decimal("0.02")) - 1) <= Decimal("0.011")


async def test_a_row_that_the_last_look_did_not_see_keeps_the_time_of_the_one_that_did(
    store: Store, console: Console, clock: SetClock
) -> None:
    held = await claimed(store, clock)
    symbols = ("C/USDT:USDT", A)
    await look(held, 0, leg(A, 0), leg(B, 0), leg(symbols[0], 0))
    for second in (30, 60):
        await look(held, second, leg(A, second), leg(B, 5), leg(symbols[0], second))
    await beat(held, clock, 62)

    assert {symbol: each.observed_at for symbol, each in positions(console).items()} == {
        A: at(60),
        B: at(5),
        symbols[0]: at(60),
    }


async def test_after_a_write_that_failed_all_is_written_anew(
    store: Store, console: Console, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = await claimed(store, clock)
    await look(held, 0)

    async def away(_: Callable[[sa.Connection], T], **__: bool) -> T:
        raise StateDatabaseError(StateTrouble.UNREACHABLE, "it is away", again=True, unsure=True)

    with monkeypatch.context() as patched:
        patched.setattr(store._writer, "do", away)
        with pytest.raises(StateDatabaseError):
            await held.save_positions("main", [leg(A, 30), leg(B, 30)])
    with store._database.write() as connection:
        connection.execute(sa.delete(POSITION))

    await look(held, 60)

    assert set(positions(console)) == {A, B}


async def test_what_somebody_has_damaged_is_mended_within_an_hour(
    store: Store, console: Console, clock: SetClock, database: Database
) -> None:
    held = await claimed(store, clock)
    await look(held, 0)
    with database.write() as connection:
        connection.execute(sa.update(POSITION).values(leg="sideways"))
    await beat(held, clock, WHOLE_SECONDS - 1)
    await look(held, clock.second)
    assert {each.verdict for each in console.queries.positions()} == {"unknown"}

    await beat(held, clock, WHOLE_SECONDS)
    await look(held, clock.second)

    assert set(positions(console)) == {A, B}


async def test_a_process_that_takes_over_knows_when_the_last_one_saw_everything(
    store: Store, console: Console, clock: SetClock
) -> None:
    first = await claimed(store, clock)
    await look(first, 0)
    await look(first, 30)
    clock.second = 32
    await first.give_back(Heartbeat(at(32), 2.0, NOON, stopped=True))

    second = await claimed(store, clock)
    await second.save_cycle(sweep(40, status="blind", last_complete_at=None))

    (shown,) = console.queries.now().cycles
    assert (shown.status, shown.last_complete_at, shown.finished_at) == ("blind", at(30), at(40))


async def test_a_position_of_another_account_is_refused(store: Store, clock: SetClock) -> None:
    held = await claimed(store, clock)
    for second in (0, 30):
        with pytest.raises(ValueError, match="another account"):
            await held.save_positions("main", [structs.replace(leg(A, second), account="other")])
        await look(held, second)


async def test_a_look_at_one_symbol_writes_that_one_and_shows_all_others_as_the_last_whole_look_saw_them(
    store: Store, console: Console, clock: SetClock
) -> None:
    held = await claimed(store, clock)
    await look(held, 0)
    await look(held, 30)
    late = leg(A, 40, observed=Decimal(7))
    await held.save_positions("main", (late, leg(B, 30)), symbols={A})
    assert positions(console) == {A: late, B: leg(B, 30)}
    await held.save_positions("main", (leg(B, 30),), symbols={A})
    assert positions(console) == {B: leg(B, 30)}
    await look(held, 60)
    await beat(held, clock, 61)
    assert positions(console) == {A: leg(A, 60), B: leg(B, 60)}


async def test_whatever_looks_follow_each_other_all_is_stored_as_it_was_given(
    store: Store, console: Console, clock: SetClock
) -> None:
    held, rng = await claimed(store, clock), random.Random(5)
    shown: dict[str, PositionView] = {}
    for second in range(1, 60):
        whole = rng.random() < 0.3
        symbols = {A, B, C} if whole else {rng.choice([A, B, C])}
        shown = {symbol: row for symbol, row in shown.items() if symbol not in symbols}
        for symbol in symbols:
            if rng.random() < 0.8:
                shown[symbol] = leg(symbol, second, observed=Decimal(rng.randrange(3)))
        await held.save_positions("main", tuple(shown.values()), symbols=None if whole else symbols)
        await beat(held, clock, second)
        assert positions(console) == shown
