"""A bot is killed while an order of its opening is at the venue; its next life carries it through."""

import asyncio
import json
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from reconciler.journal import Journal
from simulator.effect import AlgoChanged, Effect, Filled
from simulator.faults import RequestAction, RequestFault
from simulator.server import SimulatedVenue
from tests.wire.simulated import AVL, access_to
from verification.clock import SystemClock
from verification.gateway.account import CcxtVenue
from verification.gateway.trader import CcxtTrader
from verification.opening import Opener
from verification.outcome import Closed, Opened, Outcome

pytestmark = [pytest.mark.wire, pytest.mark.processes]

ROOT = Path(__file__).parents[2]
Moment = Callable[[Effect], bool]


def entry_fills(effect: Effect) -> bool:
    return isinstance(effect, Filled) and effect.position.amount == 43


def stop_rests(effect: Effect) -> bool:
    return isinstance(effect, AlgoChanged)


def exit_fills(effect: Effect) -> bool:
    return isinstance(effect, Filled) and effect.position.amount == 0


async def die_when(venue: SimulatedVenue, moment: Moment, journal: str) -> None:
    """Run the bot, and kill it when `moment` comes: the venue has acted, the answer is never read."""
    config = json.dumps(access_to(venue).ccxt)
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.wire.opening_bot", journal, config, cwd=ROOT
    )

    def hear(effect: Effect) -> None:
        if moment(effect) and bot.returncode is None:
            bot.kill()

    venue.exchange.listen(hear)
    assert await bot.wait() == -9


async def next_life(venue: SimulatedVenue, journal: Journal) -> Outcome:
    clock = SystemClock()
    gateway, trader = CcxtVenue(access_to(venue), clock), CcxtTrader(access_to(venue))
    opener = Opener(gateway, trader, journal, clock)
    try:
        await gateway.connect()
        await trader.connect()
        (record,) = journal.unfinished()
        return await opener.recover(record)
    finally:
        await opener.close()
        await trader.close()
        await gateway.close()


@pytest.mark.parametrize("moment", [entry_fills, stop_rests])
async def test_the_position_gets_its_stop(tmp_path: Path, moment: Moment) -> None:
    url = f"sqlite:///{tmp_path}/bot.db"
    async with SimulatedVenue(api_key="the-key", secret="the-secret") as venue:
        await die_when(venue, moment, url)
        with Journal(url, bot="mine") as journal:
            outcome = await next_life(venue, journal)
            assert isinstance(outcome, Opened), outcome
            assert venue.exchange.position(AVL).amount == 43, "never 86"
            (stop,) = venue.exchange.open_algos(AVL)
            assert (stop.quantity, stop.reduce_only) == (Decimal(43), True)
            assert journal.unfinished() == ()


async def test_the_rollback_is_proved(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/bot.db"
    async with SimulatedVenue(api_key="the-key", secret="the-secret") as venue:
        no = {"status": 400, "code": -2021, "message": "No."}
        venue.faults.add(
            RequestFault(action=RequestAction.ERROR, path="/fapi/v1/algoOrder", method="POST", **no)  # type: ignore[arg-type] # drawn above
        )
        await die_when(venue, exit_fills, url)
        with Journal(url, bot="mine") as journal:
            outcome = await next_life(venue, journal)
            assert isinstance(outcome, Closed), outcome
            assert venue.exchange.position(AVL).amount == 0
            assert journal.unfinished() == ()
