"""How long a finding is given before people are told: the numbers, and what stretches a grace; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from reconciler.comparison.confidence import Confidence
from reconciler.kinds.form.confirmation import Grace
from verification.facts.clock import Moment


@dataclass(frozen=True, slots=True)
class ConfirmationSettings:
    """The numbers of the confirmation.

    Attributes:
        spacing: Looks closer together than this count once: a venue that answers wrongly repeats itself.
        grace: How long both sides must have been quiet. The floor: a slow source makes it longer.
        lagging_grace: The same where the bot's own stop or exit explains the difference.
        stop_placing: How long after the opening a position may be without its stop.
        stop_replacing: How long a stop may be missing later on, while it is moved.
        stuck: How long a bot may take an order to be at work that has ended.
        longest: What the measured lag may stretch a grace to, and how long ever new changes may put off the
            alert. A longer floor stands.
    """

    spacing: timedelta = timedelta(seconds=5)
    grace: timedelta = timedelta(seconds=20)
    lagging_grace: timedelta = timedelta(seconds=60)
    stop_placing: timedelta = timedelta(seconds=60)
    stop_replacing: timedelta = timedelta(seconds=15)
    stuck: timedelta = timedelta(minutes=3)
    longest: timedelta = timedelta(minutes=5)


class Seen(NamedTuple):
    """Since when a finding is in sight.

    Attributes:
        first: When it was first found.
        steady: When its quantities were first found as they are now.
    """

    first: Moment
    steady: Moment


class GraceLeft(NamedTuple):
    """A grace.

    Attributes:
        whole: How long it is, seconds.
        left: How much of it is left, seconds; negative when it is over.
        why: Why it is longer than what is set, as it follows on the grace; empty where it is not.
    """

    whole: float
    left: float
    why: str = ""


def grace_left(
    asked: Grace,
    seen: Seen,
    confidence: Confidence,
    settings: ConfirmationSettings,
    *,
    lag: timedelta | None,
    now: Moment,
) -> GraceLeft:
    """Return the grace of a finding. `lag` is how late the position list has shown fills; None if not known.

    It is never shorter than what is set, and stretched by a slow list up to the limit.
    """
    in_sight = now.monotonic - seen.first.monotonic
    if asked is Grace.STOP:
        return _of_stop(in_sight, confidence, settings, now)
    stuck = asked is Grace.STUCK
    usual = settings.lagging_grace if confidence.lagging else settings.grace
    floor = (settings.stuck if stuck else usual).total_seconds()
    longest = max(settings.longest.total_seconds(), floor)
    whole = floor if lag is None else min(max(floor, 2 * lag.total_seconds()), longest)
    why = ""
    if lag is not None and whole > floor:
        late = f"{round(lag.total_seconds(), 1):g} s"
        why = f" ({floor:.0f} s, stretched because the position list has shown fills up to {late} late)"
    if stuck:
        # It counts from the end of the order: what is held, and other rows, may change as they like.
        return GraceLeft(whole, whole - max(in_sight, _since(confidence.quiet_since, now)), why)
    quiet = max(now.monotonic - seen.steady.monotonic, _since(confidence.quiet_since, now))
    # Quantities that go on changing put the alert off, but not for ever.
    return GraceLeft(whole, min(whole - quiet, longest - in_sight), why)


def _of_stop(
    in_sight: float, confidence: Confidence, settings: ConfirmationSettings, now: Moment
) -> GraceLeft:
    """Return the grace of a missing stop.

    A position just opened has the time that it takes to place a stop, counted from the opening and not from
    our first look. One held longer may be having its stop moved (or its triggered limit filled) right now,
    whenever it was opened.
    """
    placing, replacing = settings.stop_placing.total_seconds(), settings.stop_replacing.total_seconds()
    held = max(in_sight, _held(confidence, now))
    of_placing, of_replacing = placing - held, replacing - in_sight
    if of_placing > of_replacing:
        return GraceLeft(placing, of_placing)
    return GraceLeft(replacing, of_replacing)


def _held(confidence: Confidence, now: Moment) -> float:
    """Return for how long what is held is known to be held, seconds; zero where nobody tells."""
    if confidence.grown is not None:
        return now.monotonic - confidence.grown.monotonic
    return _since(confidence.opened, now)


def _since(at: datetime | None, now: Moment) -> float:
    return 0.0 if at is None else (now.utc - at).total_seconds()
