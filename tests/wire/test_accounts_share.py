"""Accounts that are alike share connections and the market list; what differs shares nothing, keys never."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest

from tests.verification.venues.samples import AVL, account_update, pushed_position
from tests.wire.conftest import QUICK, Watched, binance
from tests.wire.scripted import EXCHANGE_INFO, Reply, ScriptedVenue, access_to, plain
from tests.wire.test_markets_change_while_running import HOUR, LaterClock, info
from verification.budget.purpose import Purpose, asked_for
from verification.facts.clock import Clock, SystemClock
from verification.facts.errors import CredentialsRejected, SourceError, SourceUnreachable
from verification.venues.ccxt import connections
from verification.venues.ccxt.outgoing import GovernorRegistry
from verification.venues.gateway.account import CcxtVenue

pytestmark = pytest.mark.wire

INFO = "GET /fapi/v1/exchangeInfo"
REFUSED = Reply(json.dumps({"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."}), 401)

Account = Callable[..., CcxtVenue]


@pytest.fixture
async def account(scripted: ScriptedVenue) -> AsyncIterator[Account]:
    """Make accounts of the scripted venue, and close them at the end."""
    clock, async_stack = SystemClock(), AsyncExitStack()
    governors = GovernorRegistry(clock)
    async with async_stack as stack:

        def made(name: str, clock: Clock = clock, egress: str = "", **ccxt: Any) -> CcxtVenue:
            access = replace(
                access_to(scripted.port, **ccxt), account=name, api_key=f"key-of-{name}", egress=egress
            )
            venue = CcxtVenue(access, clock, known, governors)
            stack.push_async_callback(venue.close)
            return venue

        known = binance(QUICK)
        yield made


async def test_accounts_that_are_alike_read_the_market_list_once(
    scripted: ScriptedVenue, account: Account
) -> None:
    accounts = [account(name) for name in "abc"]
    await asyncio.gather(*(each.connect() for each in accounts))
    late = account("late")
    await late.connect()
    assert scripted.count(INFO) == 1
    assert all(each.markets[AVL] is late.markets[AVL] for each in accounts)


@pytest.mark.parametrize(
    "other",
    [
        {"egress": "another"},
        {"httpProxy": ""},
        {"options": {"defaultMarginMode": "isolated"}},
        {"timeout": 9000},
        {"verify": False},
    ],
)
async def test_accounts_that_differ_in_anything_but_their_keys_share_nothing(
    scripted: ScriptedVenue, account: Account, other: dict[str, Any]
) -> None:
    one, two = account("one"), account("two", **other)
    await one.connect()
    await two.connect()
    assert scripted.count(INFO) == 2
    connectors = {venue._urgent.exchange.session.connector for venue in (one, two)}
    assert len(connectors) == 2


async def test_each_account_asks_with_its_own_key_and_keeps_its_own_cookies(account: Account) -> None:
    one, two = account("one"), account("two")
    await asyncio.gather(one.connect(), two.connect())
    mine, other = (venue._urgent.exchange for venue in (one, two))
    assert mine.session.connector is other.session.connector
    assert (mine.apiKey, other.apiKey) == ("key-of-one", "key-of-two")
    assert mine.session.cookie_jar is not other.session.cookie_jar


async def test_one_accounts_end_takes_no_connection_from_the_others(
    scripted: ScriptedVenue, account: Account
) -> None:
    one, two = account("one"), account("two")
    watched = Watched(two)
    await asyncio.gather(one.connect(), two.connect())
    await watched.live()
    await one.read_positions()
    await one.close()
    dialled = scripted.dialled
    await scripted.push(account_update(pushed_position("43")))
    await watched.facts(1)
    assert (await two.read_positions()).positions == ()
    assert scripted.dialled == dialled


async def test_the_last_end_leaves_no_connection(scripted: ScriptedVenue, account: Account) -> None:
    before = connections.OF_PROCESS.pools()
    one, two = account("one"), account("two")
    await asyncio.gather(one.connect(), two.connect())
    (pool,) = set(connections.OF_PROCESS.pools()) - set(before)
    await one.close()
    assert pool in connections.OF_PROCESS.pools()
    await two.close()
    assert pool not in connections.OF_PROCESS.pools()
    await scripted.until(lambda: scripted.streams == [])


async def test_a_failure_of_the_shared_reading_is_the_failure_of_all_who_wait(
    scripted: ScriptedVenue, account: Account
) -> None:
    gate = asyncio.Event()
    whole, scripted.answers[INFO] = scripted.answers[INFO], Reply("busy", 503, gate=gate)
    accounts = [account(name) for name in "abc"]
    connecting = [asyncio.create_task(each.connect()) for each in accounts]
    await scripted.until(lambda: scripted.count(INFO) == 1)
    gate.set()
    failures = await asyncio.gather(*connecting, return_exceptions=True)
    assert [type(each) for each in failures] == [SourceUnreachable] * 3
    assert scripted.count(INFO) == 1
    scripted.answers[INFO] = whole
    await accounts[0].connect()
    await asyncio.gather(*(each.connect() for each in accounts[1:]))
    assert scripted.count(INFO) == 2


async def test_a_reading_that_somebody_urgent_waits_for_is_as_urgent(
    scripted: ScriptedVenue, account: Account
) -> None:
    one, two = account("one"), account("two")
    await asyncio.gather(one.connect(), two.connect())
    gate = asyncio.Event()
    scripted.answers[INFO] = Reply(json.dumps(EXCHANGE_INFO), gate=gate)
    wanted = frozenset({"NEW/USDT:USDT"})
    with asked_for(Purpose.SWEEP):
        sweeping = asyncio.create_task(one._list.refresh(wanted))
    await scripted.until(lambda: scripted.count(INFO) == 2)
    shared = one._list._shared
    assert shared is not None
    purpose: Callable[[], Purpose] = lambda: shared._shared.purpose  # noqa: E731 - it changes
    assert purpose() is Purpose.SWEEP
    with asked_for(Purpose.VERIFICATION):
        looking = asyncio.create_task(two._list.refresh(wanted))
    while purpose() is not Purpose.VERIFICATION:  # noqa: ASYNC110 - its first turn of the loop
        await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(sweeping, looking)


async def test_a_refusal_is_the_failure_of_whoever_was_refused(
    scripted: ScriptedVenue, account: Account
) -> None:
    whole = scripted.answers[INFO]
    asked = iter((REFUSED, whole))
    scripted.answers[INFO] = lambda _: _reply(next(asked))
    one, two = account("one"), account("two")
    failures = await asyncio.gather(one.connect(), two.connect(), return_exceptions=True)
    assert [type(each) for each in failures] == [CredentialsRejected, type(None)]


def _reply(told: Any) -> Reply:
    assert isinstance(told, Reply)
    return told


async def test_whoever_is_cut_off_while_reading_for_all_leaves_it_to_the_next(
    scripted: ScriptedVenue, account: Account
) -> None:
    gate = asyncio.Event()
    whole, scripted.answers[INFO] = scripted.answers[INFO], Reply(json.dumps(EXCHANGE_INFO), gate=gate)
    one, two = account("one"), account("two")
    first = asyncio.create_task(one.connect())
    await scripted.until(lambda: scripted.count(INFO) == 1)
    second = asyncio.create_task(two.connect())
    scripted.answers[INFO] = whole
    first.cancel()
    await second
    gate.set()
    assert AVL in two.markets
    assert scripted.count(INFO) == 2


async def test_what_is_new_to_one_account_is_known_to_the_others_from_their_next_read_on(
    scripted: ScriptedVenue, account: Account
) -> None:
    one, two = account("one"), account("two")
    await asyncio.gather(one.connect(), two.connect())
    scripted.answers[INFO] = info("AVLUSDT", "BTCUSDT", "NEWUSDT")
    assert (await one.read(frozenset({"NEW/USDT:USDT"}))).unlisted == frozenset()
    await two.read()
    assert "NEW/USDT:USDT" in two.markets
    assert scripted.count(INFO) == 2


async def test_facts_that_grow_old_are_told_by_every_account_that_uses_them(
    scripted: ScriptedVenue, account: Account
) -> None:
    clock = LaterClock()
    row = {"symbol": "AVLUSDT", "positionSide": "BOTH", "positionAmt": "5", "updateTime": 1_700_000_000_000}
    scripted.answers["GET /fapi/v3/positionRisk"] = plain([row])  # it tells the mode: there is room for all
    one, two = account("one", clock), account("two", clock)
    await asyncio.gather(one.connect(), two.connect())
    assert scripted.count(INFO) == 1
    scripted.answers[INFO] = Reply("busy", 503)
    clock.later += HOUR + 1000
    for each in (one, two):
        (remark,) = (await each.read()).remarks
        assert remark.startswith("the market list is of ")
    with pytest.raises(SourceError):
        await account("late", clock).connect()
    scripted.answers[INFO] = plain(EXCHANGE_INFO)
    clock.later += 100
    assert [(await each.read()).remarks for each in (one, two)] == [(), ()]


async def test_what_is_shared_cannot_be_changed(account: Account) -> None:
    one = account("one")
    await one.connect()
    with pytest.raises(TypeError):
        one.markets[AVL] = one.markets[AVL]  # type: ignore[index] # what must not be possible
    exchange = one._urgent.exchange
    for table in (exchange.markets, exchange.markets[AVL], exchange.markets[AVL]["info"]):
        with pytest.raises(TypeError):
            table["symbol"] = "another"
    with pytest.raises(TypeError):
        exchange.symbols.append("another")
    one._markets.refuse(AVL)
    two = account("two")
    await two.connect()
    assert AVL not in one.markets
    assert AVL in two.markets
