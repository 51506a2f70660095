"""The one door: what the reconciler stored is what screens and commands are given, and a dead one shows."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from reconciler.alerts.alert import AlertState
from reconciler.alerts.policy import Clear, Detected, Observed
from reconciler.console import AlertNotFound, AlreadyResolved, Console, NoteRequired
from reconciler.facts.finding import Finding, Kind, Severity
from reconciler.facts.heartbeat import Heartbeat, HeartbeatState
from reconciler.storage.records import CYCLE
from reconciler.storage.retention import Retention
from reconciler.storage.store import Store
from reconciler.views.account import CycleView, PositionView, SourceView
from reconciler.views.verification import VerificationView
from tests.reconciler.alert_life import NOON, SEEN_FLAT, after, finding
from tests.reconciler.claimed import beaten, claimed, watched
from verification.facts.clock import Moment
from verification.facts.leg import Leg
from verification.facts.observation import Source
from verification.latency.sample import LatencySample, Measure


@dataclass
class StoppedClock:
    """A clock that stands where a test puts it."""

    utc: datetime = NOON

    def now(self) -> Moment:
        return Moment.at(self.utc, 0.0)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing here waits, not even {seconds} s")


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
async def store(state_url: str) -> AsyncIterator[Store]:
    async with Store.open(state_url) as opened:
        yield opened


@pytest.fixture
def console(state_url: str, clock: StoppedClock) -> Iterator[Console]:
    with Console.open(state_url, clock=clock) as opened:
        yield opened


def bad(*found: Finding, at: float = 0, confirmed: bool = True) -> Observed:
    return Observed(tuple(Detected(each, after(at), confirmed) for each in found))


def position(symbol: str, verdict: str) -> PositionView:
    return PositionView(
        account="main",
        venue="binanceusdm",
        symbol=symbol,
        leg=Leg.NET,
        expected=Decimal(43),
        expected_low=Decimal(43),
        expected_high=Decimal(43),
        ledger_state="open",
        ledgers=("mybot",),
        ledger_at=NOON,
        observed=Decimal(86),
        observed_by=Source.REST,
        observed_at=NOON,
        contract_size=Decimal(1),
        notional=Decimal("81.7"),
        mark_price=Decimal("0.95"),
        stop="none",
        stop_price=None,
        verdict=verdict,
        kinds=(),
    )


def cycle(status: str = "complete", at: float = 0, account: str = "main") -> CycleView:
    return CycleView(account, "binanceusdm", status, 42, 43, Decimal(81), after(at), None, 0.4, ("x",), 1)


VERIFICATION = VerificationView(
    id=0,
    account="main",
    symbol="AVL/USDT:USDT",
    leg=Leg.NET,
    question="open",
    asked_by="sidecar",
    verdict="unknown",
    grade="",
    mismatch="",
    decided_by=None,
    asked_at=NOON,
    milliseconds=10_000.0,
    reason="no source showed it within the deadline",
    order_id="8886774",
)


def test_a_database_on_which_no_reconciler_ran_says_so_and_is_not_green(console: Console) -> None:
    view = console.queries.now()

    assert view.watches == ()
    assert (view.cycles, view.sources, view.alerts, view.p95_ms) == ((), (), (), {})


@pytest.mark.parametrize(
    ("age", "stopped", "heartbeat_state"),
    [
        (0, False, HeartbeatState.ALIVE),
        (5, False, HeartbeatState.ALIVE),
        (6.1, False, HeartbeatState.LATE),
        (1, True, HeartbeatState.STOPPED),
        (-60, False, HeartbeatState.LATE),
    ],
)
async def test_a_reconciler_that_is_dead_stopped_or_ahead_of_time_shows(
    store: Store,
    console: Console,
    clock: StoppedClock,
    *,
    age: float,
    stopped: bool,
    heartbeat_state: HeartbeatState,
) -> None:
    await beaten(store, clock, Heartbeat(NOON, 2.0, NOON, stopped=False))
    await beaten(store, clock, Heartbeat(NOON, 2.0, NOON, stopped=stopped))
    clock.utc = NOON + timedelta(seconds=age)

    view = console.queries.now()

    (watch,) = view.watches
    assert (watch.account, watch.heartbeat.state(view.read_at)) == ("main", heartbeat_state)
    assert console.queries.watches() == view.watches


async def test_now_shows_the_worst_first_and_nothing_that_is_only_suspected(
    store: Store, console: Console
) -> None:
    small = finding(symbol="SMALL/USDT:USDT", exposure=Decimal(10))
    large = finding(symbol="LARGE/USDT:USDT", exposure=Decimal(9000))
    unknown = finding(symbol="UNKNOWN/USDT:USDT", exposure=None)
    critical = finding(symbol="CRITICAL/USDT:USDT", severity=Severity.CRITICAL, exposure=Decimal(1))
    suspected = finding(symbol="SUSPECTED/USDT:USDT", severity=Severity.CRITICAL)
    await store.observe(bad(small, large, unknown, critical), now=after(0))
    await store.observe(bad(suspected, confirmed=False), now=after(0))

    symbols = [alert.key.symbol.split("/")[0] for alert in console.queries.now().alerts]

    assert symbols == ["CRITICAL", "UNKNOWN", "LARGE", "SMALL"]
    assert len(await store.open_alerts()) == 5


async def test_what_was_resolved_is_shown_but_not_what_never_fired(store: Store, console: Console) -> None:
    fired, transient = finding(), finding(symbol="X/USDT:USDT")
    await store.observe(bad(fired), now=after(0))
    await store.observe(bad(transient, confirmed=False), now=after(0))
    for minute in (1, 2):
        gone = {each.identity: Clear(SEEN_FLAT, after(minute)) for each in (fired, transient)}
        await store.observe(Observed(clear=gone), now=after(minute))

    view = console.queries.now()

    assert (view.alerts, [alert.key for alert in view.resolved]) == ((), [fired.identity])


async def test_a_person_acknowledges_and_the_history_tells_it(
    store: Store, console: Console, clock: StoppedClock
) -> None:
    await store.observe(bad(finding(severity=Severity.CRITICAL)), now=after(0))
    clock.utc = after(1)

    with pytest.raises(NoteRequired):
        console.commands.acknowledge(1, by="ann", note="", origin="dashboard")
    given = console.commands.acknowledge(1, by="ann", note="closing by hand", origin="dashboard")

    seen = console.queries.alert(1)
    assert (seen.alert, given.told) == (given.alert, "")
    assert [(step.action, step.actor, step.origin, step.at) for step in seen.transitions] == [
        ("confirmed", "trueup", "reconciler", after(0)),
        ("acknowledged", "ann", "dashboard", after(1)),
    ]
    assert seen.transitions[0].evidence == finding().evidence
    assert seen.transitions[1].reason == "closing by hand"


async def test_what_is_not_there_or_over_is_told_plainly(store: Store, console: Console) -> None:
    await store.observe(bad(finding()), now=after(0))
    for minute in (1, 2):
        gone = {finding().identity: Clear(SEEN_FLAT, after(minute))}
        await store.observe(Observed(clear=gone), now=after(minute))

    with pytest.raises(AlertNotFound, match="no alert 7"):
        console.queries.alert(7)
    with pytest.raises(AlreadyResolved, match="already resolved"):
        console.commands.acknowledge(1, by="ann", note="x", origin="cli")


async def test_alerts_are_asked_for_by_state_kind_account_and_page(store: Store, console: Console) -> None:
    orphans = [finding(symbol=f"S{each}/USDT:USDT") for each in range(3)]
    phantom = finding(kind=Kind.PHANTOM_POSITION, account="other")
    await store.observe(bad(*orphans), now=after(0))
    await store.observe(bad(phantom, at=1, confirmed=False), now=after(1))
    ask = console.queries.alerts

    assert [alert.id for alert in ask()] == [4, 3, 2, 1]
    assert [alert.id for alert in ask(states=[AlertState.PENDING])] == [4]
    assert [alert.id for alert in ask(kinds=[Kind.ORPHANED_POSITION], limit=2)] == [3, 2]
    assert [alert.id for alert in ask(accounts=["main"], limit=2, offset=2)] == [1]
    assert ask(states=[]) == ask(accounts=["nobody"]) == ()


async def test_positions_are_replaced_as_a_whole_and_carry_their_alerts(
    store: Store, console: Console
) -> None:
    await store.save_positions("main", [position("GONE/USDT:USDT", "agree")])
    await store.save_positions(
        "main",
        [
            position("B/USDT:USDT", "agree"),
            position("A/USDT:USDT", "unknown"),
            position("C/USDT:USDT", "differs"),
            position("AVL/USDT:USDT", "agree"),
        ],
    )
    await store.observe(bad(finding()), now=after(0))

    seen = console.queries.positions()

    assert [(each.symbol.split("/")[0], each.kinds) for each in seen] == [
        ("AVL", ("orphaned_position",)),
        ("C", ()),
        ("A", ()),
        ("B", ()),
    ]
    assert seen[1] == position("C/USDT:USDT", "differs")


async def test_a_position_of_another_account_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="another account"):
        await store.save_positions("other", [position("A/USDT:USDT", "agree")])


async def test_now_shows_the_last_sweep_and_since_when_none_saw_everything(
    store: Store, console: Console
) -> None:
    for sweep in (cycle(at=0), cycle("partial", at=1), cycle("blind", at=2), cycle(at=2, account="other")):
        await store.save_cycle(sweep)

    view = console.queries.now()

    assert [(each.account, each.status, each.last_complete_at) for each in view.cycles] == [
        ("main", "blind", after(0)),
        ("other", "complete", after(2)),
    ]


async def test_a_source_that_goes_down_keeps_the_time_it_was_last_good(
    store: Store, console: Console
) -> None:
    good = SourceView("main", "websocket", "ok", after(1), "live", after(1))
    await store.save_sources([good])
    await store.save_sources([replace(good, state="down", last_ok=None, detail="closed", at=after(2))])

    (seen,) = console.queries.now().sources

    assert (seen.state, seen.last_ok, seen.at) == ("down", after(1), after(2))


async def test_what_is_no_longer_in_the_settings_is_forgotten_and_its_alerts_are_retired(
    store: Store, console: Console, clock: StoppedClock
) -> None:
    main, gone = [await claimed(store, clock, account) for account in ("main", "gone")]
    for account, source in (("main", "rest"), ("main", "ledger:old"), ("gone", "rest")):
        await store.save_sources([SourceView(account, source, "ok", NOON, "", NOON)])
        await store.save_cycle(cycle(account=account))
    await store.observe(bad(finding(account="gone")), now=after(0))

    assert [each.account for each in await store.left_accounts(["main"])] == ["gone"]
    await main.retain(watched("main"), now=after(1))
    await gone.forget("account gone is no longer in the settings", now=after(1))

    view = console.queries.now()
    assert [each.account for each in view.watches] == ["main"]
    assert [(each.account, each.source) for each in view.sources] == [("main", "rest")]
    assert [each.account for each in view.cycles] == ["main"]
    assert view.alerts == ()
    assert [(each.key.account, each.state) for each in view.resolved] == [("gone", AlertState.RETIRED)]


async def test_a_verification_stored_again_is_one_row_and_never_less_than_it_was(
    store: Store, console: Console
) -> None:
    decided = replace(VERIFICATION, verdict="confirmed", grade="proof", decided_by=Source.ORDER)
    ids = [await store.save_verification(each) for each in (VERIFICATION, decided, VERIFICATION)]
    later = replace(VERIFICATION, asked_at=after(1), account="other")
    await store.save_verification(later, '[{"source":"order","executed":"43"}]')

    assert len(set(ids)) == 1
    assert console.queries.verifications(accounts=["main"]) == (replace(decided, id=ids[0]),)
    assert [each.asked_at for each in console.queries.verifications()] == [after(1), after(0)]
    assert len(console.queries.verifications(limit=1, offset=1)) == 1


async def test_latency_is_read_by_series_and_by_source(
    store: Store, console: Console, clock: StoppedClock
) -> None:
    await store.add_latency(
        [
            LatencySample("main", source, Measure.VISIBILITY_LAG, NOON, milliseconds)
            for source, milliseconds in ((Source.REST, 3000.0), (Source.WEBSOCKET, 8.0))
        ]
    )
    clock.utc = after(1)

    series = console.queries.latency(timedelta(hours=1), timedelta(minutes=5), account="main")

    assert [view.source for view in series] == [Source.WEBSOCKET, Source.REST]
    assert console.queries.now().p95_ms == pytest.approx(
        {Source.WEBSOCKET: 8.0, Source.REST: 3000.0}, rel=0.02
    )


async def test_the_version_changes_with_what_is_shown_and_not_with_a_heartbeat(
    store: Store, console: Console, clock: StoppedClock
) -> None:
    held = await claimed(store, clock)
    await held.beat(Heartbeat(NOON, 2.0, NOON, stopped=False))
    seen = [console.queries.version()]
    await held.beat(Heartbeat(after(1), 2.0, NOON, stopped=False))
    assert console.queries.version() == seen[0]

    for change in (
        store.observe(bad(finding()), now=after(0)),
        store.observe(bad(finding(), at=1), now=after(1)),
        store.save_cycle(cycle()),
        store.save_positions("main", [position("A/USDT:USDT", "agree")]),
        store.save_sources([SourceView("main", "rest", "ok", NOON, "", NOON)]),
        store.save_verification(VERIFICATION),
        held.give_back(Heartbeat(after(1), 2.0, NOON, stopped=True)),
        claimed(store, clock),
    ):
        await change
        seen.append(console.queries.version())
    console.commands.acknowledge(1, by="ann", note="x", origin="cli")
    seen.append(console.queries.version())

    assert len(set(seen)) == len(seen)


async def test_what_is_over_is_forgotten_in_its_time_and_what_is_open_never(
    store: Store, console: Console, clock: StoppedClock
) -> None:
    over = finding(symbol="OVER/USDT:USDT")
    await store.observe(bad(finding(), over), now=after(0))
    for minute in (1, 2):
        await store.observe(
            Observed(clear={over.identity: Clear(SEEN_FLAT, after(minute))}), now=after(minute)
        )
    await store.save_verification(VERIFICATION)
    for minute in range(3):
        await store.save_cycle(cycle(at=minute))

    day = timedelta(days=1)
    await store.prune(now=NOON + 2 * day, retention=Retention(alerts=day, verifications=day, cycles=day))

    assert [alert.key for alert in console.queries.alerts()] == [finding().identity]
    assert len(console.queries.alert(1).transitions) == 1
    assert console.queries.verifications() == ()
    with store._database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(CYCLE)).scalar() == 1


def test_the_door_loads_neither_the_exchange_library_nor_the_scheduler() -> None:
    code = "import sys, reconciler.console; print(*{'ccxt', 'apscheduler', 'alembic'} & set(sys.modules))"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == ""
