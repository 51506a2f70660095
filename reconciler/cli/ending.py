"""How a command ends: typed errors become lines and exit codes; anything else is a bug with a trace."""

import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass

WRONG_SETTINGS = 3
"""`record.report.ExitCode` has it too; that one is loaded when something is reported."""

BUG = 70
INTERRUPTED = 130


class UsageError(Exception):
    """The command was called in a way that makes no sense; the message is one line with the remedy."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What is told when a command could not do its work.

    Attributes:
        lines: One line each, complete in itself, for standard error.
        code: The exit code.
    """

    lines: tuple[str, ...]
    code: int


def ending(error: BaseException) -> Ending:
    """Return what to say of an error, and the exit code.

    Several errors at once (a group of tasks) are all told; wrong settings outweigh what could not be checked,
    and a bug outweighs both.
    """
    each = [_ending(leaf) for leaf in _leaves(error)]
    if any(told is None for told in each):
        return _bug(error)
    known = [told for told in each if told is not None]
    lines = tuple(dict.fromkeys(line for told in known for line in told.lines))
    return Ending(lines, max(told.code for told in known))


def print_ending(told: Ending) -> None:
    """Write the lines to standard error."""
    for line in told.lines:
        sys.stderr.write(f"trueup: {line}\n")
    sys.stderr.flush()


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


def _ending(error: BaseException) -> Ending | None:
    # Loaded where something has gone wrong: a command that ends well need not wait for them.
    from typer.exceptions import TyperException

    from reconciler.alerts.errors import AlertCommandError
    from reconciler.cluster.errors import ClusterError
    from reconciler.ledgers.port import LedgerTrouble, LedgerUnreadable
    from reconciler.record.report import ExitCode
    from reconciler.settings.problem import SettingsError
    from reconciler.storage.errors import StateDatabaseError, StateTrouble
    from verification.facts.errors import SourceError

    match error:
        case SettingsError():
            return Ending(error.lines, ExitCode.WRONG_SETTINGS)
        case TyperException():
            context = getattr(error, "ctx", None)
            path = context.command_path if context is not None else "trueup"
            return Ending(
                (f"{_line(error.format_message()).rstrip('.')}. See `{path} --help`.",),
                ExitCode.WRONG_SETTINGS,
            )
        case UsageError() | AlertCommandError():
            return Ending((_line(str(error)),), ExitCode.WRONG_SETTINGS)
        case StateDatabaseError():
            wrong = error.trouble is StateTrouble.URL
            return Ending((_line(str(error)),), ExitCode.WRONG_SETTINGS if wrong else ExitCode.UNCHECKED)
        case LedgerUnreadable():
            wrong = error.trouble is LedgerTrouble.SETTINGS
            return Ending((_line(str(error)),), ExitCode.WRONG_SETTINGS if wrong else ExitCode.UNCHECKED)
        case ClusterError():
            return Ending(
                (_line(str(error)),), ExitCode.WRONG_SETTINGS if error.usage else ExitCode.UNCHECKED
            )
        case SourceError():
            return Ending((_line(str(error)),), ExitCode.UNCHECKED)
        case _:
            return None


def _bug(error: BaseException) -> Ending:
    what = f"{type(error).__name__}: {_line(str(error))}"
    trace = "".join(traceback.format_exception(error))
    if os.environ.get("TRUEUP_DEBUG"):
        return Ending((*trace.splitlines(), f"a bug in Trueup: {what}"), BUG)
    try:
        # The name is random and the file readable by its owner alone.
        with tempfile.NamedTemporaryFile(
            "w", prefix="trueup-trace-", suffix=".txt", delete=False, encoding="utf-8"
        ) as file:
            file.write(trace)
    except OSError as full:
        where = f"its trace could not be written ({full.strerror}), TRUEUP_DEBUG=1 shows it"
    else:
        where = f"its trace is in {file.name}; TRUEUP_DEBUG=1 shows it here"
    return Ending((f"a bug in Trueup: {what}; {where}",), BUG)


def _line(text: str) -> str:
    return " ".join(text.split())
