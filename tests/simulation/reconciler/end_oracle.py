"""The oracle of the end: once nothing changes or fails, every leg is told of rightly, and stays so."""

from collections.abc import Iterator

from reconciler.alerts.event import Action
from reconciler.facts.finding import FindingKey, Kind
from tests.simulation.reconciler.sight import LEGS_KINDS, Sight, kinds_of, leg_of
from verification.facts.leg import LegKey

WITHIN = 270.0
"""Seconds from the standstill until all must be as it is to stay."""

LISTS_LATE = 60.0
"""Seconds more for a stream that was silent: two sweeps after lists have agreed with it for long."""


def stable_in_the_end(sight: Sight) -> Iterator[str]:
    """E1: every leg is matched or under exactly one alert of the right kind, and no alert moves any more."""
    end = sight.episode.plan.end
    settled = sight.episode.still + WITHIN
    for key, of_leg in sight.legs.items():
        last = of_leg[-1]
        right = kinds_of(last)
        open_kinds = {
            condition.kind: span
            for condition, spans in sight.told.items()
            if leg_of(condition) == key and condition.kind in LEGS_KINDS
            for span in spans
            if span[1] > settled
        }
        where = f"{key.symbol} {key.leg}"
        for kind, span in open_kinds.items():
            if kind not in right:
                yield f"{where}: {kind} open from {span[0]:.2f} to {span[1]:.2f}, right: {_names(right)}"
        kept = [kind for kind, span in open_kinds.items() if kind in right and span[0] <= settled]
        if last.kind is not None and len([kind for kind in kept if open_kinds[kind][1] >= end]) != 1:
            told = f"{_names(kept)}, right: {_names(right)}"
            yield f"{where}: not under one alert from {settled:.2f} on: {told}"
    for entry in sight.episode.diary:
        same = entry.before is not None and entry.before.state is entry.after.state
        same = same and entry.before is not None and entry.before.severity is entry.after.severity
        late = entry.decision.action is Action.ACKNOWLEDGEMENT_EXPIRED
        moved = entry.after.key
        # A part without a stop becomes an emergency when its entry has rested for too long.
        late = late or (moved.kind is Kind.UNPROTECTED_POSITION and _had_a_part(sight, leg_of(moved)))
        # That a stream which was silent is none any more is shown by a push, of which there is none in the
        # end, or by position lists that have agreed with it for four minutes: nobody can know it sooner.
        late = late or (moved.kind is Kind.SOURCE_STALE and entry.at <= settled + LISTS_LATE)
        if entry.at > settled and not same and not late and entry.after.fired_at is not None:
            yield f"{moved.kind} of {moved.symbol} {moved.leg} {entry.decision.action} at {entry.at:.2f}"


def guarded_in_the_end(sight: Sight) -> Iterator[str]:
    """E2: what no stop would close is under an alert, and what is guarded under none."""
    end = sight.episode.plan.end
    settled = sight.episode.still + WITHIN
    for key, of_leg in sight.guards.items():
        last = of_leg[-1]
        condition = FindingKey(Kind.UNPROTECTED_POSITION, key.account, key.symbol, key.leg)
        told = [span for span in sight.told.get(condition, []) if span[1] > settled]
        naked = last.open_lots > 0 and last.judged
        if told and not naked and not last.hidden:
            yield f"{key.symbol} {key.leg} is guarded, and called unprotected until {told[-1][1]:.2f}"
        elif naked and not _had_a_part(sight, key) and not any(a <= settled and b >= end for a, b in told):
            yield f"{key.symbol} {key.leg} has no stop in the end, and nobody is told"


def green_in_the_end(sight: Sight) -> Iterator[str]:
    """E3: looks are complete, and count every leg on which both sides hold the same."""
    settled = sight.episode.still + WITHIN
    named = [each[-1] for each in sight.legs.values() if each[-1].held or each[-1].rows]
    alike = [each for each in named if each.kind is None]
    unlisted = any(each.kind is Kind.UNLISTED_SYMBOL for each in named)
    for at, cycle in sight.episode.store.cycles:
        if at < settled:
            continue
        if cycle.status != "complete" and not unlisted:
            yield f"{cycle.status} at {at:.2f}: {'; '.join(cycle.problems)}"
        least = sum(1 for each in alike if each.sure and not each.masked)
        if not least <= cycle.matched <= len(alike) or cycle.legs != len(named):
            yield f"{cycle.matched} of {cycle.legs} matched at {at:.2f}, truly {len(alike)} of {len(named)}"


def answered_in_the_end(sight: Sight) -> Iterator[str]:
    """E4: what was left waiting for an order that rested is answered once that order has ended."""
    episode = sight.episode
    ended = {order.order_id: order.now.at for order in episode.orders if order.log and order.now.ended}
    for view, _ in episode.store.stored.values():
        at = ended.get(view.order_id)
        if view.verdict != "resting" or at is None or max(at, episode.still) + WITHIN >= episode.plan.end:
            continue
        what = f"the {view.question} of {view.symbol} {view.leg} by {view.order_id}"
        yield f"{what} waits for an order that ended at {at:.2f}"


def _had_a_part(sight: Sight, key: LegKey) -> bool:
    return any(each.by_design for each in sight.guards.get(key, []))


def _names(kinds: object) -> str:
    assert isinstance(kinds, frozenset | list)
    return ", ".join(sorted(map(str, kinds))) or "none"
