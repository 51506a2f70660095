"""The commands, and the one place where every ending becomes lines and an exit code."""

import os
import sys
from collections.abc import Sequence

import typer

from reconciler.cli import alerts, audit, demo, doctor, house, init, reconcile, status
from reconciler.cli.ending import INTERRUPTED, ending, print_ending
from reconciler.record.report import ExitCode

application = typer.Typer(
    name="trueup",
    help="Keeps what a trading bot believes true to what the exchange holds.",
    epilog="Exit codes: 0 all agrees, 1 a discrepancy, 2 could not check, 3 wrong settings or usage.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)
application.command("demo", short_help="Watch Trueup catch what a bot misses, on one machine.")(demo.demo)
application.command("init", short_help="Write an example settings file.")(init.init)
application.command("doctor", short_help="Say what works, what does not, and what to do.")(doctor.doctor)
application.command("reconcile", short_help="Compare bots and exchange once.")(reconcile.reconcile)
application.command("run", short_help="Keep comparing, until Ctrl-C.")(house.run)
application.command("dashboard", short_help="Serve the screens, until Ctrl-C.")(house.dashboard)
application.command("up", short_help="Both together, until Ctrl-C.")(house.up)
application.command("status", short_help="Say who watches each account, and how well.")(status.status)
application.add_typer(alerts.commands, name="alerts")
application.command("audit", short_help="Derive stored verdicts again.")(audit.audit_verdicts)
application.command("venue", short_help="The simulated exchange alone.", context_settings=demo.PASS_ON)(
    demo.venue
)


@application.callback(invoke_without_command=True)
def _trueup(context: typer.Context) -> int:
    """Keeps what a trading bot believes true to what the exchange holds."""
    if context.invoked_subcommand is not None:
        return ExitCode.AGREES
    typer.echo(context.get_help(), err=True)
    return ExitCode.WRONG_SETTINGS


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
