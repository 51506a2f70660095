"""`trueup reconcile --once` against Bybit, with the journal of a bot that uses the library."""

import asyncio
import json
from decimal import Decimal
from pathlib import Path

import pytest

from reconciler.cli import main
from reconciler.journal.journal import Journal
from simulator.bybit.ids import order_id
from simulator.engine.order import AlgoOrder, Kind, PositionSide, Side, Ticket
from simulator.faults.faults import RequestAction, RequestFault
from simulator.server import SimulatedVenue
from tests.cli.conftest import Command, Said
from tests.cli.test_reconcile_command import QUICK
from tests.reconciler.settings_files import GOOD, written
from verification.facts import leg

pytestmark = pytest.mark.wire

BTC = "BTC/USDT:USDT"
AVL = "AVL/USDT:USDT"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in QUICK.items():
        monkeypatch.setenv(f"TRUEUP_CHECKS__{name}", seconds)


async def reconciled(trueup: Command, folder: Path, venue: SimulatedVenue) -> tuple[Said, dict[str, str]]:
    """Run the command beside the venue; return what it said, and the findings by symbol."""
    settings = GOOD.replace('"binanceusdm"', '"bybit"').replace('"freqtrade"', '"journal"')
    written(folder, settings.replace("user_data/tradesv3.sqlite", "bot.db") + venue.settings())
    trueup.capture.readouterr()
    code = await asyncio.to_thread(main, ["reconcile", "--once", "--json"])
    out, err = trueup.capture.readouterr()
    (account,) = json.loads(out)["accounts"]
    assert (account["venue"], account["problems"] == []) == ("bybit", account["status"] == "complete")
    return Said(code, out, err), {each["symbol"]: each["kind"] for each in account["findings"]}


def held_by_the_bot(venue: SimulatedVenue, folder: Path, side: PositionSide = PositionSide.BOTH) -> AlgoOrder:
    """Open what the bot holds, protect it, and write both into its journal."""
    amount = Decimal("0.02")
    entry = venue.exchange.place(Ticket(BTC, Side.BUY, amount, client_id="e1", position_side=side))
    stop = venue.exchange.place_conditional(
        Ticket(
            BTC,
            Side.SELL,
            amount,
            kind=Kind.STOP_MARKET,
            trigger_price=Decimal(50_000),
            position_side=side,
            reduce_only=side is PositionSide.BOTH,
            client_id="e1-s",
        )
    )
    with Journal(f"sqlite:///{folder}/bot.db", bot="mine") as journal:
        number = journal.opening(BTC, leg.Side.BUY, amount, client_order_id="e1", stop_price=Decimal(50_000))
        journal.ordered(number, order_id(entry))
        journal.opened(number, amount)
        journal.protecting(number, "e1-s", Decimal(50_000))
        journal.stop_placed(number, order_id(stop), Decimal(50_000))
    return stop


async def test_what_agrees_is_nought_in_either_mode(trueup: Command, tmp_path: Path) -> None:
    async with SimulatedVenue(face="bybit", api_key="the-key", secret="the-secret") as venue:
        venue.exchange.set_hedge(hedge=True)
        held_by_the_bot(venue, tmp_path, PositionSide.LONG)
        said, findings = await reconciled(trueup, tmp_path, venue)
        assert (said.code, findings) == (0, {})


async def test_a_position_that_no_bot_knows_is_an_orphan(trueup: Command, tmp_path: Path) -> None:
    async with SimulatedVenue(face="bybit", api_key="the-key", secret="the-secret") as venue:
        held_by_the_bot(venue, tmp_path)
        said, findings = await reconciled(trueup, tmp_path, venue)
        assert (said.code, findings) == (0, {})
        venue.exchange.place(Ticket(AVL, Side.BUY, Decimal(43)))
        said, findings = await reconciled(trueup, tmp_path, venue)
        assert (said.code, findings) == (1, {AVL: "orphaned_position"})


async def test_a_position_whose_stop_is_gone_is_unprotected(trueup: Command, tmp_path: Path) -> None:
    async with SimulatedVenue(face="bybit", api_key="the-key", secret="the-secret") as venue:
        stop = held_by_the_bot(venue, tmp_path)
        venue.exchange.cancel_conditional(stop.id)
        said, findings = await reconciled(trueup, tmp_path, venue)
        assert (said.code, findings) == (1, {BTC: "unprotected_position"})


async def test_a_venue_that_is_busy_is_two_and_never_a_phantom(trueup: Command, tmp_path: Path) -> None:
    async with SimulatedVenue(face="bybit", api_key="the-key", secret="the-secret") as venue:
        held_by_the_bot(venue, tmp_path)
        busy = RequestFault(
            action=RequestAction.ERROR, path="position/list", status=200, code=10016, message="busy"
        )
        venue.faults.add(busy)
        said, findings = await reconciled(trueup, tmp_path, venue)
        assert (said.code, findings) == (2, {})
