"""An exchange whose clock differs from ours, over real sockets: told on two measurements, and then over."""

import pytest

from reconciler.facts.finding import Kind, Severity
from reconciler.sight.clock_skew import ClockSeen, judge_clock
from tests.wire.faces import Face
from tests.wire.simulated import running
from verification.facts.clock import SystemClock
from verification.latency.venue_clock import VenueClock

pytestmark = pytest.mark.wire


@pytest.mark.parametrize(("seconds", "severity"), [(2.5, Severity.WARNING), (-8.0, Severity.CRITICAL)])
async def test_it_is_told_while_the_clocks_differ(face: Face, seconds: float, severity: Severity) -> None:
    clock, seen = SystemClock(), ClockSeen()
    async with running(face=face) as (venue, watched):
        measuring = VenueClock(watched.venue, clock)

        async def measured() -> ClockSeen:
            return seen.after_look(clock.now()).after_measurement(await measuring.measure())

        seen = await measured()
        assert judge_clock("main", seen, clock.now()).well
        venue.clock.skew_ms = int(seconds * 1000)
        seen = await measured()
        assert not judge_clock("main", seen, clock.now()).findings
        seen = await measured()
        (found,) = judge_clock("main", seen, clock.now()).findings
        assert (found.kind, found.severity) == (Kind.CLOCK_SKEW, severity)
        venue.clock.skew_ms = 0
        seen = await measured()
        assert judge_clock("main", seen, clock.now()).well
