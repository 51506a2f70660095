"""What must hold in every world: the promises of the reconciler, checked against what truly happened."""

from collections.abc import Callable, Iterator

from reconciler.alerts.event import Owed
from reconciler.facts.finding import FindingKey, Kind, Severity
from tests.simulation.oracle import Violation
from tests.simulation.plan import SYMBOLS
from tests.simulation.reconciler.alert_oracle import (
    acknowledged_until_worse,
    by_decisions_only,
    kept_looking,
    one_at_a_time,
)
from tests.simulation.reconciler.blindness_oracle import (
    a_clock_that_is_set_is_told,
    blindness_is_told,
    blindness_is_true,
    mute_is_not_over,
    never_green_while_blind,
)
from tests.simulation.reconciler.change_oracle import counted_as_it_traded, counted_in_the_end
from tests.simulation.reconciler.end_oracle import (
    answered_in_the_end,
    green_in_the_end,
    guarded_in_the_end,
    stable_in_the_end,
)
from tests.simulation.reconciler.episode import SWEEP, WatchedEpisode
from tests.simulation.reconciler.green_oracle import matched_is_counted_right, no_false_green
from tests.simulation.reconciler.guard import guards
from tests.simulation.reconciler.orders_oracle import orders_are_told_in_the_end, told_of_orders_is_true
from tests.simulation.reconciler.protection_oracle import (
    by_design_is_no_emergency,
    guarded_again_is_resolved,
    guarded_is_not_told,
    naked_is_told,
)
from tests.simulation.reconciler.sight import (
    GRACE,
    IN_FLIGHT_GRACE,
    LEGS_KINDS,
    SETTLED,
    SLACK,
    SPACING,
    UNRELIABLE,
    Sight,
    felt,
    in_words,
    kinds_of,
    leg_of,
    told_of,
    without,
    words,
)
from tests.simulation.reconciler.stretch import Orders, Stretch, stretches
from tests.simulation.reconciler.trouble import Trouble
from tests.simulation.reconciler.unseen import differed_as_believed
from tests.simulation.reconciler.venue import TIMEOUT

Check = Callable[["Sight"], Iterator[str]]

INQUIRY = 9.0
"""Seconds for which a look asks at the most what became of orders that explain a difference, before people
are told of it: a cause that is not asked for would be a guess. Its position list is that old by then, and
what lasted may have ended meanwhile (seed 511550: it was there for half a minute, and over for four seconds);
people are told so much later, too, where lists of orders and orders fail for want of an answer (seed 817850).
"""


def watched_violations(episode: WatchedEpisode, sight: Sight | None = None) -> list[Violation]:
    """Return every promise that a world broke."""
    sight = sight or sight_of(episode)
    found = [Violation("the reconciler goes on", what) for what in episode.broken]
    for promise, check in CHECKS.items():
        found += [Violation(promise, what) for what in check(sight)]
    return found


def sight_of(episode: WatchedEpisode) -> Sight:
    """Return a world that has ended as the checks look at it."""
    plan, weather = episode.plan, episode.plan.venue.weather
    hangs = TIMEOUT + 1.0 if any(storm.how == "late" for storm in plan.storms) else 0.0
    orders = Orders(
        {order.order_id: order for order in episode.orders},
        {each.order_id: each.became for each in plan.placed if each.became is not None},
    )
    legs = {
        key: stretches(key, episode.truth.get(key, []), episode.rows, orders, plan.end) for key in plan.legs
    }
    stops = Trouble.VENUE_STOPS in plan.troubles
    return Sight(
        episode,
        legs,
        {key: guards(key, legs[key], episode.rows, plan.placed, episode.orders) for key in legs if stops},
        told_of(episode),
        orders,
        late=max(weather.lists) + 2 * weather.answer + weather.push + 1.0 + hangs,
        hangs=hangs,
    )


def _covered(sight: Sight) -> Iterator[str]:
    """R1: a lasting difference, with both sides readable, has an open alert of its kind on its leg."""
    for key, of_leg in sight.legs.items():
        for stretch in of_leg:
            if stretch.kind is None:
                continue
            kinds = kinds_of(stretch)
            grace = IN_FLIGHT_GRACE if stretch.in_flight or stretch.closed else GRACE
            # Where reads fail, so do those of the orders that explain it: then that takes all of its time.
            asked = INQUIRY if sight.storms else 0.0
            due = sight.late + sight.outvoted(stretch) + SWEEP + grace + SPACING + SLACK + asked
            told = [
                span
                for kind in kinds
                for span in sight.told.get(FindingKey(kind, key.account, key.symbol, key.leg), [])
            ]
            for start, end in without(
                (stretch.start, stretch.end), sight.blind(key, orders=stretch.in_flight)
            ):
                for gap in without((start + due, end), told):
                    what = f"{stretch.kind} of {key.symbol} {key.leg} ({words(stretch)})"
                    yield f"{what} untold {in_words(gap)}"


def _cleared(sight: Sight) -> Iterator[str]:
    """R3: when both sides agree again, what was open of the leg is resolved in time."""
    for key, of_leg in sight.legs.items():
        for stretch in of_leg:
            if stretch.kind is not None or stretch.masked:
                continue
            due = sight.late + sight.outvoted(stretch) + 2 * SWEEP + 2 * SPACING + SLACK
            for start, end in without((stretch.start, stretch.end), sight.blind(key)):
                for condition, told in sight.told.items():
                    doubt = condition.kind is Kind.UNVERIFIED_OPEN and not stretch.sure
                    if condition.kind not in SETTLED or leg_of(condition) != key or doubt:
                        continue
                    for since, until in told:
                        if since < end and until > start + due and end > start + due:
                            kept = in_words((start + due, until))
                            yield f"{condition.kind} of {key.symbol} {key.leg} is over and open {kept}"


def _not_resolved_while_it_lasts(sight: Sight) -> Iterator[str]:
    """R2: nothing is resolved that lasts, however blind anybody is meanwhile."""
    for condition, told in sight.told.items():
        if condition.kind not in LEGS_KINDS:
            continue
        for stretch in sight.legs.get(leg_of(condition), []):
            if (
                stretch.kind is None
                or condition.kind not in kinds_of(stretch)
                or condition.symbol not in SYMBOLS
            ):
                continue
            since = stretch.start + sight.late + sight.outvoted(stretch) + 2 * SWEEP
            for _, until in told:
                over = since < until <= stretch.end and until < sight.episode.plan.end
                if over and not _told_as_another(sight, condition, until):
                    yield f"{condition.kind} of {condition.symbol} {condition.leg} resolved at {until:.2f}"


def _told_as_another(sight: Sight, condition: FindingKey, at: float) -> bool:
    """True when people know of the same leg by another kind at the time."""
    return any(
        other.kind in LEGS_KINDS and leg_of(other) == leg_of(condition) and since < at < until
        for other, told in sight.told.items()
        for since, until in told
    )


def _no_false_alarm(sight: Sight) -> Iterator[str]:
    """R2 and no false alarm: people are told of a difference only where there truly was one, and for long."""
    # What a verification proved is told at once; that its verdicts are true is the verifier's oracle's.
    proved = {
        (entry.after.key, entry.at) for entry in sight.episode.diary if " went wrong: " in entry.after.reason
    }
    for condition, told in sight.told.items():
        if condition.kind not in LEGS_KINDS:
            continue
        of_leg = sight.legs.get(leg_of(condition), [])
        unseen = bool(UNRELIABLE & sight.episode.plan.troubles) or bool(sight.storms)
        for fired, _ in told:
            if (condition, fired) in proved or differed_as_believed(sight, condition, fired):
                continue
            # Between two looks a leg may agree for a while that nothing tells of. It must differ then.
            lasting = 0.0 if unseen else max(GRACE - sight.late, SPACING)
            late = (sight.late + GRACE if unseen else sight.late) + INQUIRY
            # Where the list fails, only the stream can tell that it is over, and such a one may not.
            lists = [felt(storm) for storm in sight.storms if storm.what in {"list", "part"}]
            blind = any(start <= fired <= end for start, end in lists)
            over = late if blind and UNRELIABLE & sight.episode.plan.troubles else sight.late + INQUIRY
            if not _differed(of_leg, condition.kind, fired, (over, late), lasting):
                yield f"{condition.kind} of {condition.symbol} {condition.leg} told at {fired:.2f}"


def _differed(
    of_leg: list[Stretch], kind: Kind, fired: float, late: tuple[float, float], lasting: float
) -> bool:
    """True when the leg differed for long until just before, in this way among others.

    Args:
        of_leg: How it stood.
        kind: What people are told.
        fired: When.
        late: How long before it may have ceased to differ, and to differ in this way.
        lasting: How long it must have differed at the least, seconds.
    """
    began: float | None = None
    right = False
    for stretch in of_leg:
        if stretch.kind is None and not stretch.masked:
            began, right = None, False
            continue
        began = stretch.start if began is None else began
        recent = stretch.start <= fired and stretch.end >= fired - late[0]
        right = right or (stretch.start <= fired <= stretch.end + late[1] and kind in kinds_of(stretch))
        if recent and right and min(stretch.end, fired) - began >= lasting:
            return True
    return False


def _lowered_by_proof(sight: Sight) -> Iterator[str]:
    """S1: a position that is gone is less than an emergency only where an order of the bot has closed it."""
    for entry in sight.episode.diary:
        key, alert = entry.after.key, entry.after
        if key.kind is not Kind.PHANTOM_POSITION or entry.decision.owed is not Owed.FIRST:
            continue
        since = entry.at - sight.late - GRACE
        lately = [each for each in sight.legs[leg_of(key)] if each.start <= entry.at and each.end >= since]
        if alert.severity is not Severity.CRITICAL and not any(each.unbooked for each in lately):
            yield f"{key.symbol} {key.leg} is only {alert.severity} at {entry.at:.2f}: {alert.reason}"


CHECKS: dict[str, Check] = {
    "every lasting difference is told (R1)": _covered,
    "no false alarm (R2)": _no_false_alarm,
    "lowered only by proof (S1)": _lowered_by_proof,
    "not resolved while it lasts (R2)": _not_resolved_while_it_lasts,
    "what has no stop is told (P1)": naked_is_told,
    "what is guarded is not told (P2)": guarded_is_not_told,
    "no emergency by design (P3)": by_design_is_no_emergency,
    "guarded again is resolved (P4)": guarded_again_is_resolved,
    "no false green (G1)": no_false_green,
    "matched is counted right (G2)": matched_is_counted_right,
    "blindness is told (R2)": blindness_is_told,
    "blindness is true (R2)": blindness_is_true,
    "a clock that is set is told (R2)": a_clock_that_is_set_is_told,
    "mute is not over (R2)": mute_is_not_over,
    "never green while blind (R2)": never_green_while_blind,
    "what is over is resolved (R3)": _cleared,
    "stable in the end (E1)": stable_in_the_end,
    "guarded in the end (E2)": guarded_in_the_end,
    "green in the end (E3)": green_in_the_end,
    "answered in the end (E4)": answered_in_the_end,
    "what is told of orders is true (O3)": told_of_orders_is_true,
    "orders are told in the end (E5)": orders_are_told_in_the_end,
    "counted as it traded (X1)": counted_as_it_traded,
    "counted in the end (X2)": counted_in_the_end,
    "one open alert per condition (A2)": one_at_a_time,
    "nothing is forgotten (A3)": by_decisions_only,
    "acknowledged until worse (A5)": acknowledged_until_worse,
    "the cadence is kept (O2)": kept_looking,
}
