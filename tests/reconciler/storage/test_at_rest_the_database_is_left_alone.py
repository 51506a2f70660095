"""At rest nothing is asked of the state database but, now and then, whether it could still be written."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from reconciler.alerts.alert import AlertState
from reconciler.alerts.event import Clear, Detected, Observed
from reconciler.storage.errors import LeaseLost
from reconciler.storage.held_store import CALM_SECONDS, HeldStore
from reconciler.storage.store import Store
from reconciler.views.account import SourceView
from tests.reconciler.alert_life import NOON, SEEN_FLAT, finding
from tests.reconciler.claimed import HERE, claimed
from tests.reconciler.storage.test_what_is_as_stored_is_not_written_again import SetClock, at
from verification.facts.clock import Moment, until_next

FOUND = finding()
CLEAR = Observed(clear={FOUND.identity: Clear(SEEN_FLAT, NOON, "both agree")})


@dataclass
class Rested:
    """An account's store, and how many transactions it has asked for."""

    held: HeldStore
    clock: SetClock
    transactions: int = 0

    async def observe(self, observed: Observed, second: float) -> int:
        """Return how many transactions it took."""
        self.clock.second, before = second, self.transactions
        await self.held.observe(observed, now=at(second))
        return self.transactions - before


@pytest.fixture
async def rested(state_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rested]:
    async with Store.open(state_url) as store:
        clock = SetClock()
        opened = Rested(await claimed(store, clock), clock)
        do = store._writer.do

        async def counted(work: Callable[[Any], Any], *, last: bool = False) -> Any:
            opened.transactions += 1
            return await do(work, last=last)

        monkeypatch.setattr(store._writer, "do", counted)
        yield opened


def detected(second: float) -> Observed:
    return Observed((Detected(FOUND, at(second), confirmed=True),))


async def test_while_nothing_is_open_that_all_is_well_is_not_stored_again(rested: Rested) -> None:
    assert await rested.observe(CLEAR, 0) == 1
    assert await rested.held.open_alerts(["main"]) == ()
    assert [await rested.observe(CLEAR, second) for second in (2, 4, 6, 8)] == [0, 0, 0, 0]
    # That it could be written is to be seen all the same.
    assert await rested.observe(CLEAR, CALM_SECONDS) == 1
    assert await rested.observe(CLEAR, CALM_SECONDS + 2) == 0


async def test_before_anybody_has_asked_what_is_open_all_is_stored(rested: Rested) -> None:
    assert [await rested.observe(CLEAR, second) for second in (0, 2)] == [1, 1]
    await rested.held.open_alerts(["another"])
    await rested.held.open_alerts()
    assert await rested.observe(CLEAR, 4) == 1


async def test_what_is_found_is_stored_at_once_and_its_end_too(rested: Rested) -> None:
    await rested.observe(CLEAR, 0)
    await rested.held.open_alerts(["main"])
    assert await rested.observe(detected(1), 1) == 1
    for second in (2, 4, 6, 8):
        assert await rested.observe(Observed(clear={FOUND.identity: clear(second)}), second) == 1
    (alert,) = await rested.held.open_alerts(["main"]) or (None,)
    assert alert is None or alert.state is AlertState.RECOVERING
    assert await rested.observe(CLEAR, 9) == (0 if alert is None else 1)


def clear(second: float) -> Clear:
    return Clear(SEEN_FLAT, at(second), "both agree")


async def test_an_answer_from_before_something_was_found_calms_nobody(
    rested: Rested, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rested.observe(CLEAR, 0)
    asked = Store._asked

    async def slowly(store: Store, question: Callable[[Any], Any]) -> Any:
        answer = await asked(store, question)
        await rested.observe(detected(1), 1)  # it comes while the answer is on its way
        return answer

    monkeypatch.setattr(Store, "_asked", slowly)
    assert await rested.held.open_alerts(["main"]) == ()
    assert await rested.observe(CLEAR, 2) == 1


async def test_what_is_open_is_not_asked_again_while_nothing_can_be(
    rested: Rested, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions: list[float] = []
    asked = Store._asked

    async def counted(store: Store, question: Callable[[Any], Any]) -> Any:
        questions.append(rested.clock.second)
        return await asked(store, question)

    monkeypatch.setattr(Store, "_asked", counted)
    for second in (0, 2, CALM_SECONDS - 1, CALM_SECONDS, CALM_SECONDS + 2):
        rested.clock.second = second
        assert await rested.held.open_alerts(["main"]) == ()
    assert questions == [0, CALM_SECONDS], "that it can be read is to be seen all the same"
    await rested.observe(detected(13), 13)
    for second in (13, 14):
        rested.clock.second = second
        (alert,) = await rested.held.open_alerts(["main"])
        assert alert.key == FOUND.identity
    assert questions == [0, CALM_SECONDS, 13, 14]
    rested.clock.second = 15
    await rested.held.open_alerts()
    assert questions[-1] == 15, "what is open of all accounts is nobody's own"


async def test_states_of_sources_that_are_as_stored_need_no_transaction(rested: Rested) -> None:
    held = rested.held
    for second in (0, 2, 4):
        await held.save_sources([source(second)])
    assert rested.transactions == 1
    assert held._stored.looked.sources["rest"][0] == at(4)
    await held.save_sources([source(6, "down")])
    assert rested.transactions == 2


def source(second: float, state: str = "ok") -> SourceView:
    return SourceView("main", "rest", state, at(second) if state == "ok" else None, state, at(second))


async def test_a_lease_that_is_lost_is_noticed_by_the_next_transaction(
    rested: Rested, state_url: str
) -> None:
    await rested.observe(CLEAR, 0)
    await rested.held.open_alerts(["main"])
    async with Store.open(state_url) as other:
        given = await other.claim("main", HERE, locked=True, wall=at(0) + timedelta(days=1))
        assert given is not None
    with pytest.raises(LeaseLost):
        await rested.observe(CLEAR, CALM_SECONDS)
    assert rested.held.lost.is_set()


@pytest.mark.parametrize(
    ("now", "left"), [(0.0, 0.25), (10.01, 0.24), (10.2, 0.3), (10.2499, 0.2501), (10.1875, 0.0625)]
)
def test_what_is_done_at_intervals_is_due_at_multiples_of_them(now: float, left: float) -> None:
    assert until_next(0.25, Moment(0, now)) == pytest.approx(left)
