"""Processes that share the accounts of an address share its budget: together they never use more of it."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verification.budget.counter import Asked, Fit
from verification.budget.purpose import Purpose
from verification.venues.binance.capabilities import CAPABILITIES as BINANCE
from verification.venues.ccxt.governor import Governor
from verification.venues.ccxt.outgoing import GovernorRegistry
from verification.venues.port import Access

FIFTH = 480.0
"""Of Binance's 2,400 of weight a minute, what all of us use together."""

EXCHANGE: Any = SimpleNamespace(urls={"api": "https://fapi.example"}, name="Binance", rateLimit=50)


class Process:
    """A process that watches some of the accounts, all of them on one address."""

    def __init__(self, among: int) -> None:
        self.registry = GovernorRegistry()
        self.among = {f"a{number}": among for number in range(among)}
        self.held: set[str] = set()

    def watch(self, *accounts: str) -> Governor | None:
        """Watch these, and no others."""
        self.held = set(accounts)
        self.registry.share(self.held, self.among)
        governors = [self.registry.of(access(each), EXCHANGE, BINANCE.rates) for each in accounts]
        return governors[0] if governors else None

    def part(self) -> float:
        """What it uses at most; nothing where it watches nothing."""
        return sum(each.part for each in self.registry.counted()) if self.held else 0.0


def access(account: str) -> Access:
    return Access(account=account, venue="binanceusdm", api_key="k", secret="s", egress="tokyo")


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12), st.lists(st.integers(0, 4), max_size=12))
@settings(deadline=None, max_examples=50)  # a machine may stall
def test_however_accounts_are_spread_and_moved_the_parts_are_the_whole(
    first: list[int], then: list[int]
) -> None:
    processes = [Process(len(first)) for _ in range(5)]
    for owners in (first, [*then, *first][: len(first)]):
        for number, process in enumerate(processes):
            process.watch(*(f"a{place}" for place, owner in enumerate(owners) if owner == number))
        assert sum(process.part() for process in processes) == pytest.approx(FIFTH)


def test_what_is_let_out_keeps_to_the_part_of_the_accounts_that_are_held() -> None:
    process = Process(10)
    governor = process.watch("a0", "a1")
    assert governor is not None
    assert let_out(governor, "a0", 0.0) == FIFTH * 2 / 10


def test_an_account_that_is_given_up_is_no_more_among_those_that_share() -> None:
    process = Process(4)
    governor = process.watch("a0", "a1", "a2")
    assert governor is not None
    assert set(governor.users) == {"a0", "a1", "a2"}
    process.watch("a1")
    assert set(governor.users) == {"a1"}
    assert process.part() == pytest.approx(FIFTH / 4)


def test_what_the_venue_says_is_used_is_believed_whoever_has_used_it() -> None:
    process = Process(2)
    governor = process.watch("a0")
    assert governor is not None
    governor.heard("a0", "/fapi/v3/positionRisk", 200, {"X-MBX-USED-WEIGHT-1M": "1500"}, "[]")
    sweep = Asked(5.0, Purpose.SWEEP, "a0")
    assert governor.budget.fit(sweep, 0.0, 1) is Fit.FULL, "the others and the bots have used the rest"


def let_out(governor: Governor, account: str, at: float) -> float:
    """Send requests of weight 1 for an account until no more fits; return how many did."""
    asked, sent = Asked(1.0, Purpose.COMMAND, account), 0.0
    while governor.budget.fit(asked, at, len(governor.users)) in {Fit.YES, Fit.KEPT}:
        governor.budget.count(asked, at)
        sent += 1.0
    return sent


@pytest.mark.parametrize("used", [20.0, 300.0, 470.0])
def test_where_the_venue_tells_what_all_use_what_is_left_of_the_whole_may_be_used(
    used: float,
) -> None:
    governor = Process(4).watch("a0")
    assert governor is not None
    governor.budget.told(used, 0.0)
    assert let_out(governor, "a0", 0.0) == max(FIFTH / 4, FIFTH - used)


def test_where_the_bots_use_more_than_the_whole_each_keeps_to_its_part() -> None:
    governor = Process(4).watch("a0")
    assert governor is not None
    governor.budget.told(1200.0, 0.0)
    assert let_out(governor, "a0", 0.0) == FIFTH / 4


def test_what_was_sent_for_an_account_that_is_anothers_by_now_is_not_held_against_the_others() -> None:
    process = Process(2)
    governor = process.watch("a0", "a1")
    assert governor is not None
    assert let_out(governor, "a0", 0.0) == FIFTH
    process.watch("a1")
    assert let_out(governor, "a1", 1.0) == FIFTH / 2
    assert let_out(governor, "a1", 2.0) == 0


def test_one_that_shares_with_nobody_has_the_whole_part() -> None:
    registry = GovernorRegistry()
    assert registry.of(access("a0"), EXCHANGE, BINANCE.rates).budget.part == FIFTH
