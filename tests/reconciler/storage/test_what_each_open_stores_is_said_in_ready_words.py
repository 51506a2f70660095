"""What every open stores is said in statements that stand ready: making one costs more than storing."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any

import pytest
import sqlalchemy as sa

from reconciler.facts.lease import Holder
from reconciler.storage.database import Database
from reconciler.storage.errors import StateDatabaseError
from reconciler.storage.latency import BUCKET, add_samples
from reconciler.storage.leases import Given, claim, fence
from reconciler.storage.looked import Looked, note
from reconciler.storage.ready import Ready
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


@pytest.mark.parametrize(("work", "on_a_file", "on_a_server"), [(sampled, 300, 1250), (verified, 150, 800)])
def test_what_an_open_stores_takes_few_calls(
    database: Database, work: Work, on_a_file: int, on_a_server: int
) -> None:
    assert calls_of(database, work) <= (on_a_server if database.file is None else on_a_file)


def test_that_a_lease_is_held_is_made_sure_of_in_few_calls(database: Database) -> None:
    lease = held(database).lease

    calls = calls_of(database, lambda connection: fence(connection, lease))
    assert calls <= (290 if database.file is None else 50)


def test_what_a_look_leaves_behind_is_stored_in_few_calls(database: Database) -> None:
    held(database)

    calls = calls_of(database, lambda connection: note(connection, "main", Looked(legs=(AT, AT, AT))))
    assert calls <= (280 if database.file is None else 80)


ODD = {"tier": 10, "account": "a\0b", "source": "caf\u00e9 \ud800", "measure": "m", "sketch": "{}"}
PUT = Ready(sa.insert(BUCKET))
OF = sa.select(BUCKET).where(BUCKET.c.account == sa.bindparam("of"))


def rows(*minutes: int) -> list[dict[str, object]]:
    return [{**ODD, "start": AT + timedelta(minutes=each)} for each in minutes]


def in_full(row: Any) -> list[object]:
    return [getattr(row, column.name) for column in BUCKET.columns]


def test_what_is_said_so_reads_as_what_sqlalchemy_says(database: Database) -> None:
    with database.write() as connection:
        PUT.tell(connection, rows(1))
        PUT.tell(connection, rows(2, 3))
        connection.execute(sa.insert(BUCKET), rows(4))

    with database.read() as connection:
        said = [in_full(each) for each in connection.execute(OF, {"of": "a\0b"})]
        assert [in_full(each) for each in Ready(OF).ask(connection, {"of": "a\0b"})] == said
    assert [row[1] for row in said] == [AT + timedelta(minutes=each) for each in (1, 2, 3, 4)]
    assert {(row[2], row[3]) for row in said} == {("a\ufffdb", "caf\u00e9 \ufffd")}


def test_what_is_refused_is_told_in_words_and_undone_with_its_transaction(database: Database) -> None:
    def work(connection: sa.Connection) -> None:
        PUT.tell(connection, rows(1))
        PUT.tell(connection, rows(2, 2))

    with pytest.raises(StateDatabaseError, match=r"(?i)unique"), database.write() as connection:
        work(connection)

    with database.read() as connection:
        assert Ready(OF).ask(connection, {"of": "a\0b"}) == []


def test_a_naive_time_is_refused_so_as_well(database: Database) -> None:
    with pytest.raises((ValueError, sa.exc.StatementError), match="naive"), database.write() as connection:
        PUT.tell(connection, [{**ODD, "start": AT.replace(tzinfo=None)}])
