"""What this process says of itself in the state database: when something changes, and every few minutes.

At rest that is one small row every five minutes. What is used of a budget moves all the time: it is told anew
when it has moved by a tenth of what counts, and a wait that a venue asks for at once.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version

import structlog

from reconciler.serve.watching import Watching
from reconciler.service.schedule import Schedule
from reconciler.service.turn import Turn
from reconciler.service.worth_telling import worth_telling
from reconciler.storage.errors import StateDatabaseError
from reconciler.storage.service_store import ServiceStore
from reconciler.version import version_here
from reconciler.views.health import BudgetView, ClockView, JobView, ProcessView, WaitingView
from verification.facts.clock import Clock, Moment
from verification.venues.ccxt.counted import Counted

LOOK_SECONDS = 2.0

_PARTS = ("ccxt", "streamlit", "sqlalchemy")

log = structlog.get_logger()


class Reporting:
    """Tells how this process fares. `look` is called by the schedule."""

    def __init__(
        self,
        process: str,
        store: ServiceStore,
        clock: Clock,
        *,
        accounts: Mapping[str, Callable[[], Watching]],
        counted: Callable[[], Sequence[Counted]],
        waiting: Callable[[], Mapping[str, float]],
    ) -> None:
        """Nothing is told yet.

        Args:
            process: Machine and number.
            store: Where it is told.
            clock: Where time comes from.
            accounts: Says what this process knows of each account.
            counted: Says what is used of the venues' budgets.
            waiting: Says for how many seconds the oldest of what each channel is owed waits; 0 for nothing.
        """
        self._process = process
        self._store = store
        self._clock = clock
        self._accounts = accounts
        self._counted = counted
        self._waiting = waiting
        self._started = clock.now().utc
        self._versions = tuple(_versions())
        self._told: ProcessView | None = None
        self.schedule: Schedule | None = None

    async def look(self) -> None:
        """Tell what is worth telling.

        Raises:
            StateDatabaseError: It could not be stored.
        """
        view = self.view()
        if self._told is None or worth_telling(self._told, view):
            await self._store.save_process(view)
            self._told = view

    async def end(self) -> None:
        """Say that this process ends; where that cannot be stored its age tells it."""
        try:
            await self._store.forget_process(self._process)
        except StateDatabaseError as error:
            log.debug("process.not_forgotten", error=str(error))

    def view(self) -> ProcessView:
        """Return what is to be told at this moment."""
        now = self._clock.now()
        turns = {} if self.schedule is None else self.schedule.turns
        known = {name: watching().known for name, watching in sorted(self._accounts.items())}
        return ProcessView(
            process=self._process,
            at=now.utc,
            started_at=self._started,
            versions=self._versions,
            budgets=tuple(_budget(each, now) for each in self._counted()),
            jobs=tuple(_job(name, turn, self._accounts, now) for name, turn in sorted(turns.items())),
            clocks=tuple(
                ClockView(
                    name,
                    round(each.clock.offset.total_seconds() * 1000, 1),
                    round(each.clock.error.total_seconds() * 1000, 1),
                    each.clock.at.utc,
                )
                for name, each in known.items()
                if each is not None and each.clock is not None
            ),
            waiting=tuple(
                WaitingView(name, now.utc - timedelta(seconds=seconds) if seconds else None)
                for name, seconds in sorted(self._waiting().items())
            ),
        )


def _budget(counted: Counted, now: Moment) -> BudgetView:
    def until(left: float) -> datetime:
        return now.utc + timedelta(seconds=left)

    return BudgetView(
        venue=counted.venue,
        address=counted.address,
        accounts=counted.accounts,
        used=counted.used,
        ours=counted.ours,
        most=counted.most,
        part=counted.part,
        slowed_from=counted.slowed_from,
        window=counted.window,
        waits_until=until(counted.left) if counted.left else None,
        refusals=counted.refusals,
        waits=tuple((account, path, until(left)) for account, path, left in counted.waits),
    )


def _job(name: str, turn: Turn, accounts: Mapping[str, object], now: Moment) -> JobView:
    what, account = _of_account(name, accounts)
    return JobView(
        name=what,
        account=account,
        every=turn.every,
        good_at=None if turn.good is None else turn.good.utc,
        seconds=None if turn.seconds is None else round(turn.seconds, 3),
        failing=turn.failing,
        late=turn.is_late(now),
    )


def _of_account(name: str, accounts: Mapping[str, object]) -> tuple[str, str]:
    """Return which job it is, and of which account; empty where it serves all of them."""
    what, _, rest = name.partition(" ")
    while rest and rest not in accounts:  # both may be of several words
        more, _, rest = rest.partition(" ")
        what = f"{what} {more}"
    return (what, rest) if rest else (name, "")


def _versions() -> list[tuple[str, str]]:
    found = [("Trueup", version_here())]
    for part in _PARTS:
        try:
            found.append((part, version(part)))
        except PackageNotFoundError:
            found.append((part, "unknown"))
    return found
