"""What must hold in every world: the promises of the reconciler, checked against what truly happened."""

from collections.abc import Callable, Iterator

from reconciler.finding import DIFFERENCES, FindingKey, Kind
from tests.simulation.oracle import Violation
from tests.simulation.plan import SYMBOLS
from tests.simulation.reconciler.alert_oracle import (
    acknowledged_until_worse,
    by_decisions_only,
    kept_looking,
    one_at_a_time,
)
from tests.simulation.reconciler.blindness_oracle import (
    blindness_is_told,
    blindness_is_true,
    never_green_while_blind,
)
from tests.simulation.reconciler.episode import SWEEP, WatchedEpisode
from tests.simulation.reconciler.plan import END
from tests.simulation.reconciler.sight import (
    GRACE,
    IN_FLIGHT_GRACE,
    SETTLED,
    SLACK,
    SPACING,
    UNRELIABLE,
    Sight,
    felt,
    in_words,
    leg_of,
    names_of,
    told_of,
    without,
    words,
)
from tests.simulation.reconciler.stretch import Stretch, stretches
from tests.simulation.reconciler.venue import TIMEOUT

Check = Callable[["Sight"], Iterator[str]]


def watched_violations(episode: WatchedEpisode) -> list[Violation]:
    """Return every promise that a world broke."""
    weather = episode.plan.venue.weather
    hangs = TIMEOUT + 1.0 if any(storm.how == "late" for storm in episode.plan.storms) else 0.0
    sight = Sight(
        episode,
        {key: stretches(key, episode.truth.get(key, []), episode.rows) for key in episode.plan.legs},
        told_of(episode),
        late=max(weather.lists) + 2 * weather.answer + weather.push + 1.0 + hangs,
        hangs=hangs,
    )
    found = [Violation("the reconciler goes on", what) for what in episode.broken]
    for promise, check in CHECKS.items():
        found += [Violation(promise, what) for what in check(sight)]
    return found


def _covered(sight: Sight) -> Iterator[str]:
    """R1: a lasting difference, with both sides readable, has an open alert of its kind on its leg."""
    for key, of_leg in sight.legs.items():
        for stretch in of_leg:
            if stretch.kind is None:
                continue
            kinds = names_of(stretch.kind)
            grace = IN_FLIGHT_GRACE if stretch.in_flight else GRACE
            due = sight.late + sight.outvoted(stretch) + SWEEP + grace + SPACING + SLACK
            told = [
                span
                for kind in kinds
                for span in sight.told.get(FindingKey(kind, key.account, key.symbol, key.leg), [])
            ]
            for start, end in without((stretch.start, stretch.end), sight.blind(orders=stretch.in_flight)):
                for gap in without((start + due, end), told):
                    what = f"{stretch.kind} of {key.symbol} {key.leg} ({words(stretch)})"
                    yield f"{what} untold {in_words(gap)}"


def _cleared(sight: Sight) -> Iterator[str]:
    """R3: when both sides agree again, what was open of the leg is resolved in time."""
    for key, of_leg in sight.legs.items():
        for stretch in of_leg:
            if stretch.kind is not None:
                continue
            due = sight.late + sight.outvoted(stretch) + 2 * SWEEP + 2 * SPACING + SLACK
            for start, end in without((stretch.start, stretch.end), sight.blind()):
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
        if condition.kind not in DIFFERENCES:
            continue
        kinds = names_of(condition.kind)
        for stretch in sight.legs.get(leg_of(condition), []):
            if stretch.kind not in kinds or condition.symbol not in SYMBOLS:
                continue
            since = stretch.start + sight.late + sight.outvoted(stretch) + 2 * SWEEP
            for _, until in told:
                over = since < until <= stretch.end and until < END
                if over and not _told_as_another(sight, condition, until):
                    yield f"{condition.kind} of {condition.symbol} {condition.leg} resolved at {until:.2f}"


def _told_as_another(sight: Sight, condition: FindingKey, at: float) -> bool:
    """True when people know of the same leg by another kind at the time."""
    return any(
        other.kind in DIFFERENCES and leg_of(other) == leg_of(condition) and since < at < until
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
        if condition.kind not in DIFFERENCES:
            continue
        of_leg = sight.legs.get(leg_of(condition), [])
        unseen = bool(UNRELIABLE & sight.episode.plan.troubles) or bool(sight.storms)
        for fired, _ in told:
            if (condition, fired) in proved:
                continue
            # Between two looks a leg may agree for a while that nothing tells of. It must differ then.
            lasting = 0.0 if unseen else max(GRACE - sight.late, SPACING)
            late = sight.late + GRACE if unseen else sight.late
            # Where the list fails, only the stream can tell that it is over, and such a one may not.
            lists = [felt(storm) for storm in sight.storms if storm.what == "list"]
            blind = any(start <= fired <= end for start, end in lists)
            over = late if blind and UNRELIABLE & sight.episode.plan.troubles else sight.late
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
    kinds = names_of(kind)
    began: float | None = None
    right = False
    for stretch in of_leg:
        if stretch.kind is None:
            began, right = None, False
            continue
        began = stretch.start if began is None else began
        recent = stretch.start <= fired and stretch.end >= fired - late[0]
        right = right or (stretch.start <= fired <= stretch.end + late[1] and stretch.kind in kinds)
        if recent and right and min(stretch.end, fired) - began >= lasting:
            return True
    return False


CHECKS: dict[str, Check] = {
    "every lasting difference is told (R1)": _covered,
    "no false alarm (R2)": _no_false_alarm,
    "not resolved while it lasts (R2)": _not_resolved_while_it_lasts,
    "blindness is told (R2)": blindness_is_told,
    "blindness is true (R2)": blindness_is_true,
    "never green while blind (R2)": never_green_while_blind,
    "what is over is resolved (R3)": _cleared,
    "one open alert per condition (A2)": one_at_a_time,
    "nothing is forgotten (A3)": by_decisions_only,
    "acknowledged until worse (A5)": acknowledged_until_worse,
    "the cadence is kept (O2)": kept_looking,
}
