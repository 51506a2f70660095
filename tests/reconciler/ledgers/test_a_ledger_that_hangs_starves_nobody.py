"""A read of a ledger that does not come back is a failed read, in time, and a matter of that ledger alone."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pytest
from typing_extensions import TypeVarTuple, Unpack, override

from reconciler.account.ledger_reader import READ_SECONDS, LedgerReader
from reconciler.facts.expectation import LedgerReading
from reconciler.facts.finding import Kind
from reconciler.ledgers.journal import JournalLedger
from reconciler.ledgers.port import Ledger, LedgerTrouble, LedgerUnreadable
from tests.reconciler.accounts import SYMBOL
from tests.reconciler.house import House
from tests.reconciler.two_accounts import Both, serve
from tests.virtual_time import ThreadlessLoop, VirtualClock, run
from verification.facts.clock import SystemClock
from verification.facts.leg import Side

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Hangs(Exception):
    """Raised by work that would hang in its thread."""


class HangingLoop(ThreadlessLoop):
    """Keeps what hangs until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.hanging: list[asyncio.Future[Any]] = []

    @override
    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> asyncio.Future[T]:
        future = super().run_in_executor(executor, func, *args)
        if not isinstance(future.exception(), Hangs):
            return future
        stuck: asyncio.Future[T] = self.create_future()
        self.hanging.append(stuck)
        return stuck

    def let_go(self) -> None:
        """Let what hung come back, with an error that nobody waits for."""
        while self.hanging:
            self.hanging.pop().set_exception(OSError("stale file handle"))


class OneRowless:
    """A ledger without rows that hangs while it is told to."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.hangs = False
        self.asked = 0

    def version(self) -> object:
        return self.read()

    def read(self) -> LedgerReading:
        self.asked += 1
        if self.hangs:
            raise Hangs
        return LedgerReading(self.name, (), SystemClock().now(), None)


def test_a_read_that_hangs_fails_in_time_and_then_at_once_until_it_is_back() -> None:
    loop = HangingLoop()

    async def story() -> None:
        ledger = OneRowless("mine")
        reader = LedgerReader(ledger, VirtualClock())
        ledger.hangs = True
        waited = []
        for _ in range(3):
            began = loop.time()
            with pytest.raises(LedgerUnreadable) as raised:
                await reader.read()
            assert (raised.value.trouble, raised.value.again) == (LedgerTrouble.TIMEOUT, True)
            assert str(raised.value).startswith("ledger mine: ")
            waited.append(loop.time() - began)
        assert waited == [READ_SECONDS, 0, 0]
        assert ledger.asked == 1  # its thread got nothing else
        ledger.hangs = False
        with pytest.raises(LedgerUnreadable):
            await reader.read()
        loop.let_go()
        assert (await reader.read()).rows == ()
        reader.close()

    run(story(), loop)


def test_who_waits_behind_a_read_that_hangs_is_told_with_it() -> None:
    loop = HangingLoop()

    async def story() -> None:
        ledger = OneRowless("mine")
        reader = LedgerReader(ledger, VirtualClock())
        ledger.hangs = True
        endings = await asyncio.gather(reader.read(), reader.version(), return_exceptions=True)
        assert [type(each) for each in endings] == [LedgerUnreadable, LedgerUnreadable]
        assert loop.time() == READ_SECONDS
        reader.close()

    run(story(), loop)


async def test_in_real_threads_each_ledger_has_one_of_its_own() -> None:
    let_go = threading.Event()
    stuck, well = (
        LedgerReader(OneRowless("stuck"), SystemClock(), seconds=0.05),
        LedgerReader(OneRowless("well"), SystemClock()),
    )
    try:
        with pytest.raises(LedgerUnreadable):
            await stuck.do(let_go.wait)
        names = [await well.do(lambda: threading.current_thread().name) for _ in range(2)]
        with pytest.raises(LedgerUnreadable):
            await stuck.read()
    finally:
        let_go.set()
    assert names == ["ledger well", "ledger well"]
    assert not any(each.name == "ledger stuck" and not each.daemon for each in threading.enumerate())
    with pytest.raises(ZeroDivisionError):
        await well.do(lambda: 1 // 0)
    assert (await well.read()).rows == ()
    stuck.close()
    well.close()
    assert not [each.name for each in threading.enumerate() if each.name in {"ledger well", "ledger stuck"}]


def test_a_ledger_that_hangs_is_told_and_the_ledger_beside_it_and_the_other_account_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = HangingLoop()
    stuck = OneRowless("stuck")

    def ledgers(house: House) -> list[Ledger]:
        return [stuck, JournalLedger("beside", f"sqlite:///{house.bot}", clock=house.clock)]

    async def story(both: Both) -> None:
        house = both.house
        house.open_trade()
        await house.quiet(10)
        assert both.cycle("other").legs == 1
        stuck.hangs = True
        read: list[str] = []
        both.unit._ledger_watch._on_change = lambda change: read.append(change.reading.ledger)
        await house.quiet(2)
        house.journal.opening(SYMBOL, Side.BUY, Decimal(1), client_order_id="e2")
        await house.until(lambda: "beside" in read, within=1, what="news of the ledger beside it")
        house.venue.hold("60")
        await house.until(lambda: both.alert(Kind.LEDGER_UNREADABLE, "other", "stuck"), within=40)
        await house.until(lambda: both.alert(Kind.QUANTITY_MISMATCH, "main"), within=25)
        assert both.alert(Kind.LOOK_FAILED, "other") is None
        assert not both.stalled()
        assert both.cycle("other").status == "partial"
        stuck.hangs = False
        loop.let_go()
        await house.until(lambda: both.alert(Kind.LEDGER_UNREADABLE, "other") is None, within=60)

    serve(tmp_path, monkeypatch, story, ledgers=ledgers, loop=loop)
