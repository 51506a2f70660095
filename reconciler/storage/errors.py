"""What can be wrong with the state database, said in one line with what to do about it."""

from enum import StrEnum

from reconciler.facts.lease import Holder, Lease


class StateTrouble(StrEnum):
    """Why the state database cannot be used."""

    URL = "url"  # the setting itself is wrong
    ABSENT = "absent"  # no file, no folder, no such database on the server
    EMPTY = "empty"  # it is there, but Trueup never set it up
    FOREIGN = "foreign"  # it is another program's database
    CORRUPT = "corrupt"  # not a database, or a damaged one
    LOCKED = "locked"
    CONFLICT = "conflict"  # the server has ended a transaction for another one's sake
    PERMISSION = "permission"
    UNREACHABLE = "unreachable"  # the database server does not answer, or not us
    READ_ONLY = "read_only"  # the server takes no changes now: a standby, or told not to
    OLDER = "older"  # written by an older Trueup and not yet upgraded
    NEWER = "newer"  # written by a newer Trueup
    FULL = "full"  # no room left
    GONE = "gone"  # the file was deleted, moved or replaced while it was in use
    LEASE = "lease"  # what was to be written is another process's to write by now
    OTHER = "other"


class StateDatabaseError(Exception):
    """The state database cannot be used: one line saying what, where, and what to do.

    Attributes:
        trouble: Why.
        again: True when the same call may succeed later without anybody at this machine doing anything.
        unsure: True when the change may have been stored all the same: only the answer to its commit is lost.
    """

    def __init__(
        self, trouble: StateTrouble, message: str, *, again: bool = False, unsure: bool = False
    ) -> None:
        """`message` is one line for a person, without secrets, with the remedy in it."""
        super().__init__(message)
        self.trouble = trouble
        self.again = again
        self.unsure = unsure

    def anew(self) -> "StateDatabaseError":
        """Return the same error for another caller.

        One that several tasks raise holds the frames of them all, and whoever clears them up after one task
        (APScheduler does) ends the others in the middle of what they do.
        """
        return StateDatabaseError(self.trouble, str(self), again=self.again, unsure=self.unsure)


class LeaseLost(StateDatabaseError):
    """A write was refused: the account is another process's by now, or somebody took it out of the settings.

    Attributes:
        lease: The one that is lost.
    """

    def __init__(self, lease: Lease, holder: Holder | None) -> None:
        """`holder` is who has it now, if anybody."""
        whose = "given back" if holder is None else f"given to {holder}"
        message = f"the watch over {lease.account} was {whose} meanwhile: nothing more is written of it here"
        super().__init__(StateTrouble.LEASE, message)
        self.lease = lease


def may_pass(error: BaseException) -> bool:
    """Return True for a state database that is busy or away for the moment, and a group of nothing else."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(may_pass, error.exceptions))
    return isinstance(error, StateDatabaseError) and error.again
