"""What one pass over an account is stored as: what it came to, or that nothing was seen; pure."""

from dataclasses import dataclass
from datetime import datetime

from reconciler.account.look import Look
from reconciler.views import CycleView
from verification.facts.clock import Moment


@dataclass(frozen=True, slots=True)
class Swept:
    """The last pass over an account, as it was stored, and when both sides had been read."""

    cycle: CycleView
    at: Moment


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
