"""`trueup alerts maintenance begin | end | list`: an account is being worked on."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from reconciler.cli.console_door import open_console, print_json
from reconciler.cli.ends import For, Until, end_of
from reconciler.cli.options import Config, Json
from reconciler.cli.printing import moment, printable

if TYPE_CHECKING:
    from reconciler.alerts.quiet import Window

commands = typer.Typer(
    help="Say that an account is being worked on.", add_completion=False, rich_markup_mode=None
)

Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's name in the settings.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who says it.")]
Reason = Annotated[str, typer.Option("--note", metavar="TEXT", help="What is done. Required.")]


@commands.command("begin")
def begin(
    account: Account,
    *,
    by: By,
    note: Reason = "",
    span: For = None,
    until: Until = None,
    json: Json = False,
    config: Config = None,
) -> int:
    """Begin a maintenance window: what is raised meanwhile is shown, and told when the window is over.

    A position without a stop, or that no bot knows, is told at once all the same. A window lasts for 1 h, or
    as long as you say (at most 8 h).
    """
    end_at = end_of(span, until)
    with open_console(config) as console:
        window = console.commands.begin_maintenance(account, by=by, note=note, origin="cli", until=end_at)
    _print(window, f"{_line(window)}. What is raised meanwhile is told then.", json=json)
    return 0


@commands.command("end")
def end(account: Account, *, by: By, json: Json = False, config: Config = None) -> int:
    """End the maintenance window of an account before its time: what is still open is told now."""
    with open_console(config) as console:
        window = console.commands.end_maintenance(account, by=by)
    _print(window, f"Maintenance of {printable(account)} ended by {printable(by.strip())}.", json=json)
    return 0


@commands.command("list")
def list_windows(*, json: Json = False, config: Config = None) -> int:
    """List the maintenance windows that are open."""
    with open_console(config) as console:
        windows = console.queries.windows()
    if json:
        print_json([_document(each) for each in windows])
    else:
        lines = [_line(each) for each in windows]
        typer.echo("\n".join(lines) if lines else "No maintenance window is open.")
    return 0


def _print(window: "Window", line: str, *, json: bool) -> None:
    if json:
        print_json(_document(window))
    else:
        typer.echo(line)


def _line(window: "Window") -> str:
    text = f"Maintenance of {window.account} until {moment(window.until)}, by {window.by}: {window.note}"
    return printable(text)


def _document(window: "Window") -> dict[str, Any]:
    return {
        "account": window.account,
        "by": window.by,
        "note": window.note,
        "at": window.at.isoformat(),
        "until": window.until.isoformat(),
        "ended_at": window.ended_at.isoformat() if window.ended_at else None,
        "ended_by": window.ended_by,
    }
