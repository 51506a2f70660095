"""A person who asks for another look has one within seconds, at what they asked about and nothing else."""

from pathlib import Path

import pytest

from reconciler.alerts.alert import Alert
from reconciler.facts.finding import Kind
from tests.reconciler.accounts import SYMBOL
from tests.reconciler.two_accounts import Both, serve


def test_another_look_at_a_symbol_comes_within_seconds_and_at_that_symbol_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(both: Both) -> None:
        house = both.house
        house.open_trade()
        await house.quiet(65)
        house.venue.hold("86")
        await house.until(lambda: Kind.QUANTITY_MISMATCH in house.alerts(), within=120)
        alert: Alert = house.alerts()[Kind.QUANTITY_MISMATCH]
        await house.quiet(200)  # by now it is looked at seldom
        looked: list[frozenset[str] | None] = []
        read = house.venue.read

        async def noted(symbols: frozenset[str] | None = None) -> object:
            looked.append(symbols)
            return await read(symbols)

        monkeypatch.setattr(house.venue, "read", noted)
        house.console.commands.check_again(alert.id, by="ann", origin="dashboard")
        await house.until(lambda: frozenset({SYMBOL}) in looked, within=5)

    serve(tmp_path, monkeypatch, story)
