"""How Trueup itself fares, in one sentence, worst first. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.look.colours import Tone
from dashboard.words import numbers as words
from dashboard.words.verdict import blind
from reconciler.alerts.wording import sight
from reconciler.facts.heartbeat import HeartbeatState
from reconciler.sight.account_state import (
    SEEING,
    accounts_of,
    heartbeat_state_of,
    is_unheard,
)
from reconciler.views.account import SourceView
from reconciler.views.health import BudgetView, ClockView, HealthView, ProcessView
from reconciler.views.now import NowView

SAID_WITHIN = timedelta(minutes=11)
"""A process says something of itself every five minutes: one that has not for twice that is gone or stuck."""

LATE_AFTER = timedelta(minutes=5)
"""What is owed to people for longer than this is late."""

CLOCK_MOST_MS = 250.0
"""How far a clock may be off before it is told."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is not well: in a few words, and how bad it is."""

    text: str
    tone: Tone


def sentence(view: NowView, health: HealthView) -> Part:
    """Return all that is not well, the worst first; or that all is, and how old the oldest word is."""
    parts = sorted(_parts(view, health), key=lambda part: part.tone is not Tone.CRITICAL)
    oldest = _oldest(view)
    rest = "" if oldest is None else f", oldest word {words.duration(view.read_at - oldest)}"
    if not parts:
        if not accounts_of(view):
            return Part("No account has been looked at yet.", Tone.WARNING)
        return Part(f"All is well{rest}.", Tone.GOOD)
    return Part(
        f"Worst first: {', '.join(part.text for part in parts)}; all else is well{rest}.", parts[0].tone
    )


def _parts(view: NowView, health: HealthView) -> Iterator[Part]:
    asleep = [
        name for name in accounts_of(view) if heartbeat_state_of(view, name) is not HeartbeatState.ALIVE
    ]
    if asleep:
        yield Part(f"{words.count(len(asleep), 'account')} not looked at", Tone.CRITICAL)
    unseen = [each for each in view.sources if each.account not in asleep and not is_well(each, view)]
    if unseen:
        yield Part(f"{words.count(len(unseen), 'source')} not live", Tone.WARNING)
    yield from _of_processes(view, health)
    failing = [each for each in view.channels if each.failing_since is not None]
    if failing:
        yield Part(f"{words.count(len(failing), 'channel')} refusing", Tone.WARNING)
    if health.oldest_owed is not None and view.read_at - health.oldest_owed > LATE_AFTER and view.channels:
        late = words.count(health.owed, "message")
        yield Part(
            f"{late} owed, the oldest {words.duration(view.read_at - health.oldest_owed)}", Tone.WARNING
        )
    if health.unreadable:
        yield Part(
            f"what {words.count(len(health.unreadable), 'process', 'processes')} said cannot be read",
            Tone.WARNING,
        )


def _of_processes(view: NowView, health: HealthView) -> Iterator[Part]:
    present = speaking(health)
    if accounts_of(view) and not present:
        yield Part("no process has said how it fares", Tone.WARNING)
    waiting = [each for process in present for each in process.budgets if waits(each, view.read_at)]
    if waiting:
        told = words.count(len(waiting), "address", "addresses")
        yield Part(f"{told} asked to wait", Tone.CRITICAL)
    jobs = [each for process in present for each in process.jobs if each.failing or each.late]
    if jobs:
        yield Part(f"{words.count(len(jobs), 'job')} failing or late", Tone.WARNING)
    clocks = [each for process in present for each in process.clocks if is_off(each)]
    if clocks:
        yield Part(f"{words.count(len(clocks), 'clock')} apart", Tone.WARNING)


def _oldest(view: NowView) -> datetime | None:
    times = [each.last_ok for each in view.sources if each.state == "ok" and each.last_ok is not None]
    return min(times, default=None)


def speaking(health: HealthView) -> tuple[ProcessView, ...]:
    """Return the processes that have said something lately."""
    return tuple(each for each in health.processes if health.read_at - each.at <= SAID_WITHIN)


def is_well(source: SourceView, view: NowView) -> bool:
    """Return whether a source is live, or there is none to be, as far as is known now."""
    return source.state in SEEING and not is_unheard(source, view) and not blind(view, source.account)


def waits(budget: BudgetView, now: datetime) -> datetime | None:
    """Return until when the exchange asks everybody on an address to wait; None where it does not."""
    until = budget.waits_until
    return until if until is not None and until > now else None


def is_off(clock: ClockView) -> bool:
    """Return whether a clock is surely further off than it may be."""
    return abs(clock.ahead_ms) - clock.within_ms > CLOCK_MOST_MS


def place(budget: BudgetView) -> str:
    """Say which counter it is: by its address and exchange; the exchange alone where that has no name."""
    return f"{budget.address}, {budget.venue}" if budget.address else budget.venue


def slowed(budget: BudgetView) -> str:
    """Say whether Trueup slows itself here, and by which of its two limits; empty where it does not."""
    if budget.used >= budget.slowed_from:
        return "slowed: all on the address together"
    return "slowed: its own part is used" if budget.ours >= 0.95 * budget.part else ""


JOBS = {
    "sweep": "Full look at the account",
    "heartbeat": "Heartbeat",
    "health": "Judging what is seen",
    "clock": "Sample of the exchange's clock",
    "doubted clock": "Clock again, while in doubt",
    "housekeeping": "Forgetting what is over and old",
    "retiring": "Retiring alerts nobody watches",
    "garbage": "Upkeep of memory",
    "ping": "Ping to the outside",
    "alertmanager": "Alertmanager",
    "last resort": "Word without the database",
    "alert log": "Following the alerts",
    "report": "This report",
    "channel tests": "Tests of channels",
}
"""What a job is called."""


SELDOM_SHOWN = frozenset(
    {"doubted clock", "retiring", "garbage", "last resort", "report", "channel tests", "health"}
)
"""Jobs that have a line of their own only while they are not well."""


def job(name: str) -> str:
    """Return what a job is called; one without a name of its own keeps the one that it has."""
    return JOBS.get(name, name)


SOURCE_COLUMNS = ("websocket", "rest", "orders", "conditional_orders")


def source_title(name: str) -> str:
    """Return what heads the column of a source."""
    return sight(name).capitalize()
