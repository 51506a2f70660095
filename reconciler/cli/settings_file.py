"""Writes a settings file: a new one, in place of one that is kept beside it, or with a bot more in it."""

import os
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from reconciler.cli.ending import UsageError


def write_new(file: Path, text: str) -> None:
    """Write a file that is not there yet.

    Raises:
        UsageError: It is there, or cannot be written.
    """
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise UsageError(f"{file} is there already and stays as it is: name another file") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from None


def put_aside(file: Path) -> Path:
    """Give a file another name beside its own, and return that.

    Raises:
        UsageError: It cannot be moved.
    """
    number = 1
    while (aside := file.with_name(f"{file.name}.old{number}")).exists():
        number += 1
    try:
        file.rename(aside)
    except OSError as error:
        raise UsageError(f"{file} cannot be put aside as {aside}: {error.strerror}") from None
    return aside


def present_settings(file: Path) -> dict[str, Any]:
    """Return what a settings file holds.

    Raises:
        UsageError: It cannot be read, or is none.
    """
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is no settings file that could be added to ({error}): correct it") from None


def add_to(file: Path, text: str) -> None:
    """Add tables at the end of a settings file; all that is in it stays, and it is there whole at any time.

    Raises:
        UsageError: It would be no settings file any more, or cannot be written.
    """
    old = file.read_text("utf-8")
    new = f"{old.rstrip()}\n{text}"
    try:
        tomllib.loads(new)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f"{file} takes no further tables at its end ({error}): write this bot into it by hand, or let "
            "`trueup init` write another file and copy it from there"
        ) from None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.absolute().parent)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(new)
        Path(temporary).chmod(file.stat().st_mode & 0o7777)
        Path(temporary).replace(file)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from None
