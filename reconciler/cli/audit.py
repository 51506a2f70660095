"""`trueup audit`: every stored verdict derived again from the evidence stored with it."""

from collections import Counter
from typing import Annotated, Any

import orjson
import typer

from reconciler.cli.ending import UsageError
from reconciler.cli.options import Config, Json
from reconciler.cli.printing import moment, printable
from reconciler.record.audit import Audited, Outcome, audit
from reconciler.record.report import ExitCode
from reconciler.settings import load

WORDS = {Outcome.DIFFERS: "DIFFERS", Outcome.NOT_DERIVED: "NOT DERIVED"}


def audit_verdicts(
    *,
    account: Annotated[
        str | None, typer.Option("--account", metavar="NAME", help="This account only.", show_default=False)
    ] = None,
    json: Json = False,
    config: Config = None,
) -> int:
    """Derive every stored verdict again from its evidence; exit 1 if one differs, 2 if one cannot be."""
    settings = load(config, venues=False)
    if account is not None and account not in settings.accounts:
        raise UsageError(
            f"--account {account}: {settings.origin} defines only {', '.join(settings.accounts)}"
        )
    from reconciler.storage.database import Database
    from reconciler.storage.evidence import stored_verifications

    counts: Counter[Outcome] = Counter()
    told: list[Audited] = []
    with Database.open(settings.database.url, create=False) as database:
        for stored in stored_verifications(database, account=account):
            audited = audit(stored)
            counts[audited.outcome] += 1
            if audited.outcome is not Outcome.AGREES:
                told.append(audited)
    if json:
        typer.echo(orjson.dumps(_document(counts, told), option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo("\n".join([*map(_line, told), _closing(counts)]))
    return _exit_code(counts)


def _exit_code(counts: Counter[Outcome]) -> ExitCode:
    if counts[Outcome.DIFFERS]:
        return ExitCode.DISCREPANCY
    if counts[Outcome.NOT_DERIVED] or not counts.total():
        return ExitCode.UNCHECKED
    return ExitCode.AGREES


def _line(audited: Audited) -> str:
    view = audited.view
    what = f"{WORDS[audited.outcome]} verification {audited.id}"
    if view is not None:
        asked = f"asked by {view.asked_by} at {moment(view.asked_at)}"
        what += f", {view.account} {view.symbol} {view.leg}: {view.question} {view.verdict}, {asked}"
    return printable(f"{what}: {audited.reason}")


def _closing(counts: Counter[Outcome]) -> str:
    total = counts.total()
    if not total:
        return "No verdict is stored, so nothing was audited."
    if counts[Outcome.AGREES] == total:
        return f"All stored verdicts were derived again from their evidence: {total} of {total} agree."
    return (
        f"Of {total} stored verdicts {counts[Outcome.AGREES]} agree with their evidence, "
        f"{counts[Outcome.DIFFERS]} differ, {counts[Outcome.NOT_DERIVED]} could not be derived again."
    )


def _document(counts: Counter[Outcome], told: list[Audited]) -> dict[str, Any]:
    return {
        "stored": counts.total(),
        **{str(outcome): counts[outcome] for outcome in Outcome},
        "verdicts": [audited.document() for audited in told],
    }
