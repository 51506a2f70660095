"""What is over is forgotten by age and by size; what is open, and all that belongs to it, never."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import structlog

from reconciler.alerts.policy import Clear, Detected, Observed
from reconciler.console import Console
from reconciler.facts.finding import Evidence, Finding, Party
from reconciler.storage import retention
from reconciler.storage.compaction import live_bytes
from reconciler.storage.database import Database
from reconciler.storage.retention import LEAST, LEAST_CYCLES, Retention
from reconciler.storage.store import Store
from tests.reconciler.alert_life import NOON, SEEN_FLAT, after, finding
from tests.reconciler.storage.test_console import VERIFICATION

YEARS = NOON + timedelta(days=3000)
SHORT = Retention(*(timedelta(days=1),) * 3)
MIB = 2**20


@pytest.fixture
async def store(state_url: str) -> AsyncIterator[Store]:
    async with Store.open(state_url) as opened:
        yield opened


def naming(number: int, symbol: str = "AVL/USDT:USDT") -> Finding:
    data = {"verification": str(number), "order": "7"}
    return replace(
        finding(symbol=symbol),
        evidence=(Evidence(Party.TRUEUP, "verification", "it may fill late", NOON, data),),
    )


async def verified(store: Store, at: datetime, *, evidence: str = "[]", verdict: str = "unknown") -> int:
    view = replace(VERIFICATION, asked_at=at, verdict=verdict)
    return await store.save_verification(view, evidence)


async def find(store: Store, *found: Finding, at: float = 0) -> None:
    await store.observe(
        Observed(tuple(Detected(each, after(at), confirmed=True) for each in found)), now=after(at)
    )


async def end(store: Store, *found: Finding) -> None:
    for minute in (1, 2):
        gone = {each.identity: Clear(SEEN_FLAT, after(minute)) for each in found}
        await store.observe(Observed(clear=gone), now=after(minute))


def verifications(url: str) -> set[int]:
    with Console.open(url) as console:
        return {each.id for each in console.queries.verifications(limit=10_000)}


async def test_an_open_alert_keeps_its_history_and_what_was_said_whatever_its_age(
    store: Store, state_url: str
) -> None:
    await find(store, finding())
    with Console.open(state_url) as console:
        console.commands.acknowledge(1, by="ann", note="on it", origin="cli")
        console.commands.note(1, by="bob", note="the exchange was asked", origin="cli")
        before = console.queries.alert(1)
        await store.prune(now=YEARS, retention=SHORT)
        then = console.queries.alert(1)

    assert then == before
    assert {"ann", "bob"} <= {each.actor for each in then.transitions}


async def test_a_verification_that_an_open_alert_names_now_or_ever_did_stays(
    store: Store, state_url: str
) -> None:
    first, second, over, alone = [await verified(store, after(minute)) for minute in range(4)]
    await find(store, naming(first), naming(over, "OVER/USDT:USDT"))
    grown = replace(naming(second), observed=Decimal(172))
    await find(store, grown, at=1)
    await end(store, naming(over, "OVER/USDT:USDT"))

    await store.prune(now=YEARS, retention=SHORT)

    assert second in verifications(state_url)
    assert not {over, alone} & verifications(state_url)
    with Console.open(state_url) as console:
        told = [each for step in console.queries.alert(1).transitions for each in step.evidence]
    ever = {int(each.data["verification"]) for each in told}
    assert ever
    assert ever <= verifications(state_url)


async def test_one_whose_order_rests_stays(store: Store, state_url: str) -> None:
    resting = await verified(store, NOON, verdict="resting")

    await store.prune(now=YEARS, retention=SHORT)

    assert verifications(state_url) == {resting}


async def test_a_damaged_row_hinders_nothing(store: Store, state_url: str) -> None:
    number, old = await verified(store, after(0)), await verified(store, after(1))
    await find(store, naming(number))
    with Database.open(state_url, create=False) as database, database.write() as connection:
        damaged = f'UPDATE alert SET evidence = \'[{{"verification": "{number}", \''
        connection.exec_driver_sql(damaged)

    await store.prune(now=YEARS, retention=SHORT)

    assert verifications(state_url) == {number}
    assert old not in verifications(state_url)


async def test_much_is_forgotten_in_many_short_transactions(
    store: Store, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 3)
    for minute in range(10):
        await verified(store, after(minute))
    found = [finding(symbol=f"A{number}/USDT:USDT") for number in range(7)]
    await find(store, *found)
    await end(store, *found)
    with Database.open(state_url, create=False) as database, database.write() as connection:
        assert retention.prune(connection, SHORT, now=YEARS)
    assert len(verifications(state_url)) == 7

    await store.prune(now=YEARS, retention=SHORT)

    assert verifications(state_url) == set()
    with Console.open(state_url) as console:
        assert console.queries.alerts() == ()


def test_half_as_long_ends_at_the_least() -> None:
    kept: Sequence[Retention] = [Retention()]
    while kept[-1].shorter() != kept[-1]:
        kept = [*kept, kept[-1].shorter()]

    assert (kept[-1].alerts, kept[-1].verifications, kept[-1].cycles) == (LEAST, LEAST, LEAST_CYCLES)
    assert len(kept) < 12


async def test_a_file_that_is_too_large_forgets_the_oldest_and_shrinks(
    tmp_path: Path, sqlite_state: str
) -> None:
    now = NOON + timedelta(days=80)
    async with Store.open(sqlite_state) as store:
        await find(store, finding())
        numbers = [
            await verified(store, NOON + timedelta(days=day), evidence="x" * 100_000) for day in range(80)
        ]
        await store.prune(now=now, retention=Retention(size=100 * MIB))
        assert len(verifications(sqlite_state)) == 80
        before = (tmp_path / "trueup.db").stat().st_size

        await store.prune(now=now, retention=Retention(size=4 * MIB))

        with Database.open(sqlite_state, create=False) as database:
            assert live_bytes(database) <= 4 * MIB
    left = verifications(sqlite_state)
    assert left == set(numbers[-len(left) :]), "the oldest went"
    assert 10 < len(left) < 40
    assert (tmp_path / "trueup.db").stat().st_size < before / 1.5
    with Console.open(sqlite_state) as console:
        assert len(console.queries.alerts()) == 1


async def test_where_what_is_kept_is_too_large_itself_that_is_said_and_it_stays(sqlite_state: str) -> None:
    async with Store.open(sqlite_state) as store:
        await find(store, finding())
        young = await verified(store, NOON - timedelta(hours=5), evidence="x" * 100_000)
        with structlog.testing.capture_logs() as lines:
            await store.prune(now=NOON, retention=Retention(size=1000))

    assert "state.larger_than_it_may_be" in [line["event"] for line in lines]
    assert verifications(sqlite_state) == {young}
