"""Every read of pages ends: at its last page, or as a failed read when they lead nowhere or take for ever."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verification.venues.bybit_samples import answer, position_row
from tests.verification.venues.samples import AVL, listed
from tests.virtual_time import VirtualClock, run
from verification.facts.account import PositionsReading
from verification.facts.errors import SourceError, SourceMalformed, SourceUnreachable
from verification.venues.bybit.requests import Bybit
from verification.venues.ccxt.asker import Asker
from verification.venues.ccxt.failures import Translator
from verification.venues.reading.paging import MOST_PAGES, Pages
from verification.venues.reading.timely import LONGEST, Timely
from verification.venues.registry import capabilities_of
from verification.venues.unified.rows import whole_list

KNOWN = capabilities_of("bybit")


class Server:
    """Answers the n-th request for USDT by a rule, after a time; of the other coins it lists nothing."""

    def __init__(self, rule: Callable[[int], Any], seconds: float = 0.1) -> None:
        self.id = "bybit"
        self.asked = 0
        self._rule = rule
        self._seconds = seconds

    def __getattr__(self, call: str) -> Any:
        async def ask(parameters: dict[str, Any]) -> Any:
            await asyncio.sleep(self._seconds)
            if parameters.get("settleCoin") != "USDT":
                return answer()
            self.asked += 1
            return self._rule(self.asked)

        return ask


def positions_of(server: Server) -> tuple[SourceError, float]:
    """Read the list; return how its USDT part failed, and after how many seconds."""

    async def story() -> tuple[SourceError, float]:
        clock = VirtualClock()
        asker = Asker(server, Translator("bybit", KNOWN, ()), clock)
        dialect = Timely(Bybit("main", listed()))
        try:
            read = await dialect.positions(asker)
        except SourceError as error:
            return error, clock.now().monotonic
        assert PositionsReading(read.positions, clock.now(), clock.now(), read.unread).unread
        return read.failed["USDT"], clock.now().monotonic

    return run(story())


ROW = position_row()
NOWHERE: list[tuple[str, Callable[[int], Any], str, int]] = [
    ("one cursor for ever", lambda _: answer(ROW, cursor="a"), "comes twice", 2),
    ("two cursors in turn", lambda n: answer(cursor="ab"[n % 2]), "nothing|twice|empty pages", 3),
    ("the same rows under new cursors", lambda n: answer(ROW, cursor=str(n)), "nothing new", 2),
    ("empty pages under new cursors", lambda n: answer(cursor=str(n)), "empty pages lead on", 2),
]


@pytest.mark.parametrize(("name", "rule", "words", "most"), NOWHERE, ids=[name for name, *_ in NOWHERE])
def test_cursors_that_lead_nowhere_are_a_failed_read_at_once(
    name: str, rule: Callable[[int], Any], words: str, most: int
) -> None:
    server = Server(rule)
    error, _ = positions_of(server)
    assert isinstance(error, SourceMalformed), name
    assert server.asked <= most
    assert any(word in str(error) for word in words.split("|"))


def test_ever_new_pages_that_come_in_time_each_are_given_up_all_the_same() -> None:
    """Each page within its own limit, each with something new: only a limit of the whole ends it."""
    server = Server(lambda n: answer(position_row(seq=n), cursor=str(n)), seconds=5)
    error, seconds = positions_of(server)
    assert isinstance(error, SourceUnreachable)
    assert f"did not come to an end within {LONGEST:g} s" in str(error)
    assert seconds == pytest.approx(LONGEST)


@given(st.lists(st.tuples(st.integers(0, 5), st.lists(st.integers(0, 9), max_size=3)), max_size=40))
def test_no_list_of_pages_is_followed_further_than_it_brings_something_new(
    steps: list[tuple[int, list[int]]],
) -> None:
    """The oracle: with ten rows and six cursors in the world, seven pages at the most can lead on."""
    pages, followed = Pages("the list"), 0
    try:
        for cursor, rows in steps:
            pages.lead_on(cursor, rows)
            followed += 1
    except SourceMalformed:
        pass
    else:
        assert followed == len(steps)
    assert followed <= 6


def test_one_empty_page_may_lead_on_and_a_row_may_come_twice() -> None:
    pages = Pages("the list")
    pages.lead_on("a", ["1", "2"])
    pages.lead_on("b", [])
    pages.lead_on("c", ["2", "3"])


def test_no_list_is_followed_for_ever() -> None:
    pages = Pages("the list")
    for each in range(MOST_PAGES - 1):
        pages.lead_on(each, [each])
    with pytest.raises(SourceMalformed, match=f"no end after {MOST_PAGES} pages"):
        pages.lead_on("the last", ["a row"])


def test_a_list_as_long_as_a_page_may_be_cut_off() -> None:
    rows: list[Any] = [{"symbol": AVL}] * 3
    assert whole_list(rows, 4, "positions") == rows
    assert whole_list(rows, None, "positions") == rows
    with pytest.raises(SourceMalformed, match="there may be more"):
        whole_list(rows, 3, "positions")


@pytest.mark.parametrize("venue", ["gate", "kucoin"])
def test_lists_of_positions_that_come_in_pages_have_their_page_on_file(venue: str) -> None:
    assert capabilities_of(venue).position_page in {100, 200}
