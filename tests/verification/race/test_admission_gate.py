"""A crowd passes the turnstile a few in a turn of the event loop, in order of arrival."""

import asyncio

from tests.virtual_time import run
from verification.race.admission_gate import EACH_TURN, AdmissionGate


async def _crowd(gate: AdmissionGate, size: int) -> tuple[list[asyncio.Task[None]], list[int]]:
    passed: list[int] = []

    async def one(number: int) -> None:
        await gate.enter()
        passed.append(number)

    tasks = [asyncio.create_task(one(number)) for number in range(size)]
    await asyncio.sleep(0)
    return tasks, passed


def test_few_people_do_not_wait() -> None:
    async def story() -> None:
        _, passed = await _crowd(AdmissionGate(), EACH_TURN)
        assert passed == list(range(EACH_TURN))
        await asyncio.sleep(0)

    run(story())


def test_a_crowd_passes_in_order_and_never_too_many_in_one_turn() -> None:
    async def story() -> None:
        tasks, passed = await _crowd(AdmissionGate(), 7 * EACH_TURN)
        turns = [len(passed)]
        while not all(task.done() for task in tasks):
            await asyncio.sleep(0)
            turns.append(len(passed) - sum(turns))
        assert passed == list(range(7 * EACH_TURN))
        assert max(turns) <= EACH_TURN
        assert len(turns) <= 10

    run(story())


def test_whoever_leaves_the_queue_holds_up_nobody() -> None:
    async def story() -> None:
        tasks, passed = await _crowd(AdmissionGate(), 3 * EACH_TURN)
        leaves = tasks[EACH_TURN : 2 * EACH_TURN]
        for task in leaves:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert passed == [*range(EACH_TURN), *range(2 * EACH_TURN, 3 * EACH_TURN)]
        assert all(task.cancelled() for task in leaves)

    run(story())


def test_it_is_free_again_when_the_crowd_has_gone() -> None:
    async def story() -> None:
        gate = AdmissionGate()
        for _ in range(3):
            tasks, passed = await _crowd(gate, 2 * EACH_TURN)
            await asyncio.gather(*tasks)
            assert len(passed) == 2 * EACH_TURN
            await asyncio.sleep(0)

    run(story())
