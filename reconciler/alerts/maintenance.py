"""A maintenance window of an account: whether it may be opened or ended, and what it is then; pure."""

from dataclasses import replace
from datetime import datetime

from reconciler.alerts.errors import NameRequired, NoteRequired, NoWindow, WrongEnd
from reconciler.alerts.limits import Limits
from reconciler.alerts.quiet import Window
from reconciler.facts.wording import span


def opened(
    account: str, *, by: str, note: str, until: datetime | None, limits: Limits, now: datetime
) -> Window:
    """Return the window that a person opens.

    Args:
        account: Which account.
        by: Who.
        note: Why.
        until: When it is to end, aware UTC; None for the usual time.
        limits: How long it may be.
        now: Aware UTC.

    Raises:
        AlertCommandError: It was refused; the message is for that person.
    """
    end = until or now + limits.maintenance.usual
    if not by.strip():
        raise NameRequired(f"maintenance of {account}: say who you are")
    if not note.strip():
        raise NoteRequired(f"maintenance of {account}: say in a note what is done")
    if end <= now:
        raise WrongEnd(f"maintenance of {account}: {end:%Y-%m-%d %H:%M:%S} UTC is over already")
    if end - now > limits.maintenance.most:
        raise WrongEnd(
            f"maintenance of {account}: {span(limits.maintenance.most)} is the longest that can be chosen"
        )
    return Window(0, account, by.strip(), note.strip(), now, end)


def ended(account: str, window: Window | None, *, by: str, now: datetime) -> Window:
    """Return the open window of an account as somebody ends it.

    Raises:
        AlertCommandError: It was refused; the message is for that person.
    """
    if not by.strip():
        raise NameRequired(f"maintenance of {account}: say who you are")
    if window is None or not window.stands(now):
        raise NoWindow(f"no maintenance window of {account} is open")
    return replace(window, ended_at=now, ended_by=by.strip())
