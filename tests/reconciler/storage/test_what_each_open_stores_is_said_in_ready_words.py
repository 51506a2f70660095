"""What every open stores is said in statements that stand ready: making one costs more than storing."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from types import FrameType

import pytest
import sqlalchemy as sa

from reconciler.facts.lease import Holder
from reconciler.storage.database import Database
from reconciler.storage.latency import add_samples
from reconciler.storage.leases import Given, claim, fence
from reconciler.storage.looked import Looked, note
from reconciler.storage.records import save_verification
from reconciler.views.verification import VerificationView
from verification.facts.leg import Leg
from verification.facts.observation import Source
from verification.latency.sample import LatencySample, Measure

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)

Work = Callable[[sa.Connection], object]


def calls_of(database: Database, work: Work) -> int:
    """Return how many calls of Python functions a piece of work is, once all that is kept of it is kept."""
    counted = 0

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal counted
        counted += event == "call"

    with database.write() as connection:
        for _ in range(3):
            work(connection)
        sys.setprofile(count)
        try:
            work(connection)
        finally:
            sys.setprofile(None)
    return counted


def held(database: Database) -> Given:
    with database.write() as connection:
        given = claim(connection, "main", Holder("a", "host", 1), locked=True, wall=AT)
    assert isinstance(given, Given)
    return given


def sampled(connection: sa.Connection) -> None:
    add_samples(connection, [LatencySample("main", Source.REST, Measure.VISIBILITY_LAG, AT, 12.0)])


def verified(connection: sa.Connection) -> None:
    view = VerificationView(
        id=0,
        account="main",
        symbol="A/USDT:USDT",
        leg=Leg.NET,
        question="open",
        asked_by="sidecar",
        verdict="confirmed",
        grade="proof",
        mismatch="",
        decided_by=Source.REST,
        asked_at=AT,
        milliseconds=12.0,
        reason="",
        order_id="1",
    )
    save_verification(connection, view, "[]")


@pytest.mark.parametrize(("work", "on_a_file", "on_a_server"), [(sampled, 600, 1250), (verified, 600, 800)])
def test_what_an_open_stores_takes_few_calls(
    database: Database, work: Work, on_a_file: int, on_a_server: int
) -> None:
    assert calls_of(database, work) <= (on_a_server if database.file is None else on_a_file)


def test_that_a_lease_is_held_is_made_sure_of_in_few_calls(database: Database) -> None:
    lease = held(database).lease

    calls = calls_of(database, lambda connection: fence(connection, lease))
    assert calls <= (290 if database.file is None else 120)


def test_what_a_look_leaves_behind_is_stored_in_few_calls(database: Database) -> None:
    held(database)

    calls = calls_of(database, lambda connection: note(connection, "main", Looked(legs=(AT, AT, AT))))
    assert calls <= (280 if database.file is None else 210)
