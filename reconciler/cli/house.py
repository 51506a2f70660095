"""`trueup run`, `trueup dashboard`, `trueup up`: the reconciler, the screens, both."""

import asyncio
from typing import Annotated

import msgspec
import typer

from reconciler.cli.ending import UsageError
from reconciler.cli.options import Config
from reconciler.cli.processes import Child, become, supervise
from reconciler.facts.sharing import Part
from reconciler.service.hangup import Terminal
from reconciler.settings import Settings, load
from reconciler.settings.loading import DEFAULT_FILE
from verification.facts.clock import SystemClock

Port = Annotated[
    int | None,
    typer.Option("--port", min=1, max=65535, help="The dashboard's port.", show_default="of the settings"),
]


Claim = Annotated[
    int | None,
    typer.Option(
        "--claim",
        metavar="N",
        min=1,
        help="Watch at most N of the accounts, and leave the rest to others that run so.",
        show_default="all accounts",
    ),
]
Egresses = Annotated[
    list[str] | None,
    typer.Option(
        "--egress",
        metavar="NAME",
        help="With --claim: only accounts of this egress; may be given again.",
        show_default=False,
    ),
]


def run(*, claim: Claim = None, egress: Egresses = None, config: Config = None) -> int:
    """Run the reconciler until it is told to stop (Ctrl-C). SIGHUP has it read its settings again."""
    terminal = Terminal()
    settings = load(config)
    part = _part(settings, claim, egress or [])
    from reconciler.cli.log import write_log
    from reconciler.service import run as service

    write_log(settings.log)
    again = service.Again(
        config or DEFAULT_FILE, lambda: load(config), lambda taken: write_log(taken.log), terminal
    )
    return asyncio.run(service.run(settings, SystemClock(), again, part))


def _part(settings: Settings, claim: int | None, egresses: list[str]) -> Part | None:
    if claim is None:
        if egresses:
            raise UsageError("--egress chooses among the accounts that --claim N claims: say both")
        return None
    known = {account.egress for account in settings.accounts.values() if account.egress}
    for name in egresses:
        if name not in known:
            names = ", ".join(sorted(known)) or "none"
            raise UsageError(
                f"--egress {name}: no account of {settings.origin} has it; those that are named: {names}"
            )
    return Part(claim, frozenset(egresses))


def dashboard(*, port: Port = None, config: Config = None) -> None:
    """Serve the screens until they are told to stop (Ctrl-C)."""
    child = _dashboard(load(config, venues=False), port)
    become(child.module, *child.arguments, environ=child.environment)


def up(*, port: Port = None, config: Config = None) -> int:
    """Keep the reconciler and the dashboard running; Ctrl-C ends both. SIGHUP is passed on."""
    terminal = Terminal()
    settings = load(config)
    arguments = ("run", "--config", str(config)) if config is not None else ("run",)
    children = (Child("reconciler", "reconciler", arguments, hears_hangups=True), _dashboard(settings, port))
    typer.echo(f"Dashboard: http://{children[1].place}  (Ctrl-C ends both)")
    return asyncio.run(supervise(children, terminal=terminal))


def door_text(settings: Settings) -> str:
    """Return how people are let in to the screens, as their process gets it."""
    return msgspec.json.encode(settings.door()).decode()


def link(
    *,
    new: Annotated[
        bool,
        typer.Option("--new", help="Make another link; the old one and every session open nothing more."),
    ] = False,
    port: Port = None,
    config: Config = None,
) -> None:
    """Print the link that lets its reader in to the screens."""
    child = _dashboard(load(config, venues=False), port)
    become(child.module, *child.arguments, "--new-link" if new else "--link", environ=child.environment)


def _dashboard(settings: Settings, port: int | None) -> Child:
    address = str(settings.dashboard.address)
    chosen = str(settings.dashboard.port if port is None else port)
    return Child(
        "dashboard",
        "dashboard",
        ("--address", address, "--port", chosen),
        # In the environment and not on the command line, which every user of the machine can read.
        {"TRUEUP_STATE_URL": settings.database.url, "TRUEUP_DOOR": door_text(settings)},
        place=f"[{address}]:{chosen}" if ":" in address else f"{address}:{chosen}",
    )
