"""`trueup doctor`: what works, what does not, and what to do about it."""

import asyncio

import typer

from reconciler.cli.options import Config
from reconciler.cli.printing import printable
from reconciler.record.report import ExitCode
from reconciler.settings import Settings, load
from reconciler.settings.files import FOLDER
from verification.budget.purpose import Purpose, asked_for
from verification.facts.clock import SystemClock


def doctor(*, config: Config = None) -> int:
    """Try settings, state database, ledgers, credentials, clock and stream; say what to do."""
    code = examined(load(config))
    works = code is ExitCode.AGREES
    typer.echo("Everything needed works." if works else "Not everything works: see the lines with `not ok`.")
    return code


def examined(settings: Settings) -> ExitCode:
    """Try all that the settings name, print a line for each, and return what came out."""
    accounts, ledgers = len(settings.accounts), len(settings.ledgers)
    beside = f" and {len(settings.files)} file(s) of {FOLDER}" if settings.files else ""
    say("settings", "ok", f"{settings.origin}{beside}, {accounts} account(s), {ledgers} ledger(s)")
    return asyncio.run(_examine(settings))


async def _examine(settings: Settings) -> ExitCode:
    from reconciler.cli.log import write_log
    from reconciler.doctor import Health, Openers, examine

    write_log(settings.log)
    code = ExitCode.AGREES
    with asked_for(Purpose.COMMAND):
        async for check in examine(settings, SystemClock(), Openers()):
            say(check.subject, check.health, check.text)
            if check.health is Health.NOT_OK:
                code = max(code, ExitCode.WRONG_SETTINGS if check.settings else ExitCode.UNCHECKED)
    return code


def say(subject: str, health: str, text: str) -> None:
    """Print one line of what was tried or seen."""
    typer.echo(f"{health:<7} {subject}: {printable(text)}")
