"""Worlds in which ledger and venue drift apart: nothing is missed, nothing made up, nothing green unseen."""

import pytest

from tests.simulation.campaign import WATCHED_AMONG, Judged, judged
from tests.simulation.reconciler.reach import STATES
from tests.simulation.reconciler.trouble import Trouble
from tests.simulation.sometimes import TOLD

WORLDS = 80
"""`make simulate` plays a thousand."""


@pytest.fixture(scope="module")
def worlds() -> list[Judged]:
    first = WATCHED_AMONG // 2
    return [judged(first + number * WATCHED_AMONG) for number in range(WORLDS)]


@pytest.mark.timeout(600)
def test_no_promise_is_broken(worlds: list[Judged]) -> None:
    told = [
        f"{each.promise}: {each.detail}; again: make simulate SEED={world.seed}"
        for world in worlds
        for each in world.broken
    ]
    assert not told, "\n".join(told[:5])
    assert all("reconciler" in world.faults for world in worlds)


def test_every_trouble_was_met(worlds: list[Judged]) -> None:
    met = {fault for world in worlds for fault in world.faults}
    assert {f"reconciler.{trouble}" for trouble in Trouble} <= met


def test_people_were_told_of_everything_there_is(worlds: list[Judged]) -> None:
    told = {word for world in worlds for word, _ in world.words}
    assert told >= set(TOLD)


def test_every_interesting_state_was_met(worlds: list[Judged]) -> None:
    met = {state for world in worlds for state in world.states}
    assert not set(STATES) - met


def test_a_replay_is_the_same_world_and_shows_its_alerts() -> None:
    for seed in (50, 150):
        one, other = judged(seed, traced=True), judged(seed)
        assert one.words == other.words
        assert judged(seed, traced=True).trace.digest == one.trace.digest
    assert any("alert:" in line for line in judged(50, traced=True).trace.lines)
