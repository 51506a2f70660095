"""The commands, and the one place where every ending becomes lines and an exit code."""

import gc
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from reconciler.cli.commands import Commands
from reconciler.cli.ending import INTERRUPTED, WRONG_SETTINGS, ending, print_ending

application = typer.Typer(
    name="trueup",
    cls=Commands,
    help="Keeps what a trading bot believes true to what the exchange holds.",
    epilog="Exit codes: 0 all agrees, 1 a discrepancy, 2 could not check, 3 wrong settings or usage.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)


@application.callback(invoke_without_command=True)
def _trueup(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version, and end.")] = False,
) -> int:
    """Keeps what a trading bot believes true to what the exchange holds."""
    if version:
        from reconciler.version import version_here

        typer.echo(f"trueup {version_here()}")
        raise typer.Exit
    if context.invoked_subcommand is not None:
        return 0
    typer.echo(context.get_help(), err=True)
    return WRONG_SETTINGS


def command(arguments: Sequence[str] | None = None) -> int:
    """Be the process of one command: run it and return its exit code, after which nothing else is done.

    Python would look through all that is in memory once more as it ends, which takes half a second with ccxt.
    Whoever gives the words of a command goes on after it: then it is `main`.
    """
    code = main(arguments)
    if arguments is None:
        gc.disable()
        gc.freeze()
    return code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Never raises: every ending is told in a line or two."""
    try:
        code = application(args=arguments, prog_name="trueup", standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has seen enough (`| head`); Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the last door: whatever comes is told in a line
        told = ending(error)
        print_ending(told)
        return told.code
    return code if isinstance(code, int) else 0
