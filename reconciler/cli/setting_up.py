"""From what a bot's own settings say to a settings file, and to what is left to do."""

import os
from collections.abc import Iterator
from pathlib import Path

import typer

from reconciler.cli.doctor import examined, say
from reconciler.cli.ending import UsageError
from reconciler.cli.printing import printable
from reconciler.cli.settings_file import put_aside, write_new
from reconciler.cli.settings_text import Names, bot_text, names_for, url_variable, whole_text
from reconciler.ledgers.bot_setup import BotSetup
from reconciler.record.report import ExitCode
from reconciler.settings import Settings, SettingsError, load
from reconciler.settings.database_url import absolute
from reconciler.settings.files import FOLDER, read_files


def set_up(setup: BotSetup, file: Path, *, add: bool, force: bool, doctor: bool) -> int:
    """Write the settings of a bot, try them, and say what is left to do.

    Args:
        setup: The bot.
        file: The settings file.
        add: Write the bot into a file of its own beside the one that is there.
        force: Replace the file that is there.
        doctor: Try what was written.

    Returns:
        What came out of the tries; 0 without them. The file is written whatever that is.

    Raises:
        UsageError: Nothing was written, and why.
        SettingsError: The same: what is there to add to cannot be used.
    """
    for line in setup.first:
        say("this bot", "note", line)
    folder = file.absolute().parent
    there = file.exists()
    if there and not add and not force:
        raise UsageError(
            f"{file} is there already and stays as it is: --add writes this bot into a file of {FOLDER} "
            "beside it, --force replaces it and keeps the old one, and another file can be named"
        )
    present = read_files(file, needed=there and add).raw
    _must_be_new(setup, present, file)
    names = names_for(setup, present)
    if there and add:
        beside = file.parent / FOLDER / f"{names.ledger}.toml"
        write_new(beside, bot_text(setup, names, folder).lstrip(), folder=True)
        typer.echo(f"Wrote {beside}, which belongs to {file}:")
    else:
        aside = f"; the old one is {put_aside(file)} now" if there else ""
        write_new(file, whole_text(setup, names, folder))
        typer.echo(f"Wrote {file}{aside}:")
    for line in _told(setup):
        typer.echo(f"  {printable(line)}")
    code = _examined(file) if doctor else ExitCode.AGREES
    left = list(_left_to_do(setup, names, file, shared=there and add))
    if left:
        typer.echo("Left to do:")
    for line in left:
        typer.echo(f"  {printable(line)}")
    start = "trueup up" if file == Path("trueup.toml") else f"trueup up --config {file}"
    if code is not ExitCode.AGREES:
        typer.echo(f"Then see the lines with `not ok`: `{start.replace(' up', ' doctor')}` tries again.")
    typer.echo(f"{'Start' if code is ExitCode.AGREES and not left else 'After that start'} it: {start}")
    return code


def _must_be_new(setup: BotSetup, present: dict[str, object], file: Path) -> None:
    """Refuse to add a database that is there already: its trades would be counted twice."""
    ledgers, folder = present.get("ledgers"), file.absolute().parent
    if not isinstance(ledgers, dict) or setup.database.file is None:
        return
    for name, ledger in ledgers.items():
        url = ledger.get("url") if isinstance(ledger, dict) else None
        scheme = setup.database.scheme
        if not isinstance(url, str) or not url.startswith(scheme):
            continue
        if Path(absolute(url, folder).removeprefix(scheme)).resolve() == setup.database.file.resolve():
            raise UsageError(f"{file} has this database already, as [ledgers.{name}]: nothing was added")


def _told(setup: BotSetup) -> Iterator[str]:
    live = "dry run" if setup.dry_run else "live"
    read = "" if setup.venue == setup.exchange else f" (read as {setup.venue})"
    stake = f", stake in {setup.stake}" if setup.stake else ""
    mode = f", {setup.margin_mode} margin" if setup.margin_mode else ""
    yield f"bot       {setup.kind}, {live}: {setup.market} on {setup.exchange}{read}{mode}{stake}"
    database = setup.database
    yield f"database  {database.file or database.url or 'none that can be read here'}"
    yield f"stops     {setup.stops}: {setup.stops_why}"
    if setup.stops == "auto":
        yield 'note      if the strategy keeps its stops on the exchange, write stops = "venue"'
    for note in setup.notes:
        yield f"note      {note}"


def _examined(file: Path) -> ExitCode:
    try:
        # Without the secrets, which may not be there yet: the rest can be tried all the same.
        settings: Settings = load(file, venues=False)
    except SettingsError as error:
        for line in error.lines:
            say("settings", "not ok", line)
        return ExitCode.WRONG_SETTINGS
    return examined(settings)


def _left_to_do(setup: BotSetup, names: Names, file: Path, *, shared: bool) -> Iterator[str]:
    unset = [variable for variable in names.variables.values() if not os.environ.get(variable)]
    if unset:
        yield f"make a key at {setup.exchange} that may read and nothing else (not the bot's own), and set"
        yield from (f"    export {variable}=…" for variable in unset)
    database = setup.database
    if database.password and not os.environ.get(url_variable(names)):
        yield "give the password of a role that may only read: in ~/.pgpass, or the whole address in"
        yield f"    export {url_variable(names)}=postgresql://…"
    if database.file is None and not database.url and not database.password:
        yield f"give the bot a database that can be read, and write its `url` into [ledgers.{names.ledger}]"
    if shared:
        yield (
            f"if this bot trades an account that {file} had already, name `{names.ledger}` in that account's "
            f"`ledgers` and take [accounts.{names.account}] out of {FOLDER} again"
        )
