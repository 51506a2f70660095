"""`trueup backup FILE`: a whole copy of the state database, made while `trueup run` works."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reconciler.cli.console_door import print_json
from reconciler.cli.ending import UsageError
from reconciler.cli.options import Config, Json
from reconciler.cli.printing import moment
from reconciler.settings import load

if TYPE_CHECKING:
    from reconciler.storage.backup import Contents

File = Annotated[Path, typer.Argument(metavar="FILE", help="Where the backup is to be. Never overwritten.")]


def backup(file: File, *, json: Json = False, config: Config = None) -> int:
    """Copy the state database to a new file, whole and of one moment; `trueup run` may go on.

    The copy is looked through before it has its name. Exit codes: 0 it is there; 2 the state database cannot
    be read or the file not written; 3 wrong settings, a name that is taken, or a state on PostgreSQL, for
    which the command of pg_dump is told.
    """
    url = load(config, venues=False).database.url
    from reconciler.storage.backup import BackupRefused, NotAFile, back_up
    from reconciler.storage.server_backup import dump_command

    try:
        contents = back_up(url, file)
    except NotAFile:
        raise UsageError(
            f"the state is on a PostgreSQL server, which makes its own: {dump_command(url, file)}"
        ) from None
    except BackupRefused as error:
        raise UsageError(str(error)) from None
    if json:
        print_json({"file": str(file.absolute()), **contents_document(contents)})
    else:
        typer.echo(f"Backup {file}: {contents_line(contents)}.")
    return 0


def contents_line(contents: "Contents") -> str:
    """Return what is in a state database, as a person reads it."""
    alerts = contents.rows.get("alert", 0)
    since = (
        "nothing was ever stored in it" if contents.latest is None else f"state of {moment(contents.latest)}"
    )
    open_ones = f"{contents.open_alerts} of {alerts} {'alert' if alerts == 1 else 'alerts'} open"
    verifications = contents.rows.get("verification", 0)
    return f"{since}, {open_ones}, {verifications} verifications, revision {contents.revision}"


def contents_document(contents: "Contents") -> dict[str, Any]:
    """Return the same for a program."""
    return {
        "latest": None if contents.latest is None else contents.latest.isoformat(),
        "open_alerts": contents.open_alerts,
        "revision": contents.revision,
        "rows": dict(contents.rows),
    }
