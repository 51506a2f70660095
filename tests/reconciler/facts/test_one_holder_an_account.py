"""The lease of an account under any interleaving of processes that pause and die and clocks that are set."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from reconciler.facts.lease import (
    LASTS,
    Holder,
    Lease,
    Tenancy,
    claimed,
    given_back,
    held_by,
    is_of,
    may_have_run_out,
    renewed,
)
from tests.reconciler.alert_life import NOON

ONE, TWO = Holder("a", "here", 1), Holder("b", "there", 2)
NOBODY = Tenancy(None, 0, None)


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


# who had it, seconds since it was renewed, with the lock of the system     it is given
CLAIMS = [
    (NOBODY, 0, False, True),
    (Tenancy(ONE, 3, later(30)), 0, False, False),
    (Tenancy(ONE, 3, later(30)), 29.9, False, False),
    (Tenancy(ONE, 3, later(30)), 30, False, True),
    (Tenancy(ONE, 3, None), 1, False, True),  # given back
    (Tenancy(ONE, 3, later(30)), -0.1, False, True),  # it ends later than any lease can: a clock was set back
    (Tenancy(ONE, 3, later(30)), -3600, False, True),
    (Tenancy(ONE, 3, later(30)), 3600, False, True),
    (Tenancy(ONE, 3, later(30)), 1, True, True),  # its holder is dead
    (Tenancy(ONE, 3, later(30)), -3600, True, True),
    (Tenancy(ONE, 3, later(30)), 3600, True, True),
]


@pytest.mark.parametrize(("tenancy", "second", "locked", "given_it"), CLAIMS)
def test_when_a_lease_is_given(tenancy: Tenancy, second: float, *, locked: bool, given_it: bool) -> None:
    taken = claimed(tenancy, TWO, later(second), locked=locked)

    expected = Tenancy(TWO, tenancy.token + 1, later(second) + LASTS)
    assert taken == (expected if given_it else None)


def test_the_same_process_is_given_a_new_number_too() -> None:
    taken = claimed(Tenancy(ONE, 3, later(30)), ONE, later(1), locked=False)

    assert taken is not None
    assert not is_of(taken, Lease("main", ONE, 3))
    assert is_of(taken, Lease("main", ONE, 4))


def test_another_process_of_the_same_number_is_not_its_holder() -> None:
    again = Holder("c", ONE.host, ONE.pid)

    assert not is_of(Tenancy(again, 3, later(30)), Lease("main", ONE, 3))


def test_what_was_given_back_is_nobodys_to_write() -> None:
    assert not is_of(given_back(Tenancy(ONE, 3, later(30))), Lease("main", ONE, 3))
    assert held_by(given_back(Tenancy(ONE, 3, later(30))), later(0)) is None


@pytest.mark.parametrize(("passed", "out"), [(0, False), (29.9, False), (30, True), (3600, True)])
def test_who_could_not_renew_it_in_time_may_have_lost_it(passed: float, *, out: bool) -> None:
    assert may_have_run_out(100.0, 100.0 + passed) is out


@given(st.floats(0, 1e6), st.floats(-1e6, 1e6))
def test_its_holder_says_that_it_may_have_lost_it_before_anybody_else_is_given_it(
    passed: float, offset: float
) -> None:
    # The database reads its clock after the renewal was sent, and clocks run alike: 0 to `delay` later.
    row = renewed(Tenancy(ONE, 1, None), later(offset))

    if claimed(row, TWO, later(offset + passed), locked=False) is not None:
        # Rounding to microseconds is no lead.
        assert may_have_run_out(0.0, passed + 1e-6)


@dataclass
class Process:
    """A process as the world knows it: what it was given, and what it has in hand while it stands still."""

    holder: Holder
    lease: Lease | None = None
    held: list[int] = field(default_factory=list)


class Processes(RuleBasedStateMachine):
    """Processes that claim, renew, write, stand still for any time, and die; a clock that runs and is set.

    The truth is kept by the world: whose turn it is to write is who was last given the lease. What `is_of`
    lets through is held against that, never against the lease's own words.
    """

    processes = Bundle("processes")

    def __init__(self) -> None:
        super().__init__()
        self.row = NOBODY
        self.now = NOON
        self.last: Process | None = None  # the one that was last given it
        self.tokens: list[int] = []
        self.names = 0

    @rule(target=processes)
    def starts(self) -> Process:
        self.names += 1
        return Process(Holder(str(self.names), "here", self.names % 3))

    @rule(seconds=st.floats(0, 100))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(hours=st.sampled_from([-1, 1]))
    def the_clock_is_set(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(process=processes, locked=st.booleans())
    def claims(self, process: Process, *, locked: bool) -> None:
        taken = claimed(self.row, process.holder, self.now, locked=locked)
        if taken is None:
            return
        self.row = taken
        self.last = process
        process.lease = Lease("main", process.holder, taken.token)
        process.held.append(taken.token)
        self.tokens.append(taken.token)

    @rule(process=processes)
    def renews(self, process: Process) -> None:
        if self._may_write(process):
            self.row = renewed(self.row, self.now)

    @rule(process=processes)
    def gives_back(self, process: Process) -> None:
        if self._may_write(process):
            self.row = given_back(self.row)
            self.last = None

    @rule(process=processes)
    def writes_with_whatever_it_ever_held(self, process: Process) -> None:
        for token in process.held:
            if is_of(self.row, Lease("main", process.holder, token)):
                assert self.last is process
                assert token == self.tokens[-1]

    @invariant()
    def tokens_grow(self) -> None:
        assert self.tokens == sorted(set(self.tokens))

    def _may_write(self, process: Process) -> bool:
        may = process.lease is not None and is_of(self.row, process.lease)
        assert not may or self.last is process
        return may


TestProcesses = Processes.TestCase
