"""Open pages share what was read a moment ago: never past a change, never in the place of a failure."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Event

from dashboard.joint_read import JointRead
from dashboard.words.verdict import Unread
from reconciler.views.alert import ChangesView
from reconciler.views.now import NowView
from tests.dashboard import drawn

LONG = 60


class Database:
    """A state database: how often it was read, what has changed in it, whether it answers."""

    def __init__(self) -> None:
        self.reads = 0
        self.newest = 1
        self.broken = False
        self.damaged = False
        self.slow: Event | None = None
        self.seconds = 0.0
        self.begun = Event()
        self.shared = JointRead(self.read, self.changes, seconds=1.0, clock=lambda: self.seconds)

    def read(self) -> NowView | Unread:
        self.reads += 1
        number = self.reads
        self.begun.set()
        if self.slow is not None:
            assert self.slow.wait(LONG)
        if self.broken or self.damaged:
            return Unread("gone", drawn.NOW)
        return replace(drawn.view(), read_at=drawn.NOW + timedelta(seconds=number))

    def changes(self) -> ChangesView | Unread:
        return Unread("gone", drawn.NOW) if self.broken else ChangesView(self.newest, shown=False)


def test_what_was_read_a_moment_ago_serves_every_page() -> None:
    database = Database()

    first = database.shared.now()
    database.seconds = 0.9

    assert database.shared.now() is first
    assert database.reads == 1


def test_it_is_read_anew_after_that_moment() -> None:
    database = Database()
    first = database.shared.now()
    database.seconds = 1.0

    second = database.shared.now()

    assert isinstance(first, NowView)
    assert isinstance(second, NowView)
    assert second.read_at > first.read_at


def test_a_change_is_seen_by_whoever_asks_after_it() -> None:
    database = Database()
    database.shared.now()
    database.newest += 1

    database.shared.now()

    assert database.reads == 2


def test_a_database_that_does_not_answer_is_told_although_it_was_read_a_moment_ago() -> None:
    database = Database()
    database.shared.now()
    database.broken = True

    assert isinstance(database.shared.now(), Unread)

    database.broken = False
    assert isinstance(database.shared.now(), NowView)
    assert database.reads == 2


def test_a_read_that_failed_is_not_covered_by_the_one_before_nor_kept() -> None:
    database = Database()
    database.shared.now()
    database.seconds, database.damaged = 1.0, True

    assert isinstance(database.shared.now(), Unread)
    assert isinstance(database.shared.now(), Unread)

    database.damaged = False
    assert isinstance(database.shared.now(), NowView)


def test_of_many_that_ask_at_once_one_reads() -> None:
    database = Database()
    database.slow = Event()
    with ThreadPoolExecutor(8) as pages:
        asked = [pages.submit(database.shared.now) for _ in range(8)]
        assert database.begun.wait(LONG)
        database.slow.set()
        found = [each.result(LONG) for each in asked]

    assert database.reads == 1
    assert all(each is found[0] for each in found)


def test_while_a_read_fails_slowly_nobody_stands_in_line_to_fail_again() -> None:
    database = Database()
    database.slow, database.damaged = Event(), True
    reached = Barrier(9)
    asking = database.changes

    def changes() -> ChangesView | Unread:
        reached.wait(LONG)
        return asking()

    shared = JointRead(database.read, changes, seconds=1.0, clock=lambda: 0.0)
    with ThreadPoolExecutor(8) as pages:
        asked = [pages.submit(shared.now) for _ in range(8)]
        reached.wait(LONG)
        assert database.begun.wait(LONG)
        database.slow.set()
        found = [each.result(LONG) for each in asked]

    assert all(isinstance(each, Unread) for each in found)


def test_who_has_changed_something_does_not_get_what_was_being_read_before() -> None:
    database = Database()
    database.slow = Event()
    with ThreadPoolExecutor(2) as pages:
        before = pages.submit(database.shared.now)
        assert database.begun.wait(LONG)
        database.newest += 1
        after = pages.submit(database.shared.now)
        database.slow.set()
        first, second = before.result(LONG), after.result(LONG)

    assert isinstance(first, NowView)
    assert isinstance(second, NowView)
    assert second.read_at > first.read_at
