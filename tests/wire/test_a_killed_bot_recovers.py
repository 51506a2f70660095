"""A bot is killed while an order of its opening is at the venue; its next life carries it through."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from reconciler.journal.journal import Journal
from simulator.engine.effect import Effect
from simulator.engine.order import PositionSide
from simulator.server import SimulatedVenue
from tests.wire.faces import BYBIT, Face, Step
from tests.wire.opening_scene import MATCHED_AFTER, entry_fills, exit_fills, stop_goes, stop_rests
from tests.wire.simulated import AVL, access_to
from verification.facts.clock import SystemClock
from verification.opening.opener import Opener
from verification.opening.outcome import Closed, Opened, Outcome
from verification.venues.gateway.account import CcxtVenue
from verification.venues.gateway.trader import CcxtTrader

pytestmark = [pytest.mark.wire, pytest.mark.processes]

ROOT = Path(__file__).parents[2]
Bot = asyncio.subprocess.Process
Moment = Callable[[Effect], bool]


@asynccontextmanager
async def venue_of(face: Face) -> AsyncIterator[SimulatedVenue]:
    async with SimulatedVenue(face=face.name, api_key="the-key", secret="the-secret") as venue:
        if face is BYBIT:
            venue.acceptance.seconds = MATCHED_AFTER
        yield venue


async def bot_of(venue: SimulatedVenue, journal: str, plan: str) -> Bot:
    config = json.dumps(access_to(venue).ccxt)
    arguments = (venue.ccxt_id, config, journal, plan)
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.wire.opening_bot", *arguments, cwd=ROOT
    )


async def die_when(venue: SimulatedVenue, moment: Moment, journal: str, plan: str = "open") -> None:
    """Run the bot, and kill it when `moment` comes: the venue has acted, the answer is never read."""
    bot = await bot_of(venue, journal, plan)

    def hear(effect: Effect) -> None:
        if moment(effect) and bot.returncode is None:
            bot.kill()

    venue.exchange.listen(hear)
    assert await bot.wait() == -9


async def next_life(venue: SimulatedVenue, journal: Journal, reports: list[Outcome]) -> Outcome:
    clock = SystemClock()
    gateway, trader = CcxtVenue(access_to(venue), clock), CcxtTrader(access_to(venue))
    opener = Opener(gateway, trader, journal, clock, report=reports.append)
    try:
        await gateway.connect()
        await trader.connect()
        (outcome,) = await opener.resume()
        return outcome
    finally:
        await opener.close()
        await trader.close()
        await gateway.close()


async def recovered(venue: SimulatedVenue, url: str) -> tuple[Outcome, list[Outcome]]:
    """Live on after the death; return what came of it and what a person was told."""
    reports: list[Outcome] = []
    with Journal(url, bot="mine") as journal:
        outcome = await next_life(venue, journal, reports)
        assert journal.unfinished() == ()
    return outcome, reports


def held(venue: SimulatedVenue, side: PositionSide = PositionSide.BOTH) -> Decimal:
    return venue.exchange.position(AVL, side).amount


@pytest.mark.parametrize(("moment", "hedge"), [(entry_fills, False), (stop_rests, False), (stop_rests, True)])
async def test_the_position_gets_its_stop(tmp_path: Path, face: Face, moment: Moment, *, hedge: bool) -> None:
    url = f"sqlite:///{tmp_path}/bot.db"
    side = PositionSide.LONG if hedge else PositionSide.BOTH
    async with venue_of(face) as venue:
        if hedge:
            venue.exchange.set_hedge(hedge=True)
        await die_when(venue, moment, url)
        outcome, reports = await recovered(venue, url)
        assert isinstance(outcome, Opened), outcome
        assert held(venue, side) == 43, "never 86"
        (stop,) = venue.exchange.open_algos(AVL)
        assert (stop.quantity, stop.position_side) == (Decimal(43), side)
        assert not reports


async def test_an_entry_that_was_only_accepted_is_found_again(tmp_path: Path) -> None:
    """Bybit has taken it in and not matched it yet; the bot dies before it reads the acknowledgement."""
    url = f"sqlite:///{tmp_path}/bot.db"
    async with venue_of(BYBIT) as venue:
        venue.acceptance.seconds = 60
        bot = await bot_of(venue, url, "open")
        while not BYBIT.sent(venue, Step.ENTRY):  # noqa: ASYNC110 - nothing happens at the venue that would tell
            await asyncio.sleep(0.005)
        bot.kill()
        assert await bot.wait() == -9
        assert held(venue) == 0
        venue.acceptance.end()
        venue.acceptance.seconds = MATCHED_AFTER
        outcome, _ = await recovered(venue, url)
        assert isinstance(outcome, Opened), outcome
        assert held(venue) == 43
        assert len(BYBIT.sent(venue, Step.ENTRY)) == 1


async def test_the_rollback_is_proved(tmp_path: Path, face: Face) -> None:
    url = f"sqlite:///{tmp_path}/bot.db"
    async with venue_of(face) as venue:
        face.refuse(venue, Step.STOP)
        await die_when(venue, exit_fills, url)
        outcome, _ = await recovered(venue, url)
        assert isinstance(outcome, Closed), outcome
        assert held(venue) == 0


@pytest.mark.parametrize("moment", [exit_fills, stop_goes])
async def test_what_was_being_left_is_left(tmp_path: Path, face: Face, moment: Moment) -> None:
    url = f"sqlite:///{tmp_path}/bot.db"
    async with venue_of(face) as venue:
        await die_when(venue, moment, url, "leave")
        outcome, reports = await recovered(venue, url)
        assert isinstance(outcome, Closed), outcome
        assert held(venue) == 0
        assert not venue.exchange.open_algos(AVL), "it would act on the next position"
        assert len(face.sent(venue, Step.EXIT)) == 1
        assert not reports, "nobody is woken for what was proved"
