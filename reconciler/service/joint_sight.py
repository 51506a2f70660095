"""Whether accounts that several processes share are all seen, for the one of them that tells it outside."""

import asyncio
from collections.abc import Callable, Collection, Iterator
from datetime import timedelta

from reconciler.console import Console
from reconciler.facts.wording import duration
from reconciler.serve.health import OVERDUE_SECONDS
from reconciler.service.fleet import Fleet
from reconciler.service.ping_due import Ping, Said, Word, log_due
from reconciler.sight.account_state import AccountState, cycle_of, state_of
from reconciler.storage.errors import StateDatabaseError
from reconciler.views.health import HealthView
from reconciler.views.now import NowView
from verification.facts.clock import Moment

OVERDUE = timedelta(seconds=OVERDUE_SECONDS)


class JointSight:
    """Weighs what a process would say of its accounts by what is stored of all of them.

    Well is said by one process, the one that watches the first account of the settings, and only where every
    account was seen whole anew, by whoever has it. That people cannot be told is said by each for its own.
    """

    def __init__(self, console: Console, fleet: Fleet, first: Callable[[], bool]) -> None:
        """`first` says whether the first account is ours at the moment."""
        self._console = console
        self._fleet = fleet
        self._first = first

    async def weighed(self, word: Ping, said: Said, now: Moment) -> Ping | None:
        """Return the word that is due by all accounts; None for none."""
        if word.word is Word.FAIL:
            return word
        if not self._first():
            return None  # the process that has it says how all are
        if word.word is not Word.WELL:
            return word
        accounts = sorted(self._fleet.watching)
        try:
            found = await asyncio.to_thread(self._against, accounts, said)
        except StateDatabaseError as error:
            found = [f"how the other accounts are seen could not be read: {error}"]
        if found:
            return log_due(tuple(found), said, now)
        return Ping(Word.WELL, f"seen whole: {', '.join(accounts)}")

    def _against(self, accounts: list[str], said: Said) -> list[str]:
        health = self._console.insight.health()
        return list(against(self._console.queries.now(), health, accounts, said.well))


def against(
    view: NowView, health: HealthView, accounts: Collection[str], well: Moment | None
) -> Iterator[str]:
    """Yield what speaks against all being well, by what is stored.

    Args:
        view: How the accounts are seen.
        health: How the processes fare.
        accounts: All of the settings.
        well: When it was last said; None for never.
    """
    for account in accounts:
        state, cycle = state_of(view, account), cycle_of(view, account)
        if state is not AccountState.WATCHED or cycle is None:
            yield f"{account} is {state.value.replace('_', ' ')}"
        elif well is not None and cycle.finished_at <= well.utc:
            yield f"{account} has not been seen whole since the last word"
    holders = {each.holder for each in view.watches}
    for process in health.processes:
        for each in process.waiting if process.process in holders else ():
            if each.since is not None and (waited := (health.read_at - each.since)) > OVERDUE:
                yield f"a message to people has waited for {duration(waited.total_seconds())}"
