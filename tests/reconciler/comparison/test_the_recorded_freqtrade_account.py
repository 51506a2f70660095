"""A database that a real freqtrade wrote, against what the exchange held then: four wrong, no more."""

from datetime import datetime, timedelta
from decimal import Decimal

from reconciler.comparison.compare import compare
from reconciler.comparison.outcome import CompareSettings, Comparison
from reconciler.facts.finding import Finding, Severity
from tests.reconciler.recorded_freqtrade import (
    ENTRY_OF_XRP,
    MARKETS,
    RECORDED,
    recorded_rows,
    recorded_venue,
    symbol,
)
from verification.facts.account import PositionMode

GRACE = CompareSettings().entry_grace


def _compared(now: datetime = RECORDED) -> Comparison:
    return compare(
        recorded_rows(),
        recorded_venue(),
        markets=MARKETS,
        mode=PositionMode.ONE_WAY,
        settings=CompareSettings(),
        now=now,
        ledger_at=now,
    )


def _table(comparison: Comparison) -> dict[str, str]:
    return {finding.symbol.split("/")[0]: finding.kind.value for finding in comparison.findings}


def _of(comparison: Comparison, base: str) -> Finding:
    return next(finding for finding in comparison.findings if finding.symbol == symbol(base))


WRONG = {
    "DOGE": "unprotected_position",
    "SUI": "quantity_mismatch",
    "ATOM": "phantom_position",
    "NEAR": "orphaned_position",
}


def test_four_symbols_are_wrong_and_no_more() -> None:
    comparison = _compared()
    assert _table(comparison) == WRONG
    assert all(finding.severity is Severity.CRITICAL for finding in comparison.findings)
    assert comparison.problems == ()


def test_every_other_leg_agrees() -> None:
    verdicts = {view.symbol.split("/")[0]: view.verdict for view in _compared().legs}
    agreeing = {"BTC", "ETH", "AVAX", "BNB", "DOT", "LINK", "SOL", "XRP", "DOGE"}
    assert {base for base, verdict in verdicts.items() if verdict == "agree"} == agreeing
    assert {base for base, verdict in verdicts.items() if verdict == "differs"} == {"SUI", "ATOM", "NEAR"}
    assert _compared().matched == len(agreeing)


def test_the_stops_of_every_leg_are_told() -> None:
    stops = {view.symbol.split("/")[0]: view.stop for view in _compared().legs}
    assert stops == {
        "BTC": "resting",
        "ETH": "resting",
        "AVAX": "resting",
        "BNB": "resting",
        "DOT": "resting",
        "LINK": "resting",
        "SOL": "not needed",
        "XRP": "none",
        "DOGE": "none",
        "SUI": "partial",
        "ATOM": "not needed",
        "NEAR": "none",
    }


def test_the_phantom_names_the_stop_that_still_rests() -> None:
    atom = _of(_compared(), "ATOM")
    assert "its stop 1000032 still rests" in atom.reason
    assert any(line.data.get("order") == "1000032" for line in atom.evidence)
    assert (atom.expected, atom.observed) == (Decimal("-187.5"), Decimal(0))


def test_the_mismatch_says_how_much_the_stop_covers() -> None:
    sui = _of(_compared(), "SUI")
    assert "789.4 SUI more" in sui.reason
    assert "cover 749.9 SUI" in sui.reason


def test_the_orphan_says_that_no_stop_protects_it() -> None:
    near = _of(_compared(), "NEAR")
    assert near.reason == (
        "The exchange holds short 300 NEAR and no bot of this account knows it; no stop protects it."
    )
    assert near.exposure == Decimal(1500)


def test_the_partly_filled_entry_is_silent_within_its_grace_and_critical_after_it() -> None:
    assert "XRP" not in _table(_compared(ENTRY_OF_XRP + GRACE))
    late = _compared(ENTRY_OF_XRP + GRACE + timedelta(seconds=1))
    assert _table(late) == WRONG | {"XRP": "unprotected_position"}
    xrp = _of(late, "XRP")
    assert xrp.severity is Severity.CRITICAL
    assert "only partly filled since 10:38:39 UTC" in xrp.reason


def test_every_finding_has_the_word_of_both_sides() -> None:
    for finding in _compared().findings:
        assert {line.party.value for line in finding.evidence} == {"bot", "exchange"}
        assert all(line.at is not None for line in finding.evidence)
