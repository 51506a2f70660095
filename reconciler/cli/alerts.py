"""`trueup alerts list | show | ack`: the alerts without a browser."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.seen import Seen, seen_by, seen_of
from reconciler.cli.options import Config, Json
from reconciler.cli.wording import alert_document, alert_line, alert_lines, answer_line, view_document
from reconciler.settings import load

if TYPE_CHECKING:
    from reconciler.console import Console

commands = typer.Typer(help="List, show and acknowledge alerts.", add_completion=False, rich_markup_mode=None)

PAGE = 200
OPEN = frozenset({AlertState.FIRING, AlertState.ACKNOWLEDGED, AlertState.RECOVERING})


def _seen(mark: str) -> Seen:
    try:
        return seen_by(mark)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


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
    seen: Annotated[
        Seen | None,
        typer.Option(
            "--seen",
            metavar="MARK",
            parser=_seen,
            help="What you saw, as `list` and `show` print it; without it the alert as it is now.",
        ),
    ] = None,
    json: Json = False,
    config: Config = None,
) -> int:
    """Say that somebody has seen an alert. It stays open until bot and exchange agree."""
    with _console(config) as console:
        # Who does not say what they saw cannot know of another's acknowledgement: they are told of it.
        shown = seen or replace(seen_of(console.queries.alert(alert_id).alert), version=0)
        answer = console.commands.acknowledge(alert_id, by=by, note=note, origin="cli", seen=shown)
    if json:
        _print_json(alert_document(answer.alert) | {"told": answer.told})
    else:
        typer.echo(answer_line(answer, shown, by))
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
