"""One line of the doctor's answer, and what becomes one."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """What came out of one try."""

    OK = "ok"
    NOTE = "note"  # works, but a person should know
    NOT_OK = "not ok"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor's answer.

    Attributes:
        subject: What was tried.
        health: What came out.
        text: What was seen, or what is wrong and what to do; one line.
        settings: True when it does not work because the settings are wrong.
    """

    subject: str
    health: Health
    text: str
    settings: bool = False


def bug(subject: str, error: Exception) -> Check:
    """Return what is told of an error that nobody foresaw: kind and place, for its text may hold anything."""
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    code = None if where is None else where.tb_frame.f_code
    place = (
        "" if code is None or where is None else f" in {code.co_name}, {code.co_filename}:{where.tb_lineno}"
    )
    return Check(subject, Health.NOT_OK, f"a bug in Trueup ({type(error).__name__}{place}): report it")
