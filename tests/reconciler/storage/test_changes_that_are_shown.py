"""A screen learns cheaply whether an alert that people are told of has changed, by a number that rises."""

from collections.abc import AsyncIterator, Iterator

import pytest

from reconciler.alerts.policy import Clear, Detected, Observed
from reconciler.console import Console
from reconciler.facts.finding import Severity
from reconciler.storage.store import Store
from reconciler.views.alert import ChangesView
from tests.reconciler.alert_life import SEEN_FLAT, after, finding

FOUND = finding(severity=Severity.WARNING)


@pytest.fixture
async def store(state_url: str) -> AsyncIterator[Store]:
    async with Store.open(state_url) as opened:
        yield opened


@pytest.fixture
def console(state_url: str) -> Iterator[Console]:
    with Console.open(state_url) as opened:
        yield opened


async def found(store: Store, at: float, *, confirmed: bool) -> None:
    await store.observe(Observed((Detected(FOUND, after(at), confirmed),)), now=after(at))


async def gone(store: Store, at: float) -> None:
    await store.observe(Observed(clear={FOUND.identity: Clear(SEEN_FLAT, after(at))}), now=after(at))


async def test_each_change_of_what_people_are_told_is_shown_and_no_suspicion_is(
    store: Store, console: Console
) -> None:
    newest = console.queries.changes(None).newest
    told = []

    def now() -> None:
        nonlocal newest
        said = console.queries.changes(newest)
        assert console.queries.changes(said.newest) == ChangesView(said.newest, shown=False)
        newest = said.newest
        told.append(said.shown)

    await found(store, 0, confirmed=False)
    now()  # suspected
    await gone(store, 1)
    now()  # and it was nothing
    await found(store, 2, confirmed=False)
    await found(store, 3, confirmed=True)
    now()  # fires
    await found(store, 4, confirmed=True)
    now()  # still so
    console.commands.acknowledge(
        console.queries.now().alerts[0].id, by="ann", note="seen", origin="cli", seen=None
    )
    now()
    for minute in (5, 6, 7):
        await gone(store, minute)
    now()  # resolved
    assert told == [False, False, True, False, True, True]


async def test_a_first_question_tells_of_nothing_and_a_history_that_is_shorter_is_another_one(
    store: Store, console: Console
) -> None:
    assert console.queries.changes(None) == ChangesView(0, shown=False)
    await found(store, 0, confirmed=True)
    assert console.queries.changes(None) == ChangesView(1, shown=False)
    assert console.queries.changes(99) == ChangesView(1, shown=True)
