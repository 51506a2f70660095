"""Concurrent callers share one request, always one that was sent after they asked."""

import asyncio

import pytest

from verification.venues.reading.single_flight import SingleFlight


class Answers:
    """Each request waits until it is let go, then answers its own number."""

    def __init__(self) -> None:
        self.sent = 0
        self.gates: dict[int, asyncio.Event] = {}

    async def send(self) -> int:
        self.sent += 1
        number = self.sent
        gate = self.gates.setdefault(number, asyncio.Event())
        await gate.wait()
        return number

    def let_go(self, number: int) -> None:
        self.gates.setdefault(number, asyncio.Event()).set()


async def turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_callers_who_come_before_the_sending_share_it() -> None:
    answers = Answers()
    answers.let_go(1)
    flight = SingleFlight(answers.send)
    assert await asyncio.gather(*(flight.ask() for _ in range(50))) == [1] * 50


async def test_a_caller_who_comes_later_gets_the_next_one() -> None:
    answers = Answers()
    flight = SingleFlight(answers.send, patience=60)
    early = asyncio.create_task(flight.ask())
    await turn()
    late = [asyncio.create_task(flight.ask()) for _ in range(3)]
    await turn()
    assert answers.sent == 1
    answers.let_go(1)
    answers.let_go(2)
    assert await early == 1
    assert await asyncio.gather(*late) == [2, 2, 2]


async def test_a_request_that_hangs_does_not_hold_up_the_next() -> None:
    answers = Answers()
    flight = SingleFlight(answers.send, patience=0.01)
    early = asyncio.create_task(flight.ask())
    await turn()
    answers.let_go(2)
    assert await flight.ask() == 2
    answers.let_go(1)
    assert await early == 1


async def test_one_callers_impatience_is_not_the_others() -> None:
    answers = Answers()
    flight = SingleFlight(answers.send)
    one, other = asyncio.create_task(flight.ask()), asyncio.create_task(flight.ask())
    await turn()
    one.cancel()
    answers.let_go(1)
    assert await other == 1


async def test_a_failure_reaches_every_caller_and_not_the_next_request() -> None:
    outcomes: list[Exception | None] = [ValueError("down"), None]

    async def send() -> str:
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome
        return "up"

    flight = SingleFlight(send)
    for answer in await asyncio.gather(flight.ask(), flight.ask(), return_exceptions=True):
        assert isinstance(answer, ValueError)
    assert await flight.ask() == "up"


async def test_closing_ends_what_is_in_flight() -> None:
    flight = SingleFlight(Answers().send)
    asked = asyncio.create_task(flight.ask())
    await turn()
    await flight.close()
    with pytest.raises(asyncio.CancelledError):
        await asked
