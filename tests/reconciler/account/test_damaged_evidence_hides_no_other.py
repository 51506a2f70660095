"""A verification whose evidence is damaged is told by its number, and the watch goes on with the others."""

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
import structlog.testing

from reconciler.facts.finding import Kind
from tests.reconciler.accounts import SYMBOL
from tests.reconciler.house import KEY, House, play
from verification.facts.leg import Side
from verification.facts.question import OpenQuestion
from verification.facts.verdict import unknown
from verification.facts.verification import Verification


@pytest.mark.parametrize("damage", ["[{", "[]", '[{"what": "question"}]', '["a word"]'])
def test_it_is_told_and_the_others_are_known(tmp_path: Path, damage: str) -> None:
    async def first(house: House) -> None:
        for name in ("e1", "e2"):
            entry = house.journal.opening(SYMBOL, Side.BUY, Decimal(43), client_order_id=name)
            now = house.clock.now()
            asked = OpenQuestion(KEY, Side.BUY, Decimal(43), None, name, None, exclusive=True, asked=now)
            house.journal.verified(entry, Verification(asked, unknown("no source has proved it"), (), now))
            house.journal.failed(entry, "no answer")
        taken = [(each.view, each.evidence) for each in house.ledger.read_verifications(0)]
        await house.store.take_over("main", "mine", taken, last_id=len(taken))

    async def second(house: House) -> None:
        await house.until(lambda: Kind.UNVERIFIED_OPEN in house.alerts(), within=2)

    play(tmp_path, first)
    with closing(sqlite3.connect(tmp_path / "state.db")) as state, state:
        state.execute("UPDATE verification SET evidence = ? WHERE id = 1", (damage,))
    with structlog.testing.capture_logs() as lines:
        play(tmp_path, second)

    assert [line["verification_id"] for line in lines if line["event"] == "verification.unreadable"] == [1]
