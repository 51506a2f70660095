"""PostgreSQL goes away at any moment: what was confirmed is there, the rest is told, and it goes on."""

import asyncio
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from reconciler.console import Console
from reconciler.storage.database import Database, schema_state
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.storage.leases import LEASE
from reconciler.storage.schema import SchemaState
from reconciler.storage.writer import Writer
from tests.postgres import Server

pytestmark = pytest.mark.postgres


@pytest.fixture
def database(own_postgres: Server) -> Iterator[Database]:
    with Database.open(own_postgres.url, create=True) as opened:
        yield opened


@pytest.fixture
def writer(database: Database) -> Iterator[Writer]:
    made = Writer(database)
    yield made
    made.close()


def note(connection: sa.Connection, name: str) -> str:
    connection.execute(sa.insert(LEASE).values(account=name, token=0, interval_seconds=1.0, stopped=False))
    return name


def die(connection: sa.Connection) -> None:
    """End the server's side of this very connection."""
    connection.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))


def names(database: Database) -> set[str]:
    with database.read() as connection:
        return set(connection.execute(sa.select(LEASE.c.account)).scalars())


async def come_to(writer: Writer, *jobs: object) -> list[object]:
    """What each of these jobs, gathered in one group, comes to."""
    begun, free = threading.Event(), threading.Event()

    def wait(_: sa.Connection) -> None:
        begun.set()
        assert free.wait(10)

    held = writer.submit(wait)
    assert begun.wait(10)
    futures = [writer.submit(job) for job in jobs]  # type: ignore[arg-type, var-annotated]
    free.set()
    await asyncio.wrap_future(held)
    return list(await asyncio.gather(*map(asyncio.wrap_future, futures), return_exceptions=True))


def passing(error: object, trouble: StateTrouble = StateTrouble.UNREACHABLE) -> bool:
    return isinstance(error, StateDatabaseError) and error.again and error.trouble is trouble


@pytest.mark.parametrize("at", [0, 3, 5])
async def test_lost_inside_a_group_it_is_written_once_more(
    database: Database, writer: Writer, at: int
) -> None:
    deaths = iter([True])

    def dies_once(connection: sa.Connection, name: str) -> str:
        if next(deaths, False):
            die(connection)
        return note(connection, name)

    jobs = [partial(dies_once if n == at else note, name=f"job {n}") for n in range(6)]

    assert await come_to(writer, *jobs) == [f"job {n}" for n in range(6)]
    assert names(database) == {f"job {n}" for n in range(6)}


async def test_lost_again_every_job_of_the_group_hears_that_nothing_is_stored(
    database: Database, writer: Writer
) -> None:
    def dies(connection: sa.Connection) -> None:
        note(connection, "half")
        die(connection)

    outcomes = await come_to(writer, partial(note, name="before"), dies, partial(note, name="after"))

    assert all(map(passing, outcomes)), outcomes
    assert not any(getattr(each, "unsure", None) for each in outcomes)
    assert names(database) == set()
    assert await writer.do(partial(note, name="later")) == "later"


@pytest.mark.parametrize("happened", [False, True])
async def test_where_the_answer_to_a_commit_is_lost_nobody_claims_to_know(
    database: Database, writer: Writer, *, happened: bool
) -> None:
    with _dies_in_commit(database, happened=happened):
        outcomes = await come_to(writer, partial(note, name="a"), partial(note, name="b"))

    assert all(map(passing, outcomes)), outcomes
    assert all(getattr(each, "unsure", None) for each in outcomes)
    assert "is not known" in str(outcomes[0])
    assert names(database) == ({"a", "b"} if happened else set())


@contextmanager
def _dies_in_commit(database: Database, *, happened: bool) -> Iterator[None]:
    """Lose the connection when the second group is committed; the server has done it already, or not."""
    later = iter([False, True])

    def commit(connection: sa.Connection) -> None:
        if next(later, False):
            if happened:
                connection.exec_driver_sql("COMMIT")
            with suppress(sa.exc.DBAPIError):
                die(connection)

    sa.event.listen(database._engine, "commit", commit)
    yield
    sa.event.remove(database._engine, "commit", commit)


async def test_a_request_that_takes_too_long_fails_alone(database: Database, writer: Writer) -> None:
    def slow(connection: sa.Connection) -> None:
        note(connection, "slow")
        connection.execute(sa.text("SET LOCAL statement_timeout = 50"))
        connection.execute(sa.text("SELECT pg_sleep(20)"))

    one, two, three = await come_to(writer, partial(note, name="a"), slow, partial(note, name="b"))

    assert passing(two, StateTrouble.LOCKED), two
    assert (one, three) == ("a", "b")
    assert names(database) == {"a", "b"}


async def test_a_failed_transaction_whose_error_was_swallowed_is_never_confirmed(database: Database) -> None:
    def swallow() -> None:
        with database.write() as connection:
            note(connection, "a")
            with suppress(sa.exc.DBAPIError):
                connection.exec_driver_sql("SELECT nothing_of_that_name")

    with pytest.raises(StateDatabaseError) as refused:
        swallow()
    assert refused.value.again
    assert names(database) == set()


@pytest.mark.parametrize("seed", range(3))
async def test_killed_at_random_what_is_confirmed_is_there_and_what_is_refused_is_not(
    own_postgres: Server, database: Database, seed: int
) -> None:
    writer = Writer(database, group=10)
    everything = [f"job {n}" for n in range(150)]
    with _killing(own_postgres, database, random.Random(seed)) as killed:
        jobs = (writer.do(partial(note, name=name)) for name in everything)
        outcomes = dict(zip(everything, await asyncio.gather(*jobs, return_exceptions=True), strict=True))
    confirmed = {name for name, outcome in outcomes.items() if outcome == name}
    errors = {name: outcome for name, outcome in outcomes.items() if name not in confirmed}
    refused = {name for name, error in errors.items() if not getattr(error, "unsure", None)}
    stored = names(database)

    assert all(map(passing, errors.values())), errors
    assert confirmed <= stored
    assert not refused & stored
    assert len(killed) > 3, "connections were lost"
    assert confirmed, "and some lived long enough"
    assert await writer.do(partial(note, name="later")) == "later"
    writer.close()


@contextmanager
def _killing(server: Server, database: Database, rng: random.Random) -> Iterator[list[str]]:
    """End connections at random moments: before and after any statement, before and inside a commit."""
    killed: list[str] = []

    def end(connection: sa.Connection, when: str) -> None:
        if rng.random() < 0.03:
            killed.append(when)
            driver: Any = connection.connection.dbapi_connection
            # Waits until it is dead, so that what follows does not depend on who is faster.
            talk.execute("SELECT pg_terminate_backend(%s, 5000)", [driver.info.backend_pid])

    def before(connection: sa.Connection, *_: object) -> None:
        end(connection, "before a statement")

    def after(connection: sa.Connection, *_: object) -> None:
        end(connection, "after a statement")

    def commit(connection: sa.Connection) -> None:
        end(connection, "before a commit")
        if rng.random() < 0.3:
            connection.connection.dbapi_connection.commit()  # type: ignore[union-attr]  # the answer is lost:
            killed.append("inside a commit")
            driver: Any = connection.connection.dbapi_connection
            talk.execute("SELECT pg_terminate_backend(%s, 5000)", [driver.info.backend_pid])

    events = {"before_cursor_execute": before, "after_cursor_execute": after, "commit": commit}
    with server.talk() as talk:
        for name, listener in events.items():
            sa.event.listen(database._engine, name, listener)
        yield killed
        for name, listener in events.items():
            sa.event.remove(database._engine, name, listener)


@pytest.mark.parametrize("mode", ["immediate", "fast"])
async def test_a_restart_is_waited_out_by_readers_and_writers_alike(
    own_postgres: Server, database: Database, writer: Writer, mode: str
) -> None:
    with Console.open(own_postgres.url) as console:
        await writer.do(partial(note, name="before"))
        console.queries.watches()
        own_postgres.stop(mode)
        with pytest.raises(StateDatabaseError, match="does not answer") as told:
            await writer.do(partial(note, name="meanwhile"))
        assert passing(told.value)
        with pytest.raises(StateDatabaseError) as told:
            console.queries.now()
        assert passing(told.value)
        own_postgres.start()

        assert await writer.do(partial(note, name="after")) == "after"
        console.queries.now()
    assert names(database) == {"before", "after"}


async def test_a_server_that_takes_no_changes_is_waited_out(
    own_postgres: Server, database: Database, writer: Writer
) -> None:
    await writer.do(partial(note, name="before"))
    own_postgres.tell("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
    error = await _refused(writer)
    own_postgres.tell("ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()")

    assert passing(error, StateTrouble.READ_ONLY), error
    assert names(database) >= {"before"}, "what is there can be read all the while"
    await _stored_again(writer)


async def test_a_connection_that_led_to_a_standby_is_made_anew(
    own_postgres: Server, database: Database, writer: Writer
) -> None:
    # A session keeps this default for its life, as a connection stays with the server that it was made to.
    own_postgres.tell("ALTER DATABASE postgres SET default_transaction_read_only = on")
    database._engine.dispose()
    error = await _refused(writer)
    with own_postgres.talk() as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute("ALTER DATABASE postgres RESET default_transaction_read_only")

    assert passing(error, StateTrouble.READ_ONLY), error
    await _stored_again(writer)


async def test_a_standby_can_be_read_and_takes_changes_once_it_is_promoted(
    database: Database, standby_postgres: Server
) -> None:
    assert names(database) == set()
    await _until_there(standby_postgres)
    with Database.open(standby_postgres.url, create=True) as opened:
        writer = Writer(opened)
        try:
            assert names(opened) == set()
            assert passing(await _refused(writer), StateTrouble.READ_ONLY)
            assert names(opened) == set()
            standby_postgres.promote()
            await _stored_again(writer)
        finally:
            writer.close()
        assert names(opened) == {"later"}


async def _until_there(standby: Server) -> None:
    """Wait until the standby shows the tables: it follows a moment later."""
    for _ in range(100):
        with suppress(StateDatabaseError):
            if schema_state(standby.url) is SchemaState.CURRENT:
                return
        await asyncio.sleep(0.1)
    raise AssertionError("the standby does not follow")


async def _refused(writer: Writer) -> StateDatabaseError:
    """Write until it is refused: the server takes a moment to learn of its new settings."""
    for n in range(500):
        try:
            await writer.do(partial(note, name=f"job {n}"))
        except StateDatabaseError as error:
            return error
    raise AssertionError("it was never refused")


async def _stored_again(writer: Writer) -> None:
    for _ in range(500):
        try:
            await writer.do(partial(note, name="later"))
        except StateDatabaseError as error:
            if not error.again:
                raise
        else:
            return
    raise AssertionError("it was refused for ever")


async def test_where_all_connections_are_taken_it_waits_for_one(own_postgres: Server) -> None:
    own_postgres.stop("fast")
    own_postgres.start("max_connections=6", "superuser_reserved_connections=0")
    taken: list[psycopg.Connection[object]] = []
    with Database.open(own_postgres.url, create=True) as database, Console.open(own_postgres.url) as console:
        writer = Writer(database)
        try:
            database._engine.dispose()
            with suppress(psycopg.OperationalError):
                taken.extend(own_postgres.talk() for _ in range(10))
            with pytest.raises(StateDatabaseError, match="no connection left") as told:
                await writer.do(partial(note, name="meanwhile"))
            assert passing(told.value)
            console.queries.now()
            console.shut()
            for each in taken:
                each.close()
            await _stored_again(writer)
        finally:
            writer.close()


async def test_a_password_is_never_part_of_what_is_said(own_postgres: Server) -> None:
    url = own_postgres.url.replace("trueup@", "trueup:geheim@")
    with Database.open(url, create=True) as database:
        own_postgres.stop()
        with pytest.raises(StateDatabaseError) as told, database.write():
            pass

    assert "geheim" not in str(told.value) + repr(told.value.__cause__)
