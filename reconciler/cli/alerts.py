"""`trueup alerts list | show | ack`: the alerts without a browser."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from reconciler.alerts.alert import Alert, AlertState
from reconciler.cli.options import Config, Json
from reconciler.cli.wording import alert_document, alert_line, alert_lines, moment, printable, view_document
from reconciler.settings import load

if TYPE_CHECKING:
    from reconciler.console import Console

commands = typer.Typer(help="List, show and acknowledge alerts.", rich_markup_mode=None)

PAGE = 200
OPEN = frozenset({AlertState.FIRING, AlertState.ACKNOWLEDGED, AlertState.RECOVERING})
Id = Annotated[int, typer.Argument(metavar="ID", help="The alert's number.", min=1)]


@commands.command("list")
def list_alerts(
    *,
    everything: Annotated[bool, typer.Option("--all", help="Suspected and resolved ones too.")] = False,
    json: Json = False,
    config: Config = None,
) -> int:
    """List open alerts, newest first."""
    with _console(config) as console:
        alerts = _read_all(console, None if everything else OPEN)
    if json:
        _print_json([alert_document(alert) for alert in alerts])
    elif alerts:
        typer.echo("\n".join(alert_line(alert) for alert in alerts))
    else:
        typer.echo(
            "No alerts." if everything else "No open alerts. `trueup doctor` says whether anybody looks."
        )
    return 0


@commands.command("show")
def show(alert_id: Id, *, json: Json = False, config: Config = None) -> int:
    """Show one alert with its evidence and history."""
    with _console(config) as console:
        view = console.queries.alert(alert_id)
    if json:
        _print_json(view_document(view))
    else:
        typer.echo("\n".join(alert_lines(view)))
    return 0


@commands.command("ack")
def acknowledge(
    alert_id: Id,
    *,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who has seen it.")],
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Required for a critical alert.")] = "",
    json: Json = False,
    config: Config = None,
) -> int:
    """Say that somebody has seen an alert. It stays open until bot and exchange agree."""
    with _console(config) as console:
        alert = console.commands.acknowledge(alert_id, by=by, note=note, origin="cli")
    if json:
        _print_json(alert_document(alert))
        return 0
    given = alert.acknowledgement
    until = f" until {moment(given.until)}" if given is not None else ""
    typer.echo(f"Alert {alert.id} acknowledged by {printable(by)}{until}: it stays open until both agree.")
    return 0


def _console(config: Path | None) -> "Console":
    # Half a second of imports that `trueup --help` does not pay.
    from reconciler.console import Console

    return Console.open(load(config, venues=False).database.url)


def _read_all(console: "Console", states: frozenset[AlertState] | None) -> list[Alert]:
    alerts: list[Alert] = []
    while True:
        page = console.queries.alerts(states=states, limit=PAGE, offset=len(alerts))
        alerts += page
        if len(page) < PAGE:
            return alerts


def _print_json(document: Any) -> None:
    typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
