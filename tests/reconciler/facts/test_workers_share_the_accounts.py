"""Several workers share the accounts: all that can be are covered, evenly, and nothing moves to and fro."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.facts.sharing import Part, Step, Worker, step, unwatched

ROUNDS = 400
"""Many more than a world of this size needs to come to rest."""

EGRESSES = ("tokyo", "paris", "lima")


class World:
    """Workers that come and go, and what each holds: at most one holder an account, as leases see to it."""

    def __init__(self, accounts: dict[str, str]) -> None:
        self.accounts = accounts
        self.workers: dict[str, Worker] = {}
        self.held: dict[str, str] = {}
        self.moves = 0

    def come(self, name: str, most: int, egresses: frozenset[str] = frozenset()) -> None:
        self.workers[name] = Worker(name, most, Part(most, egresses).accounts(self.accounts))

    def die(self, name: str) -> None:
        """End a worker; its leases have run out."""
        del self.workers[name]
        self.held = {account: by for account, by in self.held.items() if by != name}

    def turn(self, name: str, seen: dict[str, str] | None = None) -> bool:
        """Let a worker do what it would, by what it has seen; return whether anything has changed."""
        worker = self.workers[name]
        todo = step(name, self.workers.values(), dict(self.held) if seen is None else seen)
        changed = False
        for account in todo.claim:
            if account not in self.held and Counter(self.held.values())[name] < worker.most:
                assert account in worker.accounts
                self.held[account] = name
                changed = True
        if todo.give_back is not None and self.held.get(todo.give_back) == name:
            del self.held[todo.give_back]
            self.moves += 1
            changed = True
        self.check()
        return changed

    def rest(self, *, all_at_once: bool = False) -> None:
        """Let all take turns until nobody does anything; with `all_at_once` each goes by what was before."""
        for _ in range(ROUNDS):
            seen = dict(self.held) if all_at_once else None
            changed = [self.turn(name, seen) for name in sorted(self.workers)]
            if not any(changed):
                return
        pytest.fail("they never come to rest")

    def check(self) -> None:
        loads = Counter(self.held.values())
        for name, worker in self.workers.items():
            assert loads[name] <= worker.most
            assert all(account in worker.accounts for account, by in self.held.items() if by == name)

    def coverable(self) -> int:
        """How many accounts can be watched at all: by a matching of accounts to seats."""
        seats = [name for name, worker in self.workers.items() for _ in range(min(worker.most, 40))]
        taken: dict[int, str] = {}

        def seat(account: str, tried: set[int]) -> bool:
            for place, name in enumerate(seats):
                if place in tried or account not in self.workers[name].accounts:
                    continue
                tried.add(place)
                if place not in taken or seat(taken[place], tried):
                    taken[place] = account
                    return True
            return False

        return sum(seat(account, set()) for account in self.accounts)

    def uneven(self) -> list[tuple[str, str, str]]:
        """The accounts that one has who holds two more than another that has room for just these."""
        loads = Counter(self.held.values())
        return [
            (account, by, to)
            for account, by in self.held.items()
            for to, worker in self.workers.items()
            if loads[by] >= loads[to] + 2 and loads[to] < worker.most and account in worker.accounts
        ]


def world(egresses: list[str]) -> World:
    return World({f"a{number:02}": egress for number, egress in enumerate(egresses)})


EGRESS_LISTS = st.lists(st.sampled_from(EGRESSES), min_size=1, max_size=14)
PARTS = st.lists(
    st.tuples(st.integers(1, 8), st.frozensets(st.sampled_from(EGRESSES), max_size=2)), min_size=1, max_size=5
)


@given(egresses=EGRESS_LISTS, parts=PARTS, all_at_once=st.booleans())
@settings(deadline=None)
def test_every_account_that_can_be_watched_is_and_evenly(
    egresses: list[str], parts: list[tuple[int, frozenset[str]]], *, all_at_once: bool
) -> None:
    there = world(egresses)
    for number, (most, names) in enumerate(parts):
        there.come(f"w{number}", most, names)
        there.turn(f"w{number}")
    there.rest(all_at_once=all_at_once)
    assert len(there.held) == there.coverable()
    assert there.uneven() == []


@given(
    egresses=EGRESS_LISTS,
    parts=PARTS,
    fates=st.lists(st.tuples(st.booleans(), st.integers(0, 20)), max_size=8),
    all_at_once=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_workers_may_come_and_die_at_any_time(
    egresses: list[str],
    parts: list[tuple[int, frozenset[str]]],
    fates: list[tuple[bool, int]],
    *,
    all_at_once: bool,
) -> None:
    there = world(egresses)
    waiting = [(f"w{number}", *part) for number, part in enumerate(parts)]
    for comes, chance in fates:
        if comes and waiting:
            there.come(*waiting.pop())
        elif there.workers:
            there.die(sorted(there.workers)[chance % len(there.workers)])
        for name in sorted(there.workers)[: chance % 4]:
            there.turn(name)
    there.rest(all_at_once=all_at_once)
    assert len(there.held) == there.coverable()
    assert there.uneven() == []


def test_one_that_joins_is_given_its_part_and_no_account_moves_twice() -> None:
    there = world(["tokyo"] * 12)
    there.come("w0", 12)
    there.rest()
    there.come("w1", 12)
    there.come("w2", 12)
    there.rest()
    assert sorted(Counter(there.held.values()).values()) == [4, 4, 4]
    assert there.moves == 8, "what has to move, and nothing else"


def test_where_all_is_even_enough_nothing_moves() -> None:
    there = world(["tokyo"] * 7)
    for name in ("w0", "w1"):
        there.come(name, 7)
    there.held = {f"a{number:02}": "w0" if number < 4 else "w1" for number in range(7)}
    there.rest()
    assert there.moves == 0


def test_one_that_has_just_come_gets_what_is_free_and_nothing_that_is_held() -> None:
    accounts = frozenset({"a", "b", "c", "d"})
    old, young = Worker("old", 4, accounts), Worker("young", 4, accounts, settled=False)
    held = dict.fromkeys("abc", "old")
    assert step("old", (old, young), held) == Step()
    assert step("young", (old, young), held) == Step(claim=("d",))
    assert step("old", (old, Worker("young", 4, accounts)), {**held, "d": "old"}).give_back is not None


def test_what_another_process_holds_is_left_to_it() -> None:
    accounts = frozenset({"a", "b"})
    assert step("w", (Worker("w", 2, accounts),), {"a": "somebody"}) == Step(claim=("b",))


def test_an_account_is_given_up_so_that_one_that_nobody_watches_finds_a_place() -> None:
    wide, narrow = Worker("wide", 1, frozenset({"t", "p"})), Worker("narrow", 1, frozenset({"p"}))
    assert step("wide", (wide, narrow), {"p": "wide"}) == Step(give_back="p")
    assert step("narrow", (wide, narrow), {"p": "wide"}) == Step()
    assert step("narrow", (wide, narrow), {}) == Step(claim=("p",))
    assert step("wide", (wide, narrow), {}) == Step(claim=("t",))


def test_accounts_without_a_place_are_named() -> None:
    worker = Worker("w", 1, frozenset({"a", "b"}))
    assert unwatched((worker,), {"a": "w"}, ("a", "b", "c")) == ["b", "c"]
    assert unwatched((), {}, ("a",)) == ["a"]
    assert unwatched((worker, Worker("v", 1, frozenset({"b"}))), {"a": "w"}, ("a", "b")) == []
