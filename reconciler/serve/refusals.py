"""What a program is told whose request was not answered: the status and a plain line for each reason."""

from pydantic import ValidationError

from reconciler.alerts.errors import NoSuchAccount, WrongEnd
from reconciler.console import (
    AlertChanged,
    AlertCommandError,
    AlertNotFound,
    AlreadyResolved,
    NameRequired,
    NoteRequired,
    NotFiringYet,
    StateDatabaseError,
)
from reconciler.serve.door import Refused

_STATUS: dict[type[AlertCommandError], int] = {
    AlertNotFound: 404,
    AlreadyResolved: 409,
    NotFiringYet: 409,
    AlertChanged: 409,
    NameRequired: 422,
    NoteRequired: 422,
    NoSuchAccount: 404,
    WrongEnd: 422,
}


class NotAnswered(Exception):
    """A request is not answered; `refused` says why."""

    def __init__(self, status: int, why: str) -> None:
        """Say why, in one plain line."""
        super().__init__(why)
        self.refused = Refused(status, why)


def refusal_of(error: Exception) -> Refused | None:
    """Return what to say of an error; None for one that nobody expected."""
    match error:
        case NotAnswered():
            return error.refused
        case ValidationError():
            return Refused(422, "; ".join(_line(each["loc"], each["msg"]) for each in error.errors()))
        case AlertCommandError():
            return Refused(_STATUS.get(type(error), 409), str(error))
        case StateDatabaseError():
            return Refused(503, str(error))
        case TimeoutError():
            return Refused(503, "it took too long: ask again")
        case _:
            return None


def _line(place: tuple[int | str, ...], message: str) -> str:
    where = ".".join(map(str, place))
    return f"{where}: {message}" if where else message
