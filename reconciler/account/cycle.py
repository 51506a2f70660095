"""What one pass over an account is stored as: what it came to, or that nothing was seen; pure."""

from dataclasses import dataclass
from datetime import datetime

from reconciler.account.look import Look
from reconciler.record.unprotected import HELD_TRUE
from reconciler.views.account import CycleView
from verification.facts.clock import Moment

HELD_TRUE_SECONDS = HELD_TRUE.total_seconds()
"""How long after a pass what it saw without a stop is taken to be still so; after that it is not known."""


@dataclass(frozen=True, slots=True)
class Swept:
    """The last pass over an account, and what has added up since the watch began.

    Attributes:
        cycle: The pass, as it was stored.
        at: When both sides had been read.
        dollar_seconds: Quote value without a covering stop, times the seconds that it stood so, up to `at`.
        unknown_seconds: Seconds, up to `at`, for which it is not known what stood without a stop.
    """

    cycle: CycleView
    at: Moment
    dollar_seconds: float = 0.0
    unknown_seconds: float = 0.0

    def unprotected_until(self, now: Moment) -> tuple[float, float]:
        """Return dollar-seconds and unknown seconds up to now."""
        passed = max(0.0, now.monotonic - self.at.monotonic)
        value = self.cycle.unprotected_notional
        known = 0.0 if value is None else min(passed, HELD_TRUE_SECONDS)
        gained = 0.0 if value is None else float(value) * known
        return self.dollar_seconds + gained, self.unknown_seconds + passed - known


def swept_after(before: Swept | None, cycle: CycleView, at: Moment) -> Swept:
    """Return the pass that follows another one; None before the first."""
    return Swept(cycle, at) if before is None else Swept(cycle, at, *before.unprotected_until(at))


def cycle_of(look: Look, venue: str, last_complete: datetime | None) -> CycleView:
    """Return what a look at the whole account came to. `last_complete` is aware UTC."""
    comparison = look.comparison
    return CycleView(
        account=comparison.account,
        venue=venue,
        status=look.status,
        matched=comparison.matched,
        legs=len(comparison.legs),
        unprotected_notional=comparison.unprotected_notional,
        finished_at=look.finished.utc,
        last_complete_at=last_complete,
        seconds=look.ended.monotonic - look.started.monotonic,
        problems=look.problems,
        in_flight=len(comparison.in_flight),
    )


def blind_cycle(
    account: str, venue: str, problem: str, now: datetime, last_complete: datetime | None
) -> CycleView:
    """Return a pass that saw nothing, and the problem, one plain line. Both times are aware UTC."""
    return CycleView(
        account=account,
        venue=venue,
        status="blind",
        matched=0,
        legs=0,
        unprotected_notional=None,
        finished_at=now,
        last_complete_at=last_complete,
        seconds=0.0,
        problems=(problem,),
    )
