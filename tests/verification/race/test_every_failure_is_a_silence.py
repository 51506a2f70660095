"""Whatever a source fails with is told as a silence with its reason: no kind of failure is lost."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.verification.drawn import KEY
from tests.virtual_time import VirtualClock, run
from verification.facts.errors import AnswerLost, SourceError
from verification.facts.observation import Observation, Silence, Source, SourceSilent
from verification.race.poller import Poller


def kinds(of: type[SourceError] = SourceError) -> Iterator[type[SourceError]]:
    """Every kind of failure that a read can meet; an answer is lost to requests with an effect only."""
    yield of
    for each in of.__subclasses__():
        if each is not AnswerLost and each.__module__.startswith("verification."):
            yield from kinds(each)


@pytest.mark.parametrize("kind", [*kinds()], ids=lambda kind: kind.__name__)
def test_a_failure_of_any_kind_is_told_with_its_reason(kind: type[SourceError]) -> None:
    told: list[Observation] = []
    bugs: list[BaseException] = []

    async def story() -> None:
        async def fails() -> Observation:
            raise kind("why it failed")

        asking = Poller(
            KEY,
            Source.REST,
            fails,
            told.append,
            wanted=lambda _: not told,
            pause=lambda _: 1.0,
            patience=1.0,
            failed=bugs.append,
            clock=VirtualClock(),
        )
        asking.ask()
        await asyncio.sleep(0.1)
        asking.stop()

    run(story())
    (silent,) = told
    assert isinstance(silent, SourceSilent)
    assert silent.silence in {*Silence} - {Silence.ABSENT}
    assert (silent.detail, silent.complete, bugs) == ("why it failed", False, [])
