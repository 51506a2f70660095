"""Every leg that either side of a comparison names: what is believed, what is held, how they differ."""

from collections.abc import Collection, Mapping

from reconciler.comparison.calm_legs import CalmLegs
from reconciler.comparison.difference import Difference, LegVerdict, differ
from reconciler.comparison.duplicates import with_duplicates
from reconciler.comparison.kept import Kept, legs_of
from reconciler.comparison.leg_case import LegCase
from reconciler.comparison.legs import Belief, beliefs_in_slices, narrowed, nothing
from reconciler.comparison.protection import protection
from reconciler.comparison.scope import Scope
from reconciler.comparison.unlisted import stranger
from reconciler.comparison.unseen import (
    failed_words,
    hidden_by_unread_ledger,
    missing_words,
    rests_on_silence,
    unread_words,
)
from reconciler.comparison.venue_view import VenueView
from reconciler.facts.expectation import Expectation
from verification.facts.account import Market, PositionMode
from verification.facts.leg import LegKey
from verification.facts.slices import Effort, Slices


def stated_beliefs(
    scope: Scope, expectations: tuple[Expectation, ...], markets: Mapping[str, Market], kept: Kept
) -> Slices[Mapping[LegKey, Belief]]:
    """Return what the ledgers believe of each leg that is looked at."""
    view = scope.view
    if kept.fits(expectations, markets, scope.mode):
        if view.symbols is None:
            return kept.beliefs
        keys = legs_of(view.account, view.symbols)
        return {key: kept.beliefs[key] for key in keys if key in kept.beliefs}
    covered = (row for row in expectations if view.covers(row.symbol))
    told = beliefs_in_slices(
        covered, account=view.account, markets=markets, mode=scope.mode, known=kept.beliefs
    )
    return (yield from told)


def every_leg(
    scope: Scope, stated: Mapping[LegKey, Belief], markets: Mapping[str, Market], calm: CalmLegs
) -> Slices[tuple[dict[LegKey, LegCase], list[str]]]:
    """Return the legs that either side names, in their order, and what could not be judged."""
    cases: dict[LegKey, LegCase] = {}
    problems = _unread(scope, stated)
    effort = Effort()
    keys = _held(scope.view)
    keys.update(key for key, belief in stated.items() if belief.shares)
    for key in calm.sorted(keys):
        belief = stated.get(key) or nothing(key, markets.get(key.symbol))
        if belief.market is None:
            problems.append(stranger(key, belief, scope.view))
        case = calm.taken(key, belief)
        if effort.spent(glanced=case is not None, moved=calm.moved):
            yield
        cases[key] = _case(scope, key, belief) if case is None else case
    return cases, problems


def flat_legs(
    scope: Scope,
    stated: Mapping[LegKey, Belief],
    markets: Mapping[str, Market],
    judged: Collection[LegKey],
) -> Slices[list[LegCase]]:
    """Return the legs on which orders rest, and that neither side names otherwise.

    Args:
        scope: What holds for every leg.
        stated: What the ledgers believe.
        markets: Market facts by symbol.
        judged: The legs that either side names.
    """
    cases: list[LegCase] = []
    effort = Effort()
    one_way = scope.mode is PositionMode.ONE_WAY
    named = {key.symbol for key in judged} if one_way else set[str]()
    for symbol in scope.books.beside(named):
        if effort.spent(glanced=True):
            yield
        market = markets.get(symbol)
        if symbol in scope.moving or market is None or not scope.view.covers(symbol):
            continue
        for leg in sorted(scope.books.of(symbol).legs):
            key = LegKey(scope.view.account, symbol, leg)
            belief = stated.get(key) or nothing(key, market)
            if key in judged or rests_on_silence(scope.view, key, belief, scope.missing, scope.stepped):
                continue
            cases.append(_case(scope, key, belief))
    return cases


def _held(view: VenueView) -> set[LegKey]:
    """Return the legs that the venue holds, of those that were looked at."""
    if view.symbols is None:
        return {key for key, leg in view.legs.items() if leg.position.quantity}
    known = ((key, view.legs.get(key)) for key in legs_of(view.account, view.symbols))
    return {key for key, leg in known if leg is not None and leg.quantity != 0}


def _unread(scope: Scope, stated: Mapping[LegKey, Belief]) -> list[str]:
    problems = failed_words(scope.view)
    problems += unread_words(scope.view, (key.symbol for key, belief in stated.items() if belief.shares))
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
        alone=scope.alone,
        watched=scope.watched.get(key, ()),
    )
    return with_duplicates(case.with_past(scope.watched.get(key, ())))
