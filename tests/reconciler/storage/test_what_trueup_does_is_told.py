"""What is stored of Trueup itself, and read by the pages Health, Audit, Verifications and Latency."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from reconciler.alerts.event import Observed
from reconciler.console import Console, NoSuchChannel, TakenMeanwhile
from reconciler.facts.act import Act
from reconciler.facts.message import ChannelView
from reconciler.facts.token import Role
from reconciler.storage.process_states import PROCESS
from reconciler.storage.service_store import ServiceStore
from reconciler.views.audit import ActsWanted
from reconciler.views.health import BudgetView, JobView, ProcessView, WaitingView
from reconciler.views.verification import VerificationsWanted
from tests.reconciler.alert_life import NOON, after, finding
from tests.reconciler.storage.test_console import VERIFICATION, StoppedClock
from tests.reconciler.storage.test_every_earlier_revision import bad
from verification.facts.observation import Source
from verification.latency.sample import LatencySample, Measure

EVERYTHING = ActsWanted()


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
async def store(state_url: str) -> AsyncIterator[ServiceStore]:
    async with ServiceStore.open(state_url) as opened:
        yield opened


@pytest.fixture
def console(state_url: str, clock: StoppedClock) -> Iterator[Console]:
    with Console.open(state_url, clock=clock) as opened:
        yield opened


def process(name: str = "vega 1841", **changes: Any) -> ProcessView:
    budget = BudgetView(
        "Binance", "home", ("main",), 412, 80, 2400, 480, 1440, 60, after(2), 1, (("main", "/x", after(1)),)
    )
    job = JobView("sweep", "main", 15, NOON, 1.2, "", late=False)
    told = ProcessView(
        name, NOON, after(-60), (("Trueup", "1"),), (budget,), (job,), (), (WaitingView("phone", None),)
    )
    return replace(told, **changes)


async def test_what_a_process_says_of_itself_is_read_as_it_was_said_and_ends_with_it(
    store: ServiceStore, console: Console
) -> None:
    await store.save_process(process())
    await store.save_process(process("deneb 9", at=after(1)))
    assert console.insight.health().processes == (process("deneb 9", at=after(1)), process())

    await store.forget_process("deneb 9")
    assert console.insight.health().processes == (process(),)

    await store.save_process(process("deneb 10", at=after(60 * 25)))
    assert [each.process for each in console.insight.health().processes] == ["deneb 10"]


async def test_what_another_version_said_of_itself_is_told_as_not_read(
    store: ServiceStore, console: Console
) -> None:
    await store.save_process(process())
    with store.shared.database.write() as connection:
        connection.execute(sa.update(PROCESS).values(told='{"process": "vega 1841", "mood": "fine"}'))

    health = console.insight.health()

    assert (health.processes, health.unreadable) == ((), ("vega 1841",))


async def test_a_test_of_a_channel_is_asked_for_sent_by_one_process_once_and_answered(
    store: ServiceStore, console: Console, clock: StoppedClock
) -> None:
    await store.save_channels([ChannelView("phone", NOON, NOON)])

    number = console.commands.try_channel("phone", by="ann")
    with pytest.raises(TakenMeanwhile, match="ann has it tried"):
        console.commands.try_channel("phone", by="ben")
    assert await store.take_up_tests(["mail"], "vega 1", now=NOON) == ()
    (taken_up,) = await store.take_up_tests(["phone", "mail"], "vega 1", now=NOON)
    assert await store.take_up_tests(["phone"], "deneb 2", now=NOON) == ()
    await store.answer_test(number, taken=True, said="HTTP 200", now=after(0.1))

    (test,) = console.insight.health().tests
    assert (taken_up.id, test.id, test.channel, test.asked_by) == (number, number, "phone", "ann")
    assert (test.answered_at, test.taken, test.said) == (after(0.1), True, "HTTP 200")
    clock.utc = after(0.2)
    assert console.commands.try_channel("phone", by="ben") > number, (
        "one that was answered is in nobody's way"
    )


async def test_a_test_that_nobody_sends_is_given_up_after_a_minute_and_not_sent_late(
    store: ServiceStore, console: Console, clock: StoppedClock
) -> None:
    await store.save_channels([ChannelView("phone", NOON, NOON)])
    console.commands.try_channel("phone", by="ann")
    clock.utc = after(2)

    assert await store.take_up_tests(["phone"], "vega 1", now=after(2)) == ()
    assert console.commands.try_channel("phone", by="ben")


def test_a_channel_that_nobody_serves_is_refused_in_words(console: Console) -> None:
    with pytest.raises(NoSuchChannel, match="no channel of this name"):
        console.commands.try_channel("phone", by="ann")


async def test_who_did_what_is_one_list_whatever_table_it_stands_in(
    store: ServiceStore, console: Console, clock: StoppedClock
) -> None:
    await store.observe(Observed((bad(finding()),)), now=NOON)
    await store.save_channels([ChannelView("phone", NOON, NOON)])
    await store.add_act(Act(after(5), "", "cli", "settings taken", "", "account swing added"))
    (alert,) = console.queries.alerts()
    clock.utc = after(1)
    console.commands.acknowledge(alert.id, by="ann", note="<b>setting</b> a stop", origin="dashboard")
    clock.utc = after(2)
    console.tokens.revoke(console.tokens.new(role=Role.OPERATOR, name="the phone of ann")[0].id)
    clock.utc = after(3)
    console.commands.try_channel("phone", by="ben")

    told = [
        (act.at, act.actor, act.action, act.subject, act.note) for act in console.insight.acts(EVERYTHING)
    ]

    assert told == [
        (after(5), "", "settings taken", "", "account swing added"),
        (after(3), "ben", "channel tried", "phone", "no answer"),
        (after(2), "", "token made", "the phone of ann, operator", ""),
        (after(2), "", "token revoked", "the phone of ann, operator", ""),
        (after(1), "ann", "acknowledged", "AVL/USDT:USDT", "<b>setting</b> a stop"),
    ]
    ours = console.insight.acts(ActsWanted(actors=("trueup",), ours=True))
    assert [(act.at, act.kind, act.alert_id) for act in ours] == [
        (NOON, finding().identity.kind.value, alert.id)
    ]


@pytest.mark.parametrize(
    ("wanted", "actions"),
    [
        (ActsWanted(actors=("ann",)), ["noted"]),
        (ActsWanted(actions=("settings taken",)), ["settings taken"]),
        (ActsWanted(account="main"), ["noted"]),
        (ActsWanted(text="SWING"), ["settings taken"]),
        (ActsWanted(since=after(4)), ["settings taken"]),
        (ActsWanted(until=after(4)), ["noted"]),
        (ActsWanted(text="nobody said this"), []),
    ],
)
async def test_acts_are_narrowed_by_whom_what_where_when_and_text(
    wanted: ActsWanted, actions: list[str], store: ServiceStore, console: Console, clock: StoppedClock
) -> None:
    await store.observe(Observed((bad(finding()),)), now=NOON)
    await store.add_act(Act(after(5), "", "cli", "settings taken", "", "account swing added"))
    (alert,) = console.queries.alerts()
    clock.utc = after(1)
    console.commands.note(alert.id, by="ann", note="looking", origin="dashboard")

    assert [act.action for act in console.insight.acts(wanted)] == actions


async def test_verifications_are_found_by_what_was_asked_and_counted_by_their_verdicts(
    store: ServiceStore, console: Console
) -> None:
    await store.save_verification(VERIFICATION)
    await store.save_verification(replace(VERIFICATION, symbol="XRP_%/USDT:USDT", verdict="refuted"))
    await store.save_verification(replace(VERIFICATION, account="swing", verdict="confirmed"))

    every = console.insight.found(VerificationsWanted())
    assert (len(every.page), every.counts) == (3, {"unknown": 1, "refuted": 1, "confirmed": 1})
    assert every.oldest == VERIFICATION.asked_at
    refuted = console.insight.found(VerificationsWanted(verdicts=("refuted",)))
    assert ([each.symbol for each in refuted.page], refuted.counts) == (["XRP_%/USDT:USDT"], every.counts)
    assert len(console.insight.found(VerificationsWanted(text="xrp_%")).page) == 1
    assert len(console.insight.found(VerificationsWanted(text="%")).page) == 1, "a sign is only itself"
    assert [each.account for each in console.insight.found(VerificationsWanted(account="swing")).page] == [
        "swing"
    ]
    assert console.insight.found(VerificationsWanted(since=after(600))).counts == {}


async def test_who_decided_is_counted_and_nobody_is_a_count_of_its_own(
    store: ServiceStore, console: Console
) -> None:
    await store.save_verification(replace(VERIFICATION, asked_at=NOON, decided_by=Source.WEBSOCKET))
    await store.save_verification(replace(VERIFICATION, asked_at=after(-1), decided_by=Source.REST))
    await store.save_verification(
        replace(VERIFICATION, asked_at=after(-2), decided_by=None, verdict="unknown")
    )
    await store.save_verification(
        replace(VERIFICATION, asked_at=after(-3), decided_by=None, verdict="resting")
    )
    await store.save_verification(replace(VERIFICATION, asked_at=after(-99), decided_by=Source.ORDER))

    found = console.insight.decided(timedelta(minutes=60))

    assert [(each.source, each.count) for each in found] == [
        (Source.WEBSOCKET, 1),
        (Source.REST, 1),
        (None, 1),
    ]


async def test_the_totals_of_each_account_are_those_of_its_samples(
    store: ServiceStore, console: Console
) -> None:
    await store.add_latency(
        [
            LatencySample(account, Source.REST, Measure.REQUEST_TIME, after(-minute), ms)
            for account, ms in (("main", 10.0), ("swing", 1000.0))
            for minute in (1, 2, 3)
        ]
    )

    found = {each.account: each for each in console.insight.latency_by_account(timedelta(hours=24))}

    assert {name: each.points for name, each in found.items()} == {"main": (), "swing": ()}
    assert found["main"].total is not None
    assert found["swing"].total is not None
    assert (found["main"].total.count, found["swing"].total.max_ms) == (3, 1000.0)
