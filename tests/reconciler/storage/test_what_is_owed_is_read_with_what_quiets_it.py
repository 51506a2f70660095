"""What is owed is read with what quiets it, and with when a channel was last told of what comes and goes."""

from reconciler.alerts.limits import LIMITS
from reconciler.alerts.policy import AlertSettings, Clear, Detected, Observed
from reconciler.alerts.quiet import QuietBy
from reconciler.facts.finding import Kind
from reconciler.facts.lease import Holder, Lease
from reconciler.facts.message import ChannelView
from reconciler.notify.channel import Channel
from reconciler.notify.outbox import AlertCase, Why
from reconciler.storage import alerts, leases, maintenance, messages
from reconciler.storage.database import Database
from reconciler.storage.leases import Given
from reconciler.storage.messages import Sent
from tests.reconciler.alert_life import NOON, SEEN_FLAT, after, finding
from tests.reconciler.notify.cases import owed

PHONE = Channel("phone")
SETTINGS = AlertSettings()


def taken(database: Database) -> Lease:
    with database.write() as connection:
        given = leases.claim(connection, "main", Holder("a", "here", 1), locked=True, wall=NOON)
    assert isinstance(given, Given)
    return given.lease


def observe(database: Database, observed: Observed, minute: float) -> None:
    with database.write() as connection:
        alerts.observe(connection, observed, SETTINGS, now=after(minute))


def fires(database: Database, minute: float, kind: Kind = Kind.ORPHANED_POSITION) -> None:
    observe(database, Observed((Detected(finding(kind=kind), after(minute), confirmed=True),)), minute)


def goes(database: Database, minute: float) -> None:
    for each in (minute, minute + 0.1):
        observe(database, Observed(clear={finding().identity: Clear(SEEN_FLAT, after(each))}), each)


def cases(database: Database, lease: Lease, minute: float) -> dict[int, AlertCase]:
    with database.read() as connection:
        return {case.alert.id: case for case in messages.outbox(connection, [lease], now=after(minute)).cases}


def test_what_is_owed_is_read_with_what_quiets_it(database: Database) -> None:
    lease = taken(database)
    fires(database, 0, Kind.UNVERIFIED_OPEN)
    fires(database, 0, Kind.PHANTOM_POSITION)
    fires(database, 0, Kind.UNPROTECTED_POSITION)
    fires(database, 0, Kind.DUPLICATE_ROWS)
    with database.write() as connection:
        maintenance.begin(
            connection,
            "main",
            by="ann",
            note="x",
            origin="cli",
            until=after(60),
            limits=LIMITS,
            now=after(1),
        )

    found = {
        case.alert.key.kind: None if case.quiet is None else case.quiet.by
        for case in cases(database, lease, 2).values()
    }

    assert found == {
        Kind.UNVERIFIED_OPEN: QuietBy.FOLLOWS,
        Kind.PHANTOM_POSITION: QuietBy.MAINTENANCE,
        Kind.UNPROTECTED_POSITION: None,
        Kind.DUPLICATE_ROWS: QuietBy.MAINTENANCE,
    }
    assert {case.quiet and case.quiet.by for case in cases(database, lease, 61).values()} == {
        None,
        QuietBy.FOLLOWS,
    }


def test_when_a_channel_was_last_told_of_what_comes_and_goes_is_read_over_all_its_alerts(
    database: Database,
) -> None:
    lease = taken(database)
    for time in range(3):
        fires(database, time)
        goes(database, time + 0.3)
    fires(database, 4)
    told = Sent("m1", "phone", "t", "b", after(2.5), after(2.5), 1, "ok", ((3, "main", 3, Why.RESOLVED),))
    with database.write() as connection:
        messages.store_sent(connection, {"main": lease}, told, ChannelView("phone", NOON, NOON))

    found = cases(database, lease, 4)

    assert found[4].alert.flaps == 4
    assert found[4].digested == {"phone": after(2.5)}
    assert owed(PHONE, found[4], 4) == "at 7.5"
    assert cases(database, lease, 8)[4].digested == {}
