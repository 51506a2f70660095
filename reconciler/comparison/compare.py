"""Compare what all bots of an account believe with what the venue holds, over the union of both sides."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from reconciler.comparison.book import books
from reconciler.comparison.condition_check import ConditionCheck
from reconciler.comparison.confidence import Confidence
from reconciler.comparison.difference import Difference, LegVerdict, differ
from reconciler.comparison.duplicates import with_duplicates
from reconciler.comparison.ignored import ignored_lines, is_dust, is_worth_little, lacks_stops
from reconciler.comparison.leg_case import LegCase, confidence_of
from reconciler.comparison.leg_clauses import reason_for
from reconciler.comparison.leg_row import leg_row
from reconciler.comparison.legs import Belief, beliefs, narrowed, nothing
from reconciler.comparison.outcome import CompareSettings, Comparison, Ignored
from reconciler.comparison.proof import evidence_of
from reconciler.comparison.protection import StopState, keeps_stops, protection
from reconciler.comparison.scope import Scope
from reconciler.comparison.severity import severity_of
from reconciler.comparison.stop_words import unjudged
from reconciler.comparison.stream_list_conflict import conflict_of
from reconciler.comparison.traded import Trades
from reconciler.comparison.unlisted import stranger, unlisted
from reconciler.comparison.unseen import (
    failed_words,
    hidden_by_unread_ledger,
    missing,
    missing_words,
    rests_on_silence,
    unread_words,
)
from reconciler.comparison.venue_view import VenueView
from reconciler.comparison.wanted import wanted_orders, wanted_trades
from reconciler.comparison.watched_order import WatchedOrder
from reconciler.facts.expectation import Expectation
from reconciler.facts.finding import Finding, FindingKey, Kind
from verification.facts.account import Market, PositionMode
from verification.facts.clock import Moment
from verification.facts.leg import LegKey
from verification.facts.order_fact import OrderFacts

_BESIDE: tuple[Callable[[LegCase], Finding | None], ...] = (conflict_of, unlisted)
"""What a leg may show beside a difference and a missing stop: each rule finds one kind."""


def compare(
    expectations: tuple[Expectation, ...],
    venue_view: VenueView,
    *,
    markets: Mapping[str, Market],
    mode: PositionMode,
    settings: CompareSettings,
    now: datetime,
    ledgers_complete: bool = True,
    ledger_at: datetime | None = None,
    moving: frozenset[str] = frozenset(),
    watched: Mapping[LegKey, tuple[WatchedOrder, ...]] | None = None,
    stepped: Moment | None = None,
    facts: OrderFacts | None = None,
    trades: Trades | None = None,
    agreed: Mapping[LegKey, datetime] | None = None,
) -> Comparison:
    """Compare the ledgers of one account with its venue.

    Args:
        expectations: Every row of every ledger of the account that could be read, in any order.
        venue_view: What the venue is known to hold. Only the symbols of its last reading are judged.
        markets: Market facts by symbol. A symbol that is missing is a problem, never dropped.
        mode: One-way (rows net) or hedge (rows by direction).
        settings: The numbers of the comparison.
        now: The present, aware UTC.
        ledgers_complete: False when a ledger of the account could not be read: then nothing is found that
            rests on no bot knowing, for the bot that could not be asked may.
        ledger_at: When the ledgers were read, aware UTC.
        moving: Symbols whose rows changed while the venue was read; they wait for the next comparison.
        watched: Orders whose late fill would be an orphan with a history, by leg.
        stepped: When the wall clock was last seen to be set; None if never.
        facts: What the venue said of orders that an earlier comparison wanted to know of.
        trades: What it listed of trades that one wanted to know of.
        agreed: When both sides of a leg were last seen to hold the same, aware UTC.
    """
    scope = Scope(
        view=venue_view,
        books=books(venue_view),
        settings=settings,
        stop_ledgers=keeps_stops(expectations),
        ledgers_complete=ledgers_complete,
        ledger_at=ledger_at,
        moving=moving,
        mode=mode,
        now=now,
        watched=watched or {},
        stepped=stepped,
        facts=facts or {},
        trades=trades or {},
        agreed=agreed or {},
    )
    covered = (row for row in expectations if venue_view.covers(row.symbol))
    stated = beliefs(covered, account=venue_view.account, markets=markets, mode=mode)
    scope = replace(scope, missing=missing(venue_view, stated))
    return _collect(scope, *_every_leg(scope, stated, markets))


def _every_leg(
    scope: Scope, stated: Mapping[LegKey, Belief], markets: Mapping[str, Market]
) -> tuple[list[LegCase], list[str]]:
    """Return the legs that either side names, and what could not be judged."""
    view = scope.view
    held = {key for key, leg in view.legs.items() if leg.quantity != 0 and view.covers(key.symbol)}
    cases: list[LegCase] = []
    problems = _unread(scope, stated)
    for key in sorted(held | {key for key, belief in stated.items() if belief.shares}):
        belief = stated.get(key) or nothing(key, markets.get(key.symbol))
        if belief.market is None:
            problems.append(stranger(key, belief, view))
        cases.append(_case(scope, key, belief))
    return cases, problems


def _unread(scope: Scope, stated: Mapping[LegKey, Belief]) -> list[str]:
    problems = failed_words(scope.view)
    problems += unread_words(scope.view, {key.symbol for key, belief in stated.items() if belief.shares})
    problems += missing_words(scope.view, scope.missing)
    if not scope.ledgers_complete:
        problems.append(
            "not every ledger of this account could be read: what only it may explain is not judged"
        )
    return problems


def _case(scope: Scope, key: LegKey, stated: Belief) -> LegCase:
    orders = scope.books.of(key.symbol)
    belief = narrowed(stated, orders, scope.facts, scope.view.read_at)
    # Without market facts a ledger's unit cannot be turned into contracts; a claim of nothing needs none.
    blank = not belief.shares
    observed = scope.view.quantity(key) if belief.market is not None or blank else None
    if key.symbol in scope.moving:
        difference = Difference(LegVerdict.IN_FLIGHT)
    elif observed is None:
        difference = Difference(LegVerdict.UNKNOWN)
    else:
        difference = differ(belief, observed)
        if hidden_by_unread_ledger(difference, scope.mode, ledgers_complete=scope.ledgers_complete) or (
            difference.kind is not None
            and rests_on_silence(scope.view, key, stated, scope.missing, scope.stepped)
        ):
            difference = Difference(LegVerdict.UNKNOWN)
    case = LegCase(
        key=key,
        view=scope.view,
        belief=belief,
        stated=stated,
        observed=observed,
        book=orders,
        difference=difference,
        protection=protection(scope.view, orders, key, belief, observed, stop_ledgers=scope.stop_ledgers),
        ledger_at=scope.ledger_at,
        now=scope.now,
        facts=scope.facts,
        traded=scope.trades.get(key.symbol),
        agreed=scope.agreed.get(key),
    )
    return with_duplicates(case.with_past(scope.watched.get(key, ())))


def _collect(scope: Scope, cases: list[LegCase], problems: list[str]) -> Comparison:
    findings: dict[FindingKey, Finding] = {}
    confidence: dict[FindingKey, Confidence] = {}
    ignored: list[Ignored] = []
    settled: set[LegKey] = set()
    dusty: set[LegKey] = set()
    for case in cases:
        dust = is_dust(case, scope.settings.dust_notional)
        ignored += [Ignored(case.key, line) for line in ignored_lines(case, scope.settings.dust_notional)]
        for finding in _findings(scope, case, dust=dust):
            findings[finding.identity] = finding
            confidence[finding.identity] = confidence_of(case, finding.kind)
        if dust:
            dusty.add(case.key)
        if case.difference.verdict is LegVerdict.AGREE or dust:
            settled.add(case.key)
    ordered = sorted(findings)
    return Comparison(
        account=scope.view.account,
        findings=tuple(findings[key] for key in ordered),
        confidence={key: confidence[key] for key in ordered},
        legs=tuple(leg_row(case, dust=case.key in dusty) for case in cases),
        matched=len(settled),
        unprotected_notional=_unprotected_notional(scope, cases),
        ignored=tuple(ignored),
        problems=(
            *problems,
            *(line for case in cases for line in unjudged(case.protection, case.key.symbol)),
        ),
        wanted=tuple(dict.fromkeys(ref for case in cases for ref in wanted_orders(case))),
        wanted_trades=tuple(wish for wish in map(wanted_trades, cases) if wish is not None),
        check=ConditionCheck(
            view=scope.view,
            found=frozenset(findings),
            cases={case.key: case for case in cases},
            settled=frozenset(settled),
            ledgers_complete=scope.ledgers_complete,
            ledger_at=scope.ledger_at,
            moving=scope.moving,
        ),
    )


def _findings(scope: Scope, case: LegCase, *, dust: bool) -> list[Finding]:
    found: list[Finding] = []
    kind = case.difference.kind
    if kind is not None and not dust:
        found.append(_finding(scope, case, kind, case.value(case.apart)))
    if _naked(scope, case):
        found.append(_finding(scope, case, Kind.UNPROTECTED_POSITION, case.value(case.protection.uncovered)))
    return [*found, *filter(None, (rule(case) for rule in _BESIDE))]


def _finding(scope: Scope, case: LegCase, kind: Kind, exposure: Decimal | None) -> Finding:
    return Finding(
        kind=kind,
        account=case.key.account,
        symbol=case.key.symbol,
        leg=case.key.leg,
        severity=severity_of(kind, case, exposure, scope.settings.large_exposure),
        reason=reason_for(kind, case),
        expected=case.expected,
        observed=case.observed,
        exposure=exposure,
        evidence=evidence_of(case),
        contract_size=case.contract_size,
    )


def _naked(scope: Scope, case: LegCase) -> bool:
    """True when what the bots know and keep a stop for is not covered, and that is not by design."""
    settings = scope.settings
    if case.key.symbol in scope.moving or not lacks_stops(case):
        return False
    if is_worth_little(case, case.protection.uncovered, settings.dust_notional):
        return False
    since = case.protection.entry_since
    # Bots place the stop when the entry is done: until it would be given up, there is none by design.
    return since is None or scope.now - since > settings.entry_grace


def _unprotected_notional(scope: Scope, cases: list[LegCase]) -> Decimal | None:
    total = Decimal(0)
    for case in cases:
        if case.protection.state in {StopState.NOT_NEEDED, StopState.RESTING, StopState.SOFTWARE}:
            continue
        if case.protection.state is StopState.UNKNOWN or case.observed is None:
            return None
        value = case.value(abs(case.observed) - case.protection.covered)
        if value is None:
            return None
        total += value
    return total if scope.view.listed is not None and not scope.view.unread else None
