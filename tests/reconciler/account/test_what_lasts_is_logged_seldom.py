"""What goes wrong at each attempt is logged once, seldom again while it lasts, and when it is over."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from reconciler.account.memory.counted import Patience
from tests.reconciler.house import House, play
from verification.facts.account import Part
from verification.facts.errors import SourceUnreachable
from verification.facts.spell import Spell

AWAY = SourceUnreachable("no answer")


def test_trades_that_are_not_read(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.unit._explaining._counted.patience = Patience(apart=timedelta(seconds=1))
        house.unit._explaining._unread = Spell(40, steady=5)
        house.open_trade()
        await house.quiet(20)
        asked = len(house.venue.counted_trades)
        house.venue.fail(Part.ORDERS, error=AWAY)
        house.venue.hold("0")
        with capture_logs() as logs:
            await house.quiet(70)
            said = [line["times"] for line in logs if line["event"] == "changes.not_read"]
            assert len(house.venue.counted_trades) - asked >= 5
            assert len(said) == 2, "once when it began, and once more after so long"
            assert said[0] == 1
            assert said[1] >= 4
            house.venue.heal()
            await house.quiet(70)
        assert [line["event"] for line in logs].count("changes.read_again") == 1

    play(tmp_path, story)


def test_an_account_that_cannot_be_connected_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.account.loop.Spell", partial(Spell, 30))

    def refuse(house: House) -> None:
        house.venue.refuses = AWAY

    async def story(house: House) -> None:
        await house.quiet(50)
        house.venue.refuses = None
        await house.quiet(10)

    with capture_logs() as logs:
        play(tmp_path, story, prepare=refuse)
    events = [line["event"] for line in logs]
    assert events.count("account.connect_failed") == 2
    assert events.count("account.connected") == 1
