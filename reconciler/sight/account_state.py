"""How well each account is seen, in one word: the one rule of the screens and of `trueup status`; pure.

The word never says more than is known: nobody's watch comes before what was seen last, and old news are none.
"""

from datetime import timedelta
from enum import StrEnum

from reconciler.facts.heartbeat import Heartbeat, HeartbeatState
from reconciler.views.account import CycleView, SourceView
from reconciler.views.now import NowView

SWEEP_PATIENCE = timedelta(minutes=5)
"""A whole sweep older than this says nothing about now, whatever the heartbeat says."""

SOURCE_PATIENCE = timedelta(minutes=1)
"""A source's state is written every few seconds; one older than this is not news, whatever it said."""

SEEING = frozenset({"ok", "unsupported", "untried"})
"""A venue may have no stream at all, or be untried: that is known, said, and no reason for doubt. What is not
seen of it is told by what could not be read."""

_NEVER = Heartbeat(None, 0.0, None, stopped=False)


class AccountState(StrEnum):
    """How well an account is seen, best first."""

    WATCHED = "watched"  # a live reconciler, a whole and recent sweep, and every source is well
    PARTIAL = "partial"  # looked at, and a part of it could not be seen
    BLIND = "blind"  # looked at, and nothing could be seen, or nothing has been yet
    STALLED = "stalled"  # it should be looked at, and is not: the reconciler is hung, dead, or cut off
    NOT_WATCHED = "not_watched"  # nobody looks: stopped, or never begun


def accounts_of(view: NowView) -> tuple[str, ...]:
    """Return every account of which anything is known, by name."""
    named = {each.account for part in (view.watches, view.cycles, view.sources) for each in part}
    return tuple(sorted(named))


def heartbeat_of(view: NowView, account: str) -> Heartbeat:
    """Return an account's heartbeat: that of one which never beat where nobody knows of any."""
    return next((each.heartbeat for each in view.watches if each.account == account), _NEVER)


def holder_of(view: NowView, account: str) -> str | None:
    """Return the process that has an account, `HOST PID`; None for nobody."""
    return next((each.holder for each in view.watches if each.account == account), None)


def heartbeat_state_of(view: NowView, account: str) -> HeartbeatState:
    """Return whether an account is looked at."""
    return heartbeat_of(view, account).state(view.read_at)


def cycle_of(view: NowView, account: str) -> CycleView | None:
    """Return the last sweep of an account; None before the first."""
    return next((each for each in view.cycles if each.account == account), None)


def is_old(cycle: CycleView, view: NowView) -> bool:
    """Return whether a sweep says nothing about now. One from the future proves nothing either."""
    return abs(view.read_at - cycle.finished_at) > SWEEP_PATIENCE


def is_unheard(source: SourceView, view: NowView) -> bool:
    """Return whether nobody has written of a source lately."""
    return abs(view.read_at - source.at) > SOURCE_PATIENCE


def state_of(view: NowView, account: str) -> AccountState:
    """Return the word for an account."""
    heartbeat_state = heartbeat_state_of(view, account)
    if heartbeat_state in {HeartbeatState.NEVER, HeartbeatState.STOPPED}:
        return AccountState.NOT_WATCHED
    cycle = cycle_of(view, account)
    if heartbeat_state is not HeartbeatState.ALIVE or (cycle is not None and is_old(cycle, view)):
        return AccountState.STALLED
    if cycle is None or cycle.status not in {"complete", "partial"}:
        return AccountState.BLIND
    sources = [each for each in view.sources if each.account == account]
    seeing = all(each.state in SEEING and not is_unheard(each, view) for each in sources)
    return AccountState.WATCHED if cycle.status == "complete" and seeing else AccountState.PARTIAL
