"""`trueup reconcile --once`: one comparison, its answer on standard output, its meaning in the exit code."""

import asyncio
from typing import Annotated

import orjson
import typer

from reconciler.cli.ending import UsageError
from reconciler.cli.options import Config, Json
from reconciler.cli.printing import printable
from reconciler.cli.wording import finding_line
from reconciler.record.report import AccountReport, ExitCode, Report
from reconciler.settings import load
from verification.facts.clock import SystemClock

SENTENCES = {
    ExitCode.AGREES: "Everything was checked and agrees.",
    ExitCode.DISCREPANCY: "Bot and exchange do not agree.",
    ExitCode.UNCHECKED: "No discrepancy was found, but not all could be checked: this is not agreement.",
}


def reconcile(
    *,
    once: Annotated[bool, typer.Option("--once", help="Compare once and end.")] = False,
    account: Annotated[
        str | None, typer.Option("--account", metavar="NAME", help="This account only.", show_default=False)
    ] = None,
    json: Json = False,
    config: Config = None,
) -> int:
    """Compare the ledgers with the accounts once; the exit code says what came out."""
    if not once:
        raise UsageError(
            "reconcile compares once, so say --once; `trueup run` is the one that keeps comparing"
        )
    settings = load(config)
    if account is not None and account not in settings.accounts:
        raise UsageError(
            f"--account {account}: {settings.origin} defines only {', '.join(settings.accounts)}"
        )
    from reconciler.cli.log import write_log
    from reconciler.service.once import reconcile_once

    write_log(settings.log)
    report = asyncio.run(reconcile_once(settings, SystemClock(), account))
    if json:
        typer.echo(orjson.dumps(report.document(), option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo("\n".join(_lines(report)))
    return report.exit_code


def _lines(report: Report) -> list[str]:
    lines = [line for account in report.accounts for line in _account_lines(account)]
    return [*lines, _sentence(report)]


def _sentence(report: Report) -> str:
    moving = sum(account.in_flight for account in report.accounts)
    if report.exit_code is not ExitCode.AGREES or not moving:
        return SENTENCES[report.exit_code]
    agree = sum(account.matched for account in report.accounts)
    return (
        f"Everything was checked: {agree} agree, {moving} in flight (the bot's own orders explain what "
        "differs, and it has time left to take note)."
    )


def _account_lines(account: AccountReport) -> list[str]:
    agree = f"{account.matched} of {account.legs} positions agree"
    if account.in_flight:
        agree += f", {account.in_flight} in flight"
    lines = [f"{account.account} ({account.venue}): {account.status}, {agree}"]
    lines += [f"  {finding_line(finding)}" for finding in account.findings]
    lines += [f"  could not check: {printable(problem)}" for problem in account.problems]
    lines += [f"  note: {printable(note)}" for note in account.notes]
    return lines
