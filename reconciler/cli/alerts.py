"""`trueup alerts`: the alerts without a browser."""

from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.alerts.alert import Alert, AlertState
from reconciler.cli import maintaining, saying
from reconciler.cli.console_door import open_console, print_json
from reconciler.cli.options import Config, Json
from reconciler.cli.saying import Id
from reconciler.cli.wording import alert_document, alert_line, alert_lines, view_document

if TYPE_CHECKING:
    from reconciler.console import Console

commands = typer.Typer(
    help="List and show alerts, and say what becomes of them.", add_completion=False, rich_markup_mode=None
)

PAGE = 200
OPEN = frozenset({AlertState.FIRING, AlertState.ACKNOWLEDGED, AlertState.RECOVERING})


commands.add_typer(maintaining.commands, name="maintenance")
for _name, _command in (
    ("ack", saying.acknowledge),
    ("snooze", saying.snooze),
    ("intend", saying.intend),
    ("close", saying.close),
    ("note", saying.add_note),
    ("check", saying.check_again),
):
    commands.command(_name)(_command)


@commands.command("list")
def list_alerts(
    *,
    everything: Annotated[bool, typer.Option("--all", help="Suspected and resolved ones too.")] = False,
    json: Json = False,
    config: Config = None,
) -> int:
    """List open alerts, newest first."""
    with open_console(config) as console:
        alerts = _read_all(console, None if everything else OPEN)
        quiet = console.queries.now().quiet
    if json:
        print_json([alert_document(alert, quiet.get(alert.id)) for alert in alerts])
    elif alerts:
        typer.echo("\n".join(alert_line(alert, quiet.get(alert.id)) for alert in alerts))
    else:
        typer.echo(
            "No alerts." if everything else "No open alerts. `trueup doctor` says whether anybody looks."
        )
    return 0


@commands.command("show")
def show(alert_id: Id, *, json: Json = False, config: Config = None) -> int:
    """Show one alert with its evidence and history."""
    with open_console(config) as console:
        view = console.queries.alert(alert_id)
    if json:
        print_json(view_document(view))
    else:
        typer.echo("\n".join(alert_lines(view)))
    return 0


def _read_all(console: "Console", states: frozenset[AlertState] | None) -> list[Alert]:
    alerts: list[Alert] = []
    while True:
        page = console.queries.alerts(states=states, limit=PAGE, offset=len(alerts))
        alerts += page
        if len(page) < PAGE:
            return alerts
