"""Whether what a process could say of itself is worth a write; pure."""

from datetime import timedelta

from reconciler.views.health import BudgetView, ClockView, ProcessView

EVERY = timedelta(minutes=5)
"""How often it is told where nothing changes."""

MOVED = 0.1
"""By which part of a limit a budget has moved before it is told anew."""

AGAIN = timedelta(seconds=10)
"""How often at most, for what only moves."""


def worth_telling(told: ProcessView, now: ProcessView) -> bool:
    """Return whether what is known now differs enough from what was last told, or that is old."""
    age = now.at - told.at
    if age >= EVERY or age < timedelta(0) or _states(told) != _states(now):
        return True
    return age >= AGAIN and (_moved(told.budgets, now.budgets) or _stepped(told.clocks, now.clocks))


def _states(process: ProcessView) -> tuple[object, ...]:
    """Return what is told at once when it changes."""
    return (
        tuple((job.name, job.account, job.every, job.failing, job.late) for job in process.jobs),
        tuple((*_named(each), each.refusals, _ends(each)) for each in process.budgets),
        tuple((waits.channel, waits.since is None) for waits in process.waiting),
        tuple(clock.account for clock in process.clocks),
    )


def _named(budget: BudgetView) -> tuple[object, ...]:
    return budget.venue, budget.address, budget.accounts


def _ends(budget: BudgetView) -> tuple[object, ...]:
    """Return until when it waits, to ten seconds: counted anew each time, it is never the same to the end."""
    ends = [budget.waits_until, *(until for _, _, until in budget.waits)]
    return tuple(None if end is None else round(end.timestamp() / 10) for end in ends)


def _moved(told: tuple[BudgetView, ...], now: tuple[BudgetView, ...]) -> bool:
    return any(
        abs(new.used - old.used) >= MOVED * new.most or abs(new.ours - old.ours) >= MOVED * new.part
        for old, new in zip(told, now, strict=True)
    )


def _stepped(told: tuple[ClockView, ...], now: tuple[ClockView, ...]) -> bool:
    return any(
        abs(new.ahead_ms - old.ahead_ms) > old.within_ms + new.within_ms
        for old, new in zip(told, now, strict=True)
    )
