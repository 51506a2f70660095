"""Writes a settings file that is not there, and puts one that is there aside."""

from pathlib import Path

from reconciler.cli.ending import UsageError


def write_new(file: Path, text: str, *, folder: bool = False) -> None:
    """Write a file that is not there yet.

    Args:
        file: Where.
        text: What.
        folder: Make its folder too, where that is not there.

    Raises:
        UsageError: It is there, or cannot be written.
    """
    try:
        if folder:
            file.parent.mkdir(exist_ok=True)
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
