"""A comparison in slices, on what the last one has left, says what one says that knows nothing of it."""

from typing import ClassVar

import pytest
from typing_extensions import override

from reconciler.account import watch
from reconciler.account.inquiry import Comparing, Inquiry
from reconciler.comparison.kept import NOTHING_KEPT, Kept
from reconciler.comparison.outcome import Comparison
from reconciler.facts.finding import FindingKey, Kind
from tests.simulation.reconciler.drawing import watched_plan_of
from tests.simulation.reconciler.episode import play_watched
from verification.facts import slices
from verification.facts.slices import unhurried, whole

WORLDS = range(6)
TAKEN = 60
"""Legs that must have been taken as they were in these worlds: or nothing is shown."""


class Twice(Inquiry):
    """Compares each time anew as well, and holds the two against each other."""

    taken = 0
    apart: ClassVar[list[str]] = []

    @override
    async def _once(self, comparing: Comparing, kept: Kept) -> Comparison:
        facts, trades = self._orders.facts, self._trades.trades
        anew = whole(comparing(facts=facts, trades=trades, kept=NOTHING_KEPT))
        taken = await unhurried(comparing(facts=facts, trades=trades, kept=kept), self._clock)
        Twice.taken += sum(kept.legs.get(key) is calm for key, calm in taken.kept.legs.items())
        if said(taken) != said(anew):
            Twice.apart.append(f"{said(taken)}\n{said(anew)}")  # an error of a look would only be told
        return taken


def said(comparison: Comparison) -> list[object]:
    """Return all that a comparison says, whoever asks it."""
    check = comparison.check
    places = [(key.account, key.symbol, key.leg) for key in sorted({*check.cases, *check.view.legs})]
    return [
        comparison.account,
        comparison.findings,
        comparison.confidence,
        comparison.legs,
        comparison.matched,
        comparison.unprotected_notional,
        comparison.ignored,
        comparison.problems,
        comparison.wanted,
        comparison.wanted_trades,
        comparison.in_flight,
        check.settled,
        [check.judge(FindingKey(kind, *place)) for place in places for kind in Kind],
    ]


@pytest.fixture
def _slices_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop after each leg and each order, so that all that can arrive in between does."""
    monkeypatch.setattr(slices, "SLICE", 1)
    monkeypatch.setattr(slices, "GLANCED", 1)


@pytest.mark.usefixtures("_slices_of_one")
def test_whatever_happens_both_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "Inquiry", Twice)
    monkeypatch.setattr(Twice, "taken", 0)
    monkeypatch.setattr(Twice, "apart", [])
    for seed in WORLDS:
        assert not play_watched(watched_plan_of(seed)).broken, seed
        assert not Twice.apart, f"seed {seed}: {Twice.apart[0]}"
    assert Twice.taken > TAKEN
