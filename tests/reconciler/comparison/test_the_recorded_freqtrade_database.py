"""The same account with its rows read from the database: reader and comparison fit together."""

from datetime import datetime, timedelta

from reconciler.comparison.compare import compare
from reconciler.comparison.outcome import CompareSettings, Comparison
from reconciler.ledgers.freqtrade import FreqtradeLedger
from tests.reconciler.recorded_freqtrade import DATABASE, ENTRY_OF_XRP, MARKETS, RECORDED, recorded_venue
from verification.facts.account import PositionMode
from verification.facts.clock import Moment


class _Stopped:
    """A clock that stands."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> Moment:
        return Moment.at(self._at, 0.0)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here sleeps")


def _compared(now: datetime) -> Comparison:
    ledger = FreqtradeLedger("mybot", f"sqlite:///{DATABASE}", clock=_Stopped(now))
    return compare(
        ledger.read().rows,
        recorded_venue(),
        markets=MARKETS,
        mode=PositionMode.ONE_WAY,
        settings=CompareSettings(),
        now=now,
        ledger_at=now,
    )


def _table(comparison: Comparison) -> dict[str, str]:
    return {finding.symbol.split("/")[0]: finding.kind.value for finding in comparison.findings}


WRONG = {
    "DOGE": "unprotected_position",
    "SUI": "quantity_mismatch",
    "ATOM": "phantom_position",
    "NEAR": "orphaned_position",
}


def test_the_database_itself_gives_the_same_four() -> None:
    comparison = _compared(RECORDED)
    assert _table(comparison) == WRONG
    assert comparison.problems == ()
    agreeing = {view.symbol.split("/")[0] for view in comparison.legs if view.verdict == "agree"}
    assert agreeing == {"BTC", "ETH", "AVAX", "BNB", "DOT", "LINK", "SOL", "XRP", "DOGE"}
    atom = next(finding for finding in comparison.findings if finding.symbol.startswith("ATOM"))
    assert "its stop 1000032 still rests" in atom.reason


def test_the_database_itself_warns_of_the_entry_after_its_grace() -> None:
    late = _compared(ENTRY_OF_XRP + CompareSettings().entry_grace + timedelta(seconds=1))
    assert _table(late) == WRONG | {"XRP": "unprotected_position"}
