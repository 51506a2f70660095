"""What of one account's work has met an error that nobody expected: it is told, and tried again.

An error that has a type of ours is dealt with where it arises. What gets here is a bug, ours or of a library.
"""

import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from reconciler.sight.blindness import Failing
from reconciler.storage.errors import StateDatabaseError, may_pass
from verification.budget.backoff import Backoff
from verification.facts.clock import Clock, Moment

LOOKS = "looks"
SWEEPS = "sweeps"
TAKING_UP = "taking up of verifications"
FOLLOWING = "following of events"
GLANCES = "glances at pushes"
LEDGER_WATCH = "watch over the ledgers"
VERIFICATIONS = "verifications"
TAKING_OVER = "taking over of verifications"
LATENCIES = "storing of latencies"
PROBE = "measuring of fills"
VENUE_CLOCK = "measuring of the clock"
HEALTH = "check of the sources"
EXPLAINING = "explaining of changes"
STREAM = "reading of the stream"

EVERY_WORK = frozenset(
    {
        LOOKS,
        SWEEPS,
        TAKING_UP,
        FOLLOWING,
        GLANCES,
        LEDGER_WATCH,
        VERIFICATIONS,
        TAKING_OVER,
        LATENCIES,
        PROBE,
        VENUE_CLOCK,
        HEALTH,
        EXPLAINING,
    }
)
"""An alert of any other work is of a version of before."""

QUIET_SECONDS = 60.0
"""How long work that runs on must have met no error to count as well again. Longer than any pause."""

PAUSES = Backoff(1.0, most=30.0)
"""After so many errors in a row."""

log = structlog.get_logger()


class Unexpected:
    """The unexpected errors of one account, by piece of work."""

    def __init__(self, account: str) -> None:
        """Nothing has begun."""
        self._account = account
        self._failing: dict[str, Failing | None] = {}
        self._worked: dict[str, datetime] = {}
        self._quiet_since: dict[str, Moment] = {}

    def met(self, work: str, error: Exception, at: Moment) -> str:
        """Take an error into account and log it with its traceback; return the line to tell of it.

        The line names the trace, not the error's text: that may hold anything, a signed address too.
        """
        line, trace = told(error, account=self._account, work=work)
        before = self._failing.get(work)
        self._failing[work] = Failing(
            count=1 if before is None else before.count + 1,
            since=at if before is None else before.since,
            message=line,
            code=trace,
            again=True,
            last_ok=self._worked.get(work),
        )
        if work in self._quiet_since:
            self._quiet_since[work] = at
        return line

    def worked(self, work: str, at: Moment) -> None:
        """Take into account that a piece of work came to its end as it should."""
        self._failing[work] = None
        self._worked[work] = at.utc

    def begun(self, work: str, at: Moment) -> None:
        """Take into account that work has begun which runs on: quiet for long enough, it is well."""
        self._quiet_since[work] = at

    def judged(self, now: Moment) -> dict[str, Failing | None]:
        """Return how each piece of work fails; None for what is well. What is not known is left out."""
        for work, since in self._quiet_since.items():
            if now.monotonic - since.monotonic >= QUIET_SECONDS:
                self.worked(work, now)
        return dict(self._failing)

    def last_worked(self, work: str) -> datetime | None:
        """Return when a piece of work last did as it should, aware UTC; None if it never has."""
        return self._worked.get(work)


def told(error: Exception, *, account: str, work: str) -> tuple[str, str]:
    """Log an unexpected error with its traceback; return a line about it, and the trace id in both."""
    trace = secrets.token_hex(4)
    log.error("account.unexpected", account=account, work=work, trace=trace, exc_info=error)
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = "" if where is None else f" in {where.tb_frame.f_code.co_name}"
    return f"{work}: unexpected {type(error).__name__}{place} (trace {trace}, see the log)", trace


def of_everybody(error: Exception) -> bool:
    """Return True where the state database cannot be used any more: no matter of one account.

    It may be alone or among others; one that is only away for the moment is waited for.
    """
    if isinstance(error, ExceptionGroup):
        return any(isinstance(each, Exception) and of_everybody(each) for each in error.exceptions)
    return isinstance(error, StateDatabaseError) and not error.again


async def until_done(
    run: Callable[[], Awaitable[None]],
    clock: Clock,
    *,
    on_error: Callable[[Exception], None],
    needless: Callable[[], bool] = lambda: False,
) -> None:
    """Run a piece of work to its end; begin again after an unexpected error, in growing pauses.

    Args:
        run: The work.
        clock: Where time comes from.
        on_error: Is told of each unexpected error; that the state database is away is none.
        needless: Says, when it would begin again, that this is not needed any more.

    Raises:
        StateDatabaseError: As the work raised it, or a group that holds one: it cannot be used any more.
    """
    failures = 0
    while True:
        began = clock.now()
        try:
            await run()
        except Exception as error:
            if of_everybody(error):
                raise
            lasted = clock.now().monotonic - began.monotonic
            failures = 1 if lasted >= QUIET_SECONDS else failures + 1
            if not may_pass(error):
                on_error(error)
        else:
            return
        await clock.sleep(PAUSES.after(failures))
        if needless():
            return


async def kept_up(
    work: str, run: Callable[[], Awaitable[None]], unexpected: Unexpected, clock: Clock
) -> None:
    """Keep work going that runs on until it is cancelled, or do it until it is done; its errors are told.

    Raises:
        StateDatabaseError: As the work raised it, or a group that holds one.
    """
    unexpected.begun(work, clock.now())
    await until_done(run, clock, on_error=lambda error: _note(unexpected, work, error, clock))


async def tried(work: str, job: Callable[[], Awaitable[None]], unexpected: Unexpected, clock: Clock) -> None:
    """Run a job of the schedule once; an unexpected error in it is told, and its next turn tries again.

    Raises:
        StateDatabaseError: As the job raised it, or a group that holds one.
    """
    try:
        await job()
    except Exception as error:
        if of_everybody(error) or may_pass(error):
            raise
        unexpected.met(work, error, clock.now())
    else:
        unexpected.worked(work, clock.now())


def _note(unexpected: Unexpected, work: str, error: Exception, clock: Clock) -> None:
    unexpected.met(work, error, clock.now())
