"""Thousands of worlds, each with its own mixture of faults: no promise of the verifier is broken in any."""

import pytest

from tests.simulation.campaign import CHUNK, Tally, tally
from tests.simulation.faults import Fault

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
    for told in (
        "open confirmed proof",
        "open refuted proof",
        "open partial proof",
        "open mismatch side proof",
        "open unknown",
        "close confirmed proof",
        "close confirmed bounded_lag",
        "close partial proof",
        "close mismatch side proof",
        "close mismatch excess proof",
        "close mismatch still_open proof",
        "close unknown",
        "opening opened",
        "opening rolledback",
        "opening refuted",
        "opening unknown told",
        "opening exposed told",
        "opening closed told",
    ):
        assert total.verdicts[told], told
