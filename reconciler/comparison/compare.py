"""Compare what all bots of an account believe with what the venue holds, over the union of both sides."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from reconciler.comparison.book import RestingBooks, books_in_slices
from reconciler.comparison.calm_legs import CalmLegs
from reconciler.comparison.condition_check import ConditionCheck
from reconciler.comparison.confidence import Confidence
from reconciler.comparison.difference import LegVerdict
from reconciler.comparison.every_leg import every_leg, flat_legs, stated_beliefs
from reconciler.comparison.ignored import ignored_lines, is_dust, is_worth_little, lacks_stops
from reconciler.comparison.kept import NOTHING_KEPT, Kept
from reconciler.comparison.leg_case import LegCase, confidence_of
from reconciler.comparison.leg_clauses import reason_for
from reconciler.comparison.leg_row import leg_row
from reconciler.comparison.loose_orders import dangling, foreign
from reconciler.comparison.outcome import CompareSettings, Comparison, Ignored
from reconciler.comparison.proof import evidence_of
from reconciler.comparison.protection import StopState, keeps_stops
from reconciler.comparison.scope import Scope
from reconciler.comparison.severity import severity_of
from reconciler.comparison.stop_words import unjudged
from reconciler.comparison.stream_list_conflict import conflict_of
from reconciler.comparison.stuck_rows import stuck_entry, stuck_exit
from reconciler.comparison.traded import Trades, TradesWanted
from reconciler.comparison.unlisted import unlisted
from reconciler.comparison.unseen import missing
from reconciler.comparison.venue_view import VenueView
from reconciler.comparison.wanted import wanted_orders, wanted_trades
from reconciler.comparison.watched_order import WatchedOrder
from reconciler.facts.expectation import Expectation
from reconciler.facts.finding import Finding, FindingKey, Kind
from reconciler.views.account import PositionView
from verification.facts.account import Market, PositionMode
from verification.facts.clock import Moment
from verification.facts.leg import LegKey
from verification.facts.order_fact import OrderFacts, OrderRef
from verification.facts.slices import MOVED, Effort, Slices, at_once, cut

_BESIDE: tuple[Callable[[LegCase], Finding | None], ...] = (conflict_of, unlisted)
"""What a leg may show beside a difference and a missing stop: each rule finds one kind."""

OfOrders = Callable[[LegCase], tuple[Finding, Confidence] | None]
"""What the orders of a leg may show, and how firmly: that rests on them, and not on what is held."""

_WAITING: tuple[OfOrders, ...] = (stuck_entry, stuck_exit)
_LOOSE: tuple[OfOrders, ...] = (dangling, foreign)


def compare_in_slices(
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
    alone: bool = False,
    kept: Kept = NOTHING_KEPT,
) -> Slices[Comparison]:
    """Compare the ledgers of one account with its venue, in slices.

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
        alone: Nobody but the bots of these ledgers trades the account, and the ledgers name all their orders.
        kept: What the last comparison has left. It changes nothing but the time that this one takes.
    """
    scope = Scope(
        view=venue_view,
        books=(yield from _sorted(venue_view, kept)),
        settings=settings,
        stop_ledgers=kept.stop_ledgers(expectations) or keeps_stops(expectations),
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
        alone=alone and ledgers_complete,
    )
    return (yield from _compared(scope, expectations, markets, kept))


def _compared(
    scope: Scope, rows: tuple[Expectation, ...], markets: Mapping[str, Market], kept: Kept
) -> Slices[Comparison]:
    stated = yield from stated_beliefs(scope, rows, markets, kept)
    scope = replace(scope, missing=missing(scope.view, stated))
    calm = CalmLegs(scope, kept)
    cases, problems = yield from every_leg(scope, stated, markets, calm)
    flat = yield from flat_legs(scope, stated, markets, cases)
    left = kept.renewed(
        frame=calm.frame, rows=rows, markets=markets, stated=stated, view=scope.view, books=scope.books
    )
    return (yield from _collect(scope, Cases(cases, flat), problems, calm, left))


compare = at_once(compare_in_slices)
"""The same, for whoever may wait for all of it."""


def _sorted(view: VenueView, kept: Kept) -> Slices[RestingBooks]:
    """Return the resting orders by symbol: those that are kept where the venue has listed the same."""
    same = kept.lists[0] is view.orders and kept.lists[1] is view.conditional_orders
    if kept.books is not None and same and kept.books.scope == view.scope:
        return kept.books
    return (yield from books_in_slices(view))


class Cases(NamedTuple):
    """The legs of a comparison: those that either side names, and flat ones on which orders rest."""

    named: dict[LegKey, LegCase]
    flat: list[LegCase]


def _collect(
    scope: Scope, cases: Cases, problems: list[str], calm: CalmLegs, left: Kept
) -> Slices[Comparison]:
    findings: dict[FindingKey, Finding] = {}
    confidence: dict[FindingKey, Confidence] = {}
    ignored: list[Ignored] = []
    settled = set(calm.rows)
    rows: list[PositionView] = []
    restless: list[LegCase] = []
    effort = Effort()
    for key, case in cases.named.items():
        row = calm.rows.get(key)
        if effort.spent(glanced=row is not None):
            yield
        if row is not None:
            rows.append(row)
            continue
        restless.append(case)
        dust = is_dust(case, scope.settings.dust_notional)
        lines = [Ignored(case.key, line) for line in ignored_lines(case, scope.settings.dust_notional)]
        found = _findings(scope, case, dust=dust)
        for finding, firmness in found:
            findings[finding.identity] = finding
            confidence[finding.identity] = firmness
        ignored += lines
        if case.difference.verdict is LegVerdict.AGREE or dust:
            settled.add(case.key)
        rows.append(leg_row(case, dust=dust))
        if not (lines or found or wanted_orders(case)):
            calm.note(case, rows[-1])
    for finding, firmness in (told for case in cases.flat for told in _of(case, _LOOSE)):
        findings[finding.identity], confidence[finding.identity] = finding, firmness
    ordered = sorted(findings)
    beside = yield from _beside(restless)
    return Comparison(
        account=scope.view.account,
        findings=tuple(findings[key] for key in ordered),
        confidence={key: confidence[key] for key in ordered},
        legs=tuple(rows),
        matched=len(settled),
        unprotected_notional=_unprotected_notional(scope, restless),
        ignored=tuple(ignored),
        problems=(*problems, *beside.problems),
        wanted=tuple(beside.orders),
        wanted_trades=tuple(beside.trades),
        check=ConditionCheck(
            view=scope.view,
            found=frozenset(findings),
            cases=cases.named,
            settled=frozenset(settled),
            ledgers_complete=scope.ledgers_complete,
            ledger_at=scope.ledger_at,
            moving=scope.moving,
            books=scope.books,
        ),
        kept=replace(left, legs=calm.left(), order=calm.order),
    )


class _Beside(NamedTuple):
    """What could not be judged of stops, and what the venue is to be asked, of legs that are not calm."""

    problems: list[str]
    orders: dict[OrderRef, None]
    trades: list[TradesWanted]


def _beside(restless: list[LegCase]) -> Slices[_Beside]:
    told = _Beside([], {}, [])
    for part in cut(restless, MOVED):
        for case in part:
            told.problems.extend(unjudged(case.protection, case.key.symbol))
            told.orders.update(dict.fromkeys(wanted_orders(case)))
            wish = wanted_trades(case)
            if wish is not None:
                told.trades.append(wish)
        yield
    return told


def _findings(scope: Scope, case: LegCase, *, dust: bool) -> list[tuple[Finding, Confidence]]:
    found: list[Finding] = []
    kind = case.difference.kind
    if kind is not None and not dust:
        found.append(_finding(scope, case, kind, case.value(case.apart)))
    if _naked(scope, case):
        found.append(_finding(scope, case, Kind.UNPROTECTED_POSITION, case.value(case.protection.uncovered)))
    found += filter(None, (rule(case) for rule in _BESIDE))
    told = [(each, confidence_of(case, each.kind)) for each in found]
    if case.key.symbol in scope.moving:
        return told
    # What both sides hold comes first: an order that made them differ is told as the cause of that.
    waiting = _of(case, _WAITING) if kind is None or dust else []
    return [*told, *waiting, *_of(case, _LOOSE)]


def _of(case: LegCase, rules: tuple[OfOrders, ...]) -> list[tuple[Finding, Confidence]]:
    return [told for rule in rules if (told := rule(case)) is not None]


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
