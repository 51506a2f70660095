"""Whoever trades on the simulated venue, each change of a leg is told of who truly made it, or of nobody."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reconciler.account.explaining import Explaining
from reconciler.account.memory.counted import Patience
from reconciler.account.watch import AccountWatch, Rules
from reconciler.facts.attribution import By
from reconciler.facts.change import Explained
from reconciler.facts.expectation import Direction, Expectation, ExpectationState, LedgerReading
from reconciler.ledgers.registry import marks_of_others
from reconciler.storage.store import Store
from simulator.engine.order import AlgoOrder, Order
from simulator.faults.faults import Phase, RequestAction, RequestFault
from simulator.server import SimulatedVenue
from tests.wire.faces import BYBIT, Face
from tests.wire.simulated import AVL, long_leg, order, running, short_leg, stop
from verification.facts.account import PositionMode
from verification.facts.clock import SystemClock

pytestmark = pytest.mark.wire

QUICK = Patience(timedelta(0), timedelta(0), enough=2, late=timedelta(0), grace=timedelta(0))


class Bot:
    """A ledger whose bot writes down its orders, and nothing of anybody else's."""

    name = "mybot"

    def __init__(self) -> None:
        self.entries: list[str] = []
        self.stops: list[str] = []

    def read(self) -> LedgerReading:
        row = Expectation(
            ledger="mybot",
            row_id="7",
            symbol=AVL,
            direction=Direction.LONG,
            unit_size=None,
            expected=Decimal(100),
            expected_low=Decimal(0),
            expected_high=Decimal(200),
            step=None,
            state=ExpectationState.OPEN,
            entry_order_ids=tuple(self.entries),
            stop_order_ids=tuple(self.stops),
        )
        return LedgerReading("mybot", (row,), SystemClock().now(), None)

    def version(self) -> object:
        return object()


class Scene:
    """A watched account, and the truth: who has sent which order, and how much of it has traded."""

    def __init__(self, face: Face, venue: SimulatedVenue, watch: AccountWatch, bot: Bot) -> None:
        self.face, self.venue, self.watch, self.bot = face, venue, watch, bot
        self.truth: dict[str, tuple[By, Decimal]] = {}

    def begin(self, store: Store) -> None:
        """Be a process that has just been started."""
        self.store = store
        self.explaining = Explaining(
            self.watch, store, SystemClock(), patience=QUICK, marks=marks_of_others({"freqtrade"})
        )

    def sent(self, by: By, quantity: str, **more: Any) -> Order:
        placed = order(self.venue, quantity, **more)
        self.did(by, placed)
        return placed

    def did(self, by: By, placed: Order | AlgoOrder, executed: str | None = None) -> None:
        amount = Decimal(executed) if executed else placed.side.sign * placed.quantity
        self.truth[self.face.wire_id(placed)] = (by, amount)

    async def look(self, until: Callable[[Explained], bool] = lambda _: True) -> Explained:
        """Look and count until it is as it should be; a test that waits in vain runs out of its time."""
        while True:
            self.explaining.looked(await self.watch.look())
            await self.explaining.step()
            told = await self.store.changes.explained("main", now=SystemClock().now().utc)
            if until(told):
                return told

    async def told(self) -> Explained:
        """Look until as many orders are told of as have traded, and nobody is waited for."""
        return await self.look(
            lambda told: len(told.latest) == len(self.truth) and not told.counts.get(By.WAITING)
        )


@asynccontextmanager
async def watched(face: Face, folder: Path, *, hedge: bool = False) -> AsyncIterator[Scene]:
    def prepare(venue: SimulatedVenue) -> None:
        if hedge:
            venue.exchange.set_hedge(hedge=True)

    async with (
        running(prepare, face=face) as (venue, gateway),
        Store.open(f"sqlite:///{folder / 'state.db'}") as store,
    ):
        bot = Bot()
        watch = AccountWatch(gateway.venue, [bot], Rules(), SystemClock())
        try:
            scene = Scene(face, venue, watch, bot)
            scene.begin(store)
            await scene.look(lambda told: told.since is not None)
            yield scene
        finally:
            watch.close()


def matches(told: Explained, truth: dict[str, tuple[By, Decimal]]) -> None:
    assert {each.order_id: (each.who.by, each.contracts) for each in told.latest} == truth


async def test_each_change_is_of_who_truly_made_it(face: Face, tmp_path: Path) -> None:
    async with watched(face, tmp_path) as scene:
        entry = scene.sent(By.LEDGER, "100", client_id="x-cvBPrNm9-mine")
        scene.bot.entries.append(face.wire_id(entry))
        await scene.told()
        scene.sent(By.HAND, "-20", reduce_only=True, owner="hand")
        scene.sent(By.NOBODY, "50", client_id="plain")
        marked = "Hummingbot-1" if face is BYBIT else "x-nbQe1H39-1"
        scene.sent(By.BOT, "30", client_id=marked)
        told = await scene.told()
        matches(told, scene.truth)
        by = {each.who.by: each for each in told.latest}
        assert (by[By.LEDGER].who.name, by[By.LEDGER].who.row, by[By.LEDGER].who.role) == (
            "mybot",
            "7",
            "entry",
        )
        assert by[By.HAND].who.name == ("web page or app" if face is BYBIT else "web page")
        assert (by[By.BOT].who.name, by[By.BOT].client_order_id) == ("hummingbot", marked)
        assert [each.who.by for each in told.unexplained] == [By.NOBODY]
        assert (told.explained, told.not_explained, told.ratio) == (3, 1, 0.75)


@pytest.mark.parametrize(
    ("how", "cause"),
    [({}, "liquidation"), ({"deleverage": True}, "adl"), ({"settle": True}, "settlement")],
)
async def test_what_the_venue_did_is_its_own(
    face: Face, tmp_path: Path, how: dict[str, Any], cause: str
) -> None:
    async with watched(face, tmp_path) as scene:
        scene.bot.entries.append(face.wire_id(scene.sent(By.LEDGER, "100", client_id="mine")))
        await scene.told()
        scene.venue.exchange.liquidate(AVL, **how)
        told = await scene.look(lambda told: len(told.latest) == 2)
        last = told.latest[0]
        assert (last.who.by, last.who.name, last.contracts) == (By.VENUE, cause, Decimal(-100))
        assert told.ratio == 1


async def test_a_stop_that_fired_is_the_bots_own(face: Face, tmp_path: Path) -> None:
    async with watched(face, tmp_path) as scene:
        scene.bot.entries.append(face.wire_id(scene.sent(By.LEDGER, "100", client_id="mine")))
        placed = stop(scene.venue, "-100", "0.1", reduce_only=True, client_id="its-stop")
        scene.bot.stops.append(face.wire_id(placed))
        await scene.told()
        scene.venue.exchange.set_price(AVL, Decimal("0.09"))
        told = await scene.look(lambda told: len(told.latest) == 2 and not told.counts.get(By.WAITING))
        assert (told.latest[0].who.by, told.latest[0].who.role) == (By.LEDGER, "stop")
        assert told.latest[0].contracts == -100


async def test_what_happens_while_nobody_watches_is_told_after_a_restart_and_counted_once(
    face: Face, tmp_path: Path
) -> None:
    async with watched(face, tmp_path) as scene:
        scene.bot.entries.append(face.wire_id(scene.sent(By.LEDGER, "100", client_id="mine")))
        await scene.told()
        scene.sent(By.HAND, "-40", reduce_only=True, owner="hand")
        scene.begin(scene.store)
        told = await scene.told()
        matches(told, scene.truth)
        scene.begin(scene.store)
        matches(await scene.told(), scene.truth)


async def test_trades_that_cannot_be_read_are_not_read_and_never_nobodys(face: Face, tmp_path: Path) -> None:
    async with watched(face, tmp_path) as scene:
        fault = RequestFault(action=RequestAction.ERROR, phase=Phase.BEFORE, path=face.trades, status=503)
        scene.venue.faults.add(fault)
        scene.sent(By.HAND, "100", owner="hand", client_id=None)
        told = await scene.look(lambda told: bool(told.unexplained))
        assert [(each.who.by, each.contracts) for each in told.unexplained] == [(By.NOT_READ, Decimal(100))]
        assert told.ratio == 0
        scene.venue.faults.clear()
        told = await scene.told()
        assert sum((each.contracts for each in told.latest), Decimal(0)) == 100
        assert By.NOT_READ not in told.counts


async def test_legs_of_a_hedged_account_do_not_mix(face: Face, tmp_path: Path) -> None:
    async with watched(face, tmp_path, hedge=True) as scene:
        assert scene.watch.venue.mode is PositionMode.HEDGE
        entry = scene.sent(By.LEDGER, "100", client_id="mine", **long_leg())
        scene.bot.entries.append(face.wire_id(entry))
        scene.sent(By.NOBODY, "-30", client_id="plain", **short_leg())
        told = await scene.told()
        matches(told, scene.truth)
        assert {each.order_id: each.leg for each in told.latest}[face.wire_id(entry)] == "long"
