"""`trueup reload`: have a running `trueup run` take changed settings, and say what became of it."""

from pathlib import Path

import typer

from reconciler.cli.console_door import print_json
from reconciler.cli.options import Config, Json
from reconciler.cli.printing import printable
from reconciler.record.report import ExitCode


def reload(*, json: Json = False, config: Config = None) -> int:
    """Have the running `trueup run` read its settings again: what has changed is taken, or all is refused.

    It is the process that reads them, with the environment that it was started with: a variable that was
    changed since takes a restart, a file does not.
    """
    from reconciler.service.control import ask_to_reload
    from reconciler.settings.loading import DEFAULT_FILE

    file = config or DEFAULT_FILE
    try:
        told = ask_to_reload(file)
    except OSError as error:
        typer.echo(f"trueup: it runs, and has not answered ({error}): its log says more", err=True)
        return ExitCode.UNCHECKED
    if json:
        print_json([{"pid": pid, "taken": each.taken, "lines": list(each.lines)} for pid, each in told])
    else:
        for pid, each in told:
            _say(pid, taken=each.taken, lines=each.lines)
    if not told:
        _nobody(file)
        return ExitCode.UNCHECKED
    return ExitCode.AGREES if all(each.taken for _, each in told) else ExitCode.WRONG_SETTINGS


def _say(pid: int, *, taken: bool, lines: tuple[str, ...]) -> None:
    for line in lines:
        typer.echo(printable(line if taken else f"trueup: {line}"), err=not taken)
    if taken:
        typer.echo(f"Process {pid} runs by these settings now.")
    else:
        typer.echo(f"trueup: refused: process {pid} goes on with the settings that it had", err=True)


def _nobody(file: Path) -> None:
    hint = "start it, name the settings file it was started with (--config), or be the user it runs as"
    typer.echo(f"trueup: no `trueup run` by {printable(str(file))} was found here: {hint}", err=True)
