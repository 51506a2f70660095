"""The screens' only way to the state database: one console for each address, opened when first needed.

A failed read is handed on as `Unread`, never as an empty view, and the console is dropped so that the next
read starts afresh: a database that was replaced, or came back, is seen without a restart.
"""

import os
from collections.abc import Callable
from threading import Lock
from typing import TypeVar

from dashboard.identity import identity
from dashboard.joint_read import JointRead
from dashboard.words.saying import Filled, Word
from dashboard.words.verdict import Unread, blind
from reconciler.alerts.alert import Alert
from reconciler.console import (
    Accounts,
    Answer,
    Changes,
    Commands,
    Console,
    Insight,
    NotAllowed,
    Queries,
    StateDatabaseError,
    seen_of,
)
from reconciler.views.alert import ChangesView
from reconciler.views.now import NowView
from verification.facts.clock import SystemClock

STATE_URL = "TRUEUP_STATE_URL"
NOBODY = "Nobody is signed in here: load the page again."

Asked = TypeVar("Asked")

_lock = Lock()
_consoles: dict[str, Console] = {}


def ask(question: Callable[[Queries], Asked]) -> Asked | Unread:
    """Return the answer, or `Unread` with the reason when the database could not be read.

    This and what follows answers of the accounts alone that whoever sits before the screens may see.
    """
    return _shown(lambda console: question(console.queries))


def _shown(question: Callable[[Console], Asked]) -> Asked | Unread:
    def shown(console: Console) -> Asked | Unread:
        person = identity()
        return _unread(NOBODY) if person is None else question(console.seen_by(person.sees))

    return _answered(shown)


def _answered(question: Callable[[Console], Asked]) -> Asked | Unread:
    url = os.environ.get(STATE_URL, "")
    if not url:
        return _unread(f"{STATE_URL} is not set: start this with `trueup dashboard`.")
    try:
        return question(_console(url))
    except StateDatabaseError as error:
        forget(url)
        return _unread(str(error))


def look_into(question: Callable[[Insight], Asked]) -> Asked | Unread:
    """Return the answer to what is asked of Trueup itself, or `Unread` with the reason."""
    return _shown(lambda console: question(console.insight))


def ask_changes(question: Callable[[Changes], Asked]) -> Asked | Unread:
    """Return the answer to what is asked of changes and who made them, or `Unread` with the reason."""
    return _shown(lambda console: question(console.changes))


def now() -> NowView | Unread:
    """Return what the strip and the first page need: one read for all pages that ask in the same moment.

    That one is for whoever sees all accounts: for somebody who is limited to groups it is read by itself.
    """
    person = identity()
    if person is None:
        return ask(lambda queries: queries.now())
    return now_of_all() if person.sees is None else _read_now(person.sees)


def now_of_all() -> NowView | Unread:
    """Return the same of all accounts, for what serves every page and shows nobody anything of it."""
    return _shared.now()


def _read_now(groups: frozenset[str] | None = None) -> NowView | Unread:
    """Read it, of the accounts of these groups; None: of all.

    While the reconciler is not alive the console is dropped after the read: perhaps it writes elsewhere by
    now, into a file that took this one's place.
    """
    view = _answered(lambda console: console.seen_by(groups).queries.now())
    if not isinstance(view, Unread) and blind(view):
        forget(os.environ[STATE_URL])
    return view


def changes(after: int | None) -> ChangesView | Unread:
    """Return whether an alert that people are told of has changed after the change of this number.

    Of any account: it says no more than "look now", to all open pages at once.
    """
    return _answered(lambda console: console.queries.changes(after))


_shared = JointRead(_read_now, lambda: changes(None))


def say(shown: Alert, word: Word, said: Filled) -> Answer:
    """Store what a person says of an alert as it was shown to them; on return it is durable.

    Raises:
        AlertCommandError: It was refused; the message is for the person.
        StateDatabaseError: It could not be stored.
    """
    return _done(lambda commands: _said(commands, shown, word, said))


def check_again(shown: Alert, by: str) -> Answer:
    """Store that a person asks for another look at an alert; whoever watches its account looks at once.

    Raises:
        AlertCommandError: It was refused; the message is for the person.
        StateDatabaseError: It could not be stored.
    """
    return _done(lambda commands: commands.check_again(shown.id, by=by, origin="dashboard"))


def try_channel(channel: str) -> int:
    """Ask for a test message on a channel; on return it is durable that it was asked for.

    Raises:
        AlertCommandError: It was refused; the message is for the person.
        StateDatabaseError: It could not be stored.
    """
    return _done(lambda commands: commands.try_channel(channel, by="somebody with the link"))


def _done(deed: Callable[[Commands], Asked]) -> Asked:
    """Do something in the name of whoever sits before the screens."""
    person = identity()
    if person is None:
        raise NotAllowed(NOBODY)
    url = os.environ.get(STATE_URL, "")
    try:
        return deed(_console(url).commands_of(person))
    except StateDatabaseError:
        forget(url)
        raise


def _said(commands: Commands, shown: Alert, word: Word, said: Filled) -> Answer:
    number, seen, until = shown.id, seen_of(shown), said.until
    by, note, here = said.name, said.note, "dashboard"
    match word:
        case Word.ACKNOWLEDGE:
            return commands.acknowledge(number, by=by, note=note, origin=here, seen=seen, until=until)
        case Word.SNOOZE:
            return commands.snooze(number, by=by, note=note, origin=here, seen=seen, until=until)
        case Word.INTEND:
            return commands.intend(
                number, by=by, note=note, origin=here, seen=seen, until=until, surplus=shown.surplus
            )
        case Word.CLOSE:
            return commands.close(number, by=by, note=note, origin=here, seen=seen)
        case Word.NOTE:
            return commands.note(number, by=by, note=note, origin=here)


def ask_accounts(question: Callable[[Accounts], Asked]) -> Asked | Unread:
    """Return the answer about who may sign in, or `Unread` where there is none."""
    return _answered(lambda console: question(console.accounts))


def forget(url: str) -> None:
    """Close the console of `url`, if one is open; the next question opens it again."""
    with _lock:
        console = _consoles.pop(url, None)
    if console is not None:
        console.close()


def _unread(message: str) -> Unread:
    return Unread(message, SystemClock().now().utc)


def _console(url: str) -> Console:
    with _lock:
        if url not in _consoles:
            _consoles[url] = Console.open(url)
        return _consoles[url]
