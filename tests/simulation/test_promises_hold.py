"""Thousands of worlds, each with its own mixture of faults: no promise of the verifier is broken in any."""

from pathlib import Path

import pytest

from tests.simulation.campaign import CHUNK, Tally, tally
from tests.simulation.faults import Fault
from tests.simulation.sometimes import ANSWERS

WORLDS = 2_000
"""`make simulate` plays a hundred thousand."""


@pytest.fixture(scope="module")
def total() -> Tally:
    whole = Tally()
    for start in range(1, WORLDS + 1, CHUNK):
        whole.add(tally(range(start, start + CHUNK)))
    return whole


@pytest.mark.timeout(240)
def test_no_promise_is_broken(total: Tally) -> None:
    told = [f"{each.promise}: {each.detail}; again: make simulate SEED={seed}" for seed, each in total.broken]
    assert not told, "\n".join(told[:5])
    assert total.worlds == WORLDS


def test_every_fault_was_met(total: Tally) -> None:
    assert set(Fault) <= set(total.faults)
    assert min(total.faults[fault] for fault in Fault) > WORLDS / 20


def test_every_kind_of_verdict_was_given(total: Tally) -> None:
    for told in ANSWERS:
        assert total.verdicts[told], told


def test_ci_goes_on_with_the_world_after_these() -> None:
    gates = Path(__file__).resolve().parents[2] / ".ci" / "run"
    assert f"make simulate START={WORLDS + 1} SEEDS=" in gates.read_text("utf-8")
