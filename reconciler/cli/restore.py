"""`trueup restore FILE`: a backup in the place of the state database, which stays beside it."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.backup import contents_document, contents_line
from reconciler.cli.console_door import print_json
from reconciler.cli.ending import UsageError
from reconciler.cli.options import Config, Json
from reconciler.settings import load
from verification.facts.clock import SystemClock

File = Annotated[Path, typer.Argument(metavar="FILE", help="A backup. It is only read.")]


def restore(file: File, *, json: Json = False, config: Config = None) -> int:
    """Put a backup in the place of the state database; what stood there is kept beside it.

    Nobody may use the state database meanwhile: stop `trueup run`, `up` and `dashboard`. Exit codes: 0 it is
    done; 2 nothing was changed: somebody uses it, or the backup is damaged or of a newer Trueup; 3 wrong
    settings, no such file, or a state on PostgreSQL, for which the command of pg_restore is told.
    """
    url = load(config, venues=False).database.url
    from reconciler.storage.backup import BackupRefused, NotAFile
    from reconciler.storage.restore import restore as put_back
    from reconciler.storage.server_backup import restore_command

    try:
        done = put_back(url, file, now=SystemClock().now().utc)
    except NotAFile:
        how = restore_command(url, file)
        raise UsageError(f"the state is on a PostgreSQL server; into a new database: {how}") from None
    except BackupRefused as error:
        raise UsageError(str(error)) from None
    if json:
        kept = None if done.replaced is None else str(done.replaced)
        told = {"file": str(done.file), "replaced": kept, "revision_now": done.revision}
        print_json({**contents_document(done.contents), **told, "numbers_jump": done.numbers_jump})
        return 0
    typer.echo(f"Restored {done.file} from {file}: {contents_line(done.contents)}.")
    if done.revision != done.contents.revision:
        typer.echo(f"Upgraded to revision {done.revision}.")
    if done.replaced is not None:
        typer.echo(f"What stood there is kept as {done.replaced}.")
    if done.numbers_jump:
        typer.echo("Numbers of alerts go on after a gap: which were given since the backup is not known.")
    typer.echo("Start `trueup run`: it compares anew, and what is over by now is resolved then.")
    return 0
