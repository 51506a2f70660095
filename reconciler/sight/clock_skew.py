"""Whether our clock is right: held against the exchange's, and against our monotonic one; pure.

It takes a second to call it wrong and three quarters to call it right, so that one at the edge does not come
and go; and two measurements for either, for one may have met a busy moment.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from reconciler.facts.finding import Evidence, Kind, Party
from reconciler.kinds import clock_skew
from reconciler.sight.sources import Blindness, condition, found, seconds
from verification.facts.clock import Moment
from verification.latency.venue_time import VenueTime

CLOCK: Final = "clock"

WRONG: Final = timedelta(seconds=1)
"""Venues refuse requests whose time is too far off: the strictest, what is a second ahead."""

RIGHT: Final = timedelta(seconds=0.75)
FAR: Final = timedelta(seconds=5)
"""Venues take requests for five seconds: what is later than that is refused by all that look at all."""

STEP: Final = timedelta(seconds=1)
_SURE: Final = 2
"""Measurements that make sure: one may have met a busy moment."""

FORGOTTEN: Final = timedelta(minutes=10)
"""Where the exchange tells no time, so long without another step shows that the clock stands."""


@dataclass(frozen=True, slots=True)
class ClockSeen:
    """What is known of our clock.

    Attributes:
        looked: When both of our clocks were last compared; None for never.
        step: By how many seconds it was set, forward positive, and when that was noticed; None for never, or
            once measurements have shown the clock to be right since.
        measured: The last measurement of the exchange's; None for none.
        beyond: How many measurements in a row have shown it to be wrong, all doubt deducted.
        right: How many in a row have shown it to be right.
    """

    looked: Moment | None = None
    step: tuple[float, Moment] | None = None
    measured: VenueTime | None = None
    beyond: int = 0
    right: int = 0

    @property
    def doubted(self) -> bool:
        """True where more measurements are wanted soon: it was set or measured wrong, and not yet right."""
        return (self.step is not None or self.beyond > 0) and self.right < _SURE

    def after_look(self, now: Moment) -> "ClockSeen":
        """Return what is known once both clocks were compared: they part where one of them was set."""
        if self.looked is None:
            return replace(self, looked=now)
        parted = (now.utc - self.looked.utc).total_seconds() - seconds(now, self.looked)
        if abs(parted) < STEP.total_seconds():
            return replace(self, looked=now)
        return replace(self, looked=now, step=(parted, now), beyond=0, right=0)

    def after_measurement(self, measured: VenueTime) -> "ClockSeen":
        """Return what is known once the exchange's clock was measured."""
        beyond = self.beyond + 1 if abs(measured.offset) - measured.error > WRONG else 0
        right = self.right + 1 if abs(measured.offset) + measured.error <= RIGHT else 0
        step = None if right >= _SURE else self.step
        return replace(self, step=step, measured=measured, beyond=beyond, right=right)


def judge_clock(account: str, seen: ClockSeen, now: Moment) -> Blindness:
    """Judge our clock: wrong, set, right, or not known."""
    key = condition(Kind.CLOCK_SKEW, account, CLOCK)
    measured, step = seen.measured, seen.step
    if measured is not None and seen.beyond >= _SURE:
        ahead, within = measured.offset.total_seconds(), measured.error.total_seconds()
        line = _line(f"the exchange's clock is {ahead:+.3f} s ahead", measured.at, clock_skew.MEASURED)
        severity = clock_skew.SPEC.severity.where(otherwise=abs(measured.offset) - measured.error > FAR)
        return Blindness((found(key, severity, clock_skew.sentence(ahead, within), line),), {}, ())
    since_step = measured is not None and (step is None or measured.at.monotonic > step[1].monotonic)
    if measured is not None and since_step:
        if abs(measured.offset) + measured.error <= RIGHT:
            ahead = measured.offset.total_seconds()
            line = _line(f"the exchange's clock is {ahead:+.3f} s ahead", measured.at, clock_skew.MEASURED)
            return Blindness((), {key: line}, ())
        if step is None:
            return Blindness((), {}, ())
    if step is None:
        return Blindness((), {}, ())
    by, at = step
    line = _line(f"it was set by {by:+.1f} s", at, clock_skew.STEPPED)
    if measured is None and seconds(now, at) >= FORGOTTEN.total_seconds():
        return Blindness((), {key: _line("it was not set again for long", now, clock_skew.STEPPED)}, ())
    severity = clock_skew.SPEC.severity.usual
    return Blindness((found(key, severity, clock_skew.sentence_of_step(by), line),), {}, ())


def _line(text: str, at: Moment, code: str) -> Evidence:
    return Evidence(Party.TRUEUP, CLOCK, text, at.utc, {"code": code})
