"""What is attested of a day, from a world built in rows: what they do not say is never said to be well."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from reconciler.alerts.event import AlertSettings, Clear, Detected, Observed
from reconciler.console import Console
from reconciler.facts.finding import Finding
from reconciler.record.unprotected import DayPart
from reconciler.storage import alerts, unprotected
from reconciler.storage.changes import CHANGE, MARK
from reconciler.storage.database import Database
from reconciler.storage.decisions import ALERT
from reconciler.storage.leases import LEASE
from reconciler.storage.records import CYCLE, save_sources
from reconciler.storage.retention import Retention, prune
from reconciler.storage.source_changes import note_unwatched
from reconciler.views.account import SourceView
from reconciler.views.attestation import AccountDay, Attestation
from tests.reconciler.alert_life import SEEN_FLAT, finding
from tests.reconciler.storage.test_console import StoppedClock

DAY = date(2026, 3, 1)
BEGINS = datetime(2026, 3, 1, tzinfo=UTC)
ENDS = BEGINS + timedelta(days=1)
LATER = ENDS + timedelta(hours=2)


def at(hour: float) -> datetime:
    return BEGINS + timedelta(hours=hour)


@dataclass
class World:
    """Rows, as the processes that watched would have left them."""

    database: Database

    def lease(self, account: str = "main", group: str = "", beat: datetime = LATER) -> None:
        values = {
            "account": account, "token": 1, "at": beat, "interval_seconds": 2.0, "started_at": at(-90),
            "stopped": False, "account_group": group,
        }  # fmt: skip
        with self.database.write() as connection:
            connection.execute(sa.insert(LEASE).values(values))

    def source(self, state: str, hour: float, account: str = "main", source: str = "rest") -> None:
        with self.database.write() as connection:
            save_sources(connection, [SourceView(account, source, state, None, "", at(hour))])

    def nobody(self, since: float, account: str = "main") -> None:
        with self.database.write() as connection:
            note_unwatched(connection, account, at(since))

    def swept(self, hours: float, account: str = "main", worth: str = "0", until: datetime = ENDS) -> None:
        part = DayPart(DAY, BEGINS, until, Decimal(worth), 0.0, hours * 3600)
        with self.database.write() as connection:
            unprotected.add(connection, account, [part])

    def well(self, account: str = "main", group: str = "") -> None:
        """Watch an account well, all day and before."""
        self.lease(account, group)
        self.source("ok", -90, account)
        self.swept(24, account)

    def fires(self, hour: float, account: str = "main", symbol: str = "AVL/USDT:USDT") -> Finding:
        found = finding(account=account, symbol=symbol)
        with self.database.write() as connection:
            told = Observed((Detected(found, at(hour), confirmed=True),))
            alerts.observe(connection, told, AlertSettings(), now=at(hour))
        return found

    def over(self, found: Finding, hour: float) -> None:
        key = found.identity
        with self.database.write() as connection:
            for minutes in (5, 0):
                now = at(hour) - timedelta(minutes=minutes)
                clear = Observed(clear={key: Clear(SEEN_FLAT, now)})
                alerts.observe(connection, clear, AlertSettings(), now=now)

    def stated(self, now: datetime = LATER, group: str = "", day: date = DAY) -> Attestation:
        return Console.on(self.database, StoppedClock(now)).insight.attest(day, group=group)

    def account(self, now: datetime = LATER, day: date = DAY) -> AccountDay:
        (found,) = self.stated(now, day=day).accounts
        return found


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def test_a_day_that_was_watched_well_is_covered_whole_and_nothing_else_is_claimed(world: World) -> None:
    world.well()

    told = world.stated()

    assert told.over
    assert [each.coverage.share for each in told.accounts] == [Decimal(1)]
    assert (told.breaks, told.words, told.forgotten, told.unreadable) == ((), (), (), ())
    assert told.accounts[0].explained.counted_from is None, "changes that nobody counts are not explained"


def test_a_gap_in_the_watch_lowers_coverage_by_its_length(world: World) -> None:
    world.lease()
    world.source("ok", -90)
    world.nobody(6)
    world.source("ok", 9)
    world.swept(21)

    told = world.account().coverage

    assert (told.covered, told.not_watched) == (21 * 3600.0, 3 * 3600.0)
    assert told.share == Decimal("0.875")


def test_a_watch_that_died_and_was_not_taken_up_covers_nothing_after_its_last_heartbeat(world: World) -> None:
    world.lease(beat=at(8))
    world.source("ok", -90)
    world.swept(8, until=at(8))

    told = world.account().coverage

    assert (told.covered, told.not_known) == (8 * 3600.0, 16 * 3600.0)


def test_a_process_that_was_frozen_with_its_lease_is_not_covered_meanwhile(world: World) -> None:
    world.lease()
    world.source("ok", -90)
    world.swept(20)  # no sweep for four hours, and no row of any source tells of it

    assert world.account().coverage.covered == 20 * 3600.0


def test_an_account_of_which_only_an_alert_is_known_is_named_and_not_covered(world: World) -> None:
    world.fires(5, account="lost")

    told = world.stated()

    assert [(each.account, each.coverage.share) for each in told.accounts] == [("lost", Decimal(0))]
    assert told.accounts[0].unprotected is None


def test_a_day_that_is_not_over_says_so_and_goes_up_to_now(world: World) -> None:
    now = at(6)
    world.lease(beat=now)
    world.source("ok", -90)
    world.swept(6, until=now)

    told = world.stated(now)

    assert (told.over, told.until) == (False, now)
    assert told.accounts[0].coverage.whole == 6 * 3600.0
    assert told.accounts[0].coverage.share == 1


def test_nothing_is_stated_of_a_day_that_has_not_begun(world: World) -> None:
    with pytest.raises(ValueError, match="2026-03-03 has not begun"):
        world.stated(day=date(2026, 3, 3))


@pytest.mark.parametrize(
    ("fired", "over", "seconds"),
    [
        (-3, -1, None),  # over before the day
        (-3, 0, None),  # over as it began
        (-3, 2, 7200),
        (-3, None, 86400),
        (0, 1, 3600),  # fired as it began
        (5, 7, 7200),
        (23, None, 3600),
        (23, 25, 3600),  # over on the day after
        (24, None, None),  # fired as the next day began
    ],
)
def test_a_break_belongs_to_each_day_on_which_it_was_open(
    world: World, fired: float, over: float | None, seconds: float | None
) -> None:
    found = world.fires(fired)
    if over is not None:
        world.over(found, over)

    told = world.stated().breaks

    assert [each.seconds for each in told] == ([] if seconds is None else [seconds])
    for each in told:
        assert each.before == (fired < 0)
        assert each.open_at_end == (over is None or over >= 24)
        assert each.ended == ("open" if over is None else "resolved")


def test_what_only_pends_is_no_break(world: World) -> None:
    with world.database.write() as connection:
        told = Observed((Detected(finding(), at(4), confirmed=False),))
        alerts.observe(connection, told, AlertSettings(), now=at(4))

    assert world.stated().breaks == ()


def test_what_people_said_on_the_day_is_named_and_of_no_other_day(world: World) -> None:
    world.fires(-3)
    for hour, note in ((-2, "before"), (0, "first"), (23.99, "last"), (24, "after")):
        console = Console.on(world.database, StoppedClock(at(hour)))
        console.commands.note(1, by="ann", note=note, origin="dashboard")

    told = world.stated().words

    assert [(word.by, word.said, word.note) for word in told] == [
        ("ann", "noted", "first"),
        ("ann", "noted", "last"),
    ]


def test_who_acknowledged_and_who_closed_it_is_told_with_its_end(world: World) -> None:
    world.fires(5)
    says: dict[str, Any] = {"by": "ann", "origin": "dashboard"}
    Console.on(world.database, StoppedClock(at(6))).commands.acknowledge(1, note="on it", **says)
    Console.on(world.database, StoppedClock(at(7))).commands.close(1, note="by hand", **says)

    told = world.stated()

    assert [(word.at, word.said) for word in told.words] == [(at(6), "acknowledged"), (at(7), "closed")]
    assert [(each.ended, each.because) for each in told.breaks] == [("closed", "closed by ann: by hand")]


def test_alerts_that_may_have_been_forgotten_are_told_of(world: World) -> None:
    for number, hour in enumerate((1, 2, 30)):
        world.over(world.fires(hour, symbol=f"S{number}/USDT:USDT"), hour + 0.5)
    assert world.stated(at(50)).forgotten == ()
    with world.database.write() as connection:
        prune(connection, Retention(alerts=timedelta(hours=47)), now=at(50))

    told = world.stated(at(50))

    assert len(told.breaks) < 2
    assert "there may have been more" in told.forgotten[0]


def test_an_older_alert_that_is_kept_shows_that_none_of_the_day_was_forgotten(world: World) -> None:
    for number, hour in enumerate((-60, -20, 2)):
        world.over(world.fires(hour, symbol=f"S{number}/USDT:USDT"), hour + 0.5)
    with world.database.write() as connection:
        prune(connection, Retention(alerts=timedelta(hours=90)), now=at(50))
        assert connection.execute(sa.select(sa.func.count()).select_from(ALERT)).scalar() == 2

    assert world.stated(at(50)).forgotten == ()


def test_a_day_longer_ago_than_anything_is_kept_says_so(world: World) -> None:
    told = world.stated(BEGINS + timedelta(days=500))

    assert any("not kept for this day any more" in line for line in told.forgotten)


def test_changes_of_the_day_are_counted_and_what_is_forgotten_of_them_is_told(world: World) -> None:
    world.well()
    names = {"symbol": "AVL/USDT:USDT", "leg": "net", "client_order_id": "", "contracts": Decimal(1)}
    rest = {"trades": 1, "name": "", "row_id": "", "role": ""}
    mark = {"symbol": "", "since": at(-300), "until": LATER, "held": {}, "counted": []}
    with world.database.write() as connection:
        connection.execute(sa.insert(MARK).values(account="main", **mark))
        for number, (hour, by) in enumerate(
            ((-1, "nobody"), (0, "ledger"), (5, "ledger"), (9, "nobody"), (12, "waiting"), (24, "nobody"))
        ):
            change = {"order_id": f"{number}", "since": at(hour), "at": at(hour), "by": by}
            connection.execute(sa.insert(CHANGE).values(account="main", **names, **rest, **change))

    told, late = world.account().explained, world.stated(at(24 * 7 + 3))

    assert (told.explained, told.unexplained, told.waiting) == (2, 1, 1)
    assert (told.share, told.counted_from, told.counted_until) == (Decimal("0.6666"), BEGINS, ENDS)
    assert any("or all, are missing of main" in line for line in late.forgotten)


def test_sweeps_that_are_not_kept_from_the_beginning_on_are_told(world: World) -> None:
    world.well()
    cycle = {
        "account": "main",
        "venue": "x",
        "matched": 1,
        "legs": 1,
        "seconds": 0.1,
        "problems": [],
        "in_flight": 0,
    }
    with world.database.write() as connection:
        for hour, status in ((3, "complete"), (4, "blind"), (25, "complete")):
            connection.execute(sa.insert(CYCLE).values(**cycle, status=status, finished_at=at(hour)))

    told = world.stated()

    sweeps = told.accounts[0].sweeps
    assert (sweeps.complete, sweeps.blind, sweeps.last_complete) == (1, 1, at(3))
    assert sweeps.kept_from == at(3)
    assert told.forgotten == ("Not all sweeps of this day are kept: the first are missing of main.",)


def test_a_group_is_stated_by_itself_and_says_whose_it_is(world: World) -> None:
    world.well("a", "desk")
    world.well("b", "other")
    world.well("c")
    for account in "abc":
        world.fires(5, account)

    told = world.stated(group="desk")

    assert told.group == "desk"
    assert [each.account for each in told.accounts] == ["a"]
    assert {each.account for each in told.breaks} == {"a"}
    assert [each.account for each in world.stated().accounts] == ["c", "a", "b"], "by group and name"
