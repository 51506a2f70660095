"""An opening on the simulated venue through unmodified ccxt, with its answers lost and its lists late."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reconciler.journal import Journal
from simulator.effect import Effect, Filled
from simulator.faults import Garbage, Lag, Phase, RequestAction, RequestFault, Source
from simulator.order import PositionSide
from simulator.server import SimulatedVenue
from tests.wire.simulated import AVL, access_to
from verification.clock import SystemClock
from verification.gateway.account import CcxtVenue
from verification.gateway.trader import CcxtTrader
from verification.leg import Side
from verification.opening import Intent, Opener
from verification.outcome import Exposed, Opened, Outcome, RolledBack, Unknown
from verification.pace import Pace
from verification.verifier import Verifier

pytestmark = pytest.mark.wire

ORDER, ALGO = "/fapi/v1/order", "/fapi/v1/algoOrder"
BUY = Intent(AVL, Side.BUY, Decimal(43), stop_price=Decimal("0.15"))
SELL = Intent(AVL, Side.SELL, Decimal(43), stop_price=Decimal("0.25"))


@dataclass(slots=True)
class Scene:
    """A venue, a bot's opener on it, and what was reported."""

    venue: SimulatedVenue
    opener: Opener
    journal: Journal
    reports: list[Outcome]

    @property
    def held(self) -> Decimal:
        return self.venue.exchange.position(AVL).amount

    def fault(self, action: RequestAction, path: str, phase: Phase = Phase.AFTER, **more: Any) -> None:
        fault = RequestFault(action=action, path=path, phase=phase, method="POST", times=1, **more)
        self.venue.faults.add(fault)

    def lose_after_the_entry(self, phase: Phase) -> None:
        """Lose the answer of the order that follows the one that fills first."""
        filled: list[Effect] = []

        def hear(effect: Effect) -> None:
            if isinstance(effect, Filled) and not filled:
                filled.append(effect)
                self.fault(RequestAction.LOSE, ORDER, phase)

        self.venue.exchange.listen(hear)

    def posts(self, path: str) -> int:
        return len(self.venue.journal.calls("POST", path))


@asynccontextmanager
async def scene(folder: Path, *, hedge: bool = False, deadline: float = 10.0) -> AsyncIterator[Scene]:
    clock, reports = SystemClock(), list[Outcome]()
    async with SimulatedVenue(api_key="the-key", secret="the-secret") as venue:
        if hedge:
            venue.exchange.set_hedge(hedge=True)
        gateway, trader = CcxtVenue(access_to(venue), clock), CcxtTrader(access_to(venue))
        journal = Journal(f"sqlite:///{folder}/bot.db", bot="mine")
        verifier = Verifier(gateway, clock, chance=random.Random(1), pace=Pace(deadline=deadline))
        opener = Opener(gateway, trader, journal, clock, report=reports.append, verifier=verifier)
        try:
            await gateway.connect()
            await trader.connect()
            yield Scene(venue, opener, journal, reports)
        finally:
            await opener.close()
            await verifier.close()
            await trader.close()
            await gateway.close()
            journal.close()


@pytest.mark.parametrize("intent", [BUY, SELL], ids=["long", "short"])
async def test_a_position_is_opened_with_a_stop_that_rests(tmp_path: Path, intent: Intent) -> None:
    async with scene(tmp_path) as on:
        outcome = await on.opener.open(intent)
        assert isinstance(outcome, Opened), outcome
        (stop,) = on.venue.exchange.open_algos(AVL)
        assert str(stop.id) == outcome.stop.order_id
        assert on.held == 43 * intent.side.sign
        assert on.journal.unfinished() == ()
        assert not on.reports


@pytest.mark.parametrize("intent", [BUY, SELL], ids=["long", "short"])
async def test_in_hedge_mode_the_leg_of_the_side_is_opened(tmp_path: Path, intent: Intent) -> None:
    async with scene(tmp_path, hedge=True) as on:
        outcome = await on.opener.open(intent)
        assert isinstance(outcome, Opened), outcome
        side = PositionSide.LONG if intent.side is Side.BUY else PositionSide.SHORT
        assert abs(on.venue.exchange.position(AVL, side).amount) == 43


@pytest.mark.parametrize(
    "doubt",
    [
        {"action": RequestAction.LOSE},
        {"action": RequestAction.ERROR, "status": 503, "code": -1007},
        {"action": RequestAction.GARBAGE, "garbage": Garbage.HTML},
    ],
    ids=["lost", "timeout", "garbage"],
)
@pytest.mark.parametrize("path", [ORDER, ALGO])
async def test_an_answer_that_is_lost_after_its_effect_costs_nothing(
    tmp_path: Path, path: str, doubt: dict[str, Any]
) -> None:
    async with scene(tmp_path) as on:
        on.venue.faults.add(Lag(source=Source.POSITIONS, seconds=3.2))
        on.fault(path=path, **doubt)
        outcome = await on.opener.open(BUY)
        assert isinstance(outcome, Opened), outcome
        assert on.held == 43, "never 86"
        assert (on.posts(ORDER), on.posts(ALGO)) == (1, 1), "nothing is sent twice"


async def test_an_entry_that_never_arrived_is_unknown_and_left_to_a_person(tmp_path: Path) -> None:
    async with scene(tmp_path, deadline=1.0) as on:
        on.fault(RequestAction.LOSE, ORDER, Phase.BEFORE)
        outcome = await on.opener.open(BUY)
        assert isinstance(outcome, Unknown), outcome
        assert on.reports == [outcome]
        assert on.posts(ORDER) == 1
        (record,) = on.journal.unfinished()
        assert isinstance(await on.opener.recover(record), Unknown)


@pytest.mark.parametrize("hedge", [False, True])
async def test_a_rejected_stop_is_rolled_back_and_the_close_is_proved(tmp_path: Path, *, hedge: bool) -> None:
    async with scene(tmp_path, hedge=hedge) as on:
        on.venue.faults.add(Lag(source=Source.POSITIONS, seconds=3.2))
        on.fault(RequestAction.ERROR, ALGO, Phase.BEFORE, status=400, code=-2021, message="No.")
        outcome = await on.opener.open(BUY)
        assert isinstance(outcome, RolledBack), outcome
        assert "-2021" in outcome.reason
        assert all(row.amount == 0 for row in on.venue.exchange.positions())
        exit_ = on.venue.journal.calls("POST", ORDER)[-1].params
        assert (exit_["side"], exit_.get("reduceOnly")) == ("SELL", None if hedge else "true")
        assert on.journal.unfinished() == ()


async def test_an_exit_whose_answer_is_lost_is_proved_by_its_id(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        on.fault(RequestAction.ERROR, ALGO, Phase.BEFORE, status=400, code=-2021, message="No.")
        on.lose_after_the_entry(Phase.AFTER)
        outcome = await on.opener.open(BUY)
        assert isinstance(outcome, RolledBack), outcome
        assert on.held == 0
        assert on.posts(ORDER) == 2


async def test_an_exit_that_never_arrived_is_exposed_and_told(tmp_path: Path) -> None:
    async with scene(tmp_path, deadline=1.0) as on:
        on.fault(RequestAction.ERROR, ALGO, Phase.BEFORE, status=400, code=-2021, message="No.")
        on.lose_after_the_entry(Phase.BEFORE)
        outcome = await on.opener.open(BUY)
        assert isinstance(outcome, Exposed), outcome
        assert on.reports == [outcome]
        assert on.held == 43
        assert on.posts(ORDER) == 2


async def test_a_market_order_that_finds_less_is_protected_as_it_is(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        on.venue.exchange.shape(AVL, liquidity=Decimal(20))
        outcome = await on.opener.open(BUY)
        assert isinstance(outcome, Opened), outcome
        assert outcome.quantity == 20
        assert outcome.stop.quantity == 20


async def test_without_margin_nothing_is_opened(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        outcome = await on.opener.open(Intent(AVL, Side.BUY, Decimal(90_000_000), Decimal("0.15")))
        assert "-2019" in outcome.reason
        assert on.held == 0
