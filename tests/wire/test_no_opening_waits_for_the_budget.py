"""While its money is out an opening asks what it must know, though our part of the budget is spent."""

from pathlib import Path

import pytest

from tests.wire.faces import BINANCE
from tests.wire.opening_scene import Scene, scene
from tests.wire.simulated import access_to
from verification.budget.patience import PATIENCE
from verification.budget.purpose import Purpose, asked_for
from verification.facts.clock import SystemClock
from verification.facts.errors import NotAsked
from verification.opening.outcome import Closed
from verification.venues.gateway.account import CcxtVenue

pytestmark = pytest.mark.wire


async def spend_our_part(on: Scene) -> CcxtVenue:
    """Read the account, by a client beside, until no more may be asked; return that client."""
    beside = CcxtVenue(access_to(on.venue), SystemClock())
    await beside.connect()
    for _ in range(200):
        try:
            await read(beside)
        except NotAsked:
            return beside
    raise AssertionError("our part is never spent")


async def read(beside: CcxtVenue) -> None:
    with asked_for(Purpose.COMMAND):
        await beside.read_positions()


async def test_a_position_gets_its_stop_and_is_left_with_the_budget_spent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PATIENCE, Purpose.COMMAND, 0.05)  # whoever spends need not wait
    async with scene(tmp_path, BINANCE) as on:
        beside = await spend_our_part(on)
        try:
            opened = await on.opened()
            assert on.held == 43
            assert len(on.stops) == 1
            with pytest.raises(NotAsked):
                await read(beside)
            assert isinstance(await on.opener.leave(opened), Closed)
            assert on.held == 0
            assert not on.reports
        finally:
            await beside.close()
