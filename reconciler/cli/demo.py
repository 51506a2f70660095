"""`trueup demo` and `trueup venue`: the simulator's own commands, under one roof."""

from typing import Annotated

import typer

from reconciler.cli.processes import become


def demo(
    *,
    headless: Annotated[bool, typer.Option("--headless", help="Without the dashboard.")] = False,
    seconds: Annotated[
        float | None, typer.Option("--seconds", min=1, help="End after this long.", show_default=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object at the end.")] = False,
    seed: Annotated[
        int | None,
        typer.Option("--seed", help="The story's chance: the same seed, the same story.", show_default=False),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", min=1, max=65535, help="The dashboard's port.", show_default=False),
    ] = None,
    phone_port: Annotated[
        int | None,
        typer.Option("--phone-port", min=1, max=65535, help="The phone's port (8503).", show_default=False),
    ] = None,
    hold: Annotated[
        float | None,
        typer.Option("--hold", min=1, help="Seconds an alert stays before it is healed.", show_default=False),
    ] = None,
) -> None:
    """Everything on one machine, nothing to configure: a simulated exchange, a bot, and what goes wrong."""
    options = ["--headless"] if headless else []
    options += ["--json"] if json else []
    values = (
        ("--seconds", seconds),
        ("--seed", seed),
        ("--port", port),
        ("--phone-port", phone_port),
        ("--hold", hold),
    )
    for name, value in values:
        options += (
            [name, f"{value:g}" if isinstance(value, float) else str(value)] if value is not None else []
        )
    become("simulator.demo", *options)


def venue(context: typer.Context) -> None:
    """The simulated exchange alone; its options follow (`trueup venue --help`)."""
    become("simulator", *context.args)
