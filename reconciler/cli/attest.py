"""`trueup attest`: what can be stated of one day, as a page, as JSON, or in a few lines."""

from datetime import UTC, date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.ending import UsageError
from reconciler.cli.options import Config
from reconciler.cli.printing import moment, printable
from reconciler.facts.wording import duration, number
from reconciler.record.report import ExitCode
from verification.facts.clock import SystemClock

if TYPE_CHECKING:
    from reconciler.console import Console
    from reconciler.views.attestation import AccountDay, Attestation

_OUT = Path("-")


def attest(
    *,
    day: Annotated[
        str | None,
        typer.Option(
            "--day", metavar="DATE", help="Which day, UTC.  [default: yesterday]", show_default=False
        ),
    ] = None,
    group: Annotated[
        str, typer.Option("--group", metavar="NAME", help="This group of accounts only.", show_default=False)
    ] = "",
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write it as a page; - to print it.", show_default=False),
    ] = None,
    json: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Write it as JSON; - to print it.", show_default=False),
    ] = None,
    config: Config = None,
) -> int:
    """State of one day which accounts were covered, what broke, who answered, and what is not known.

    Exit codes: 0 all was covered and nothing broke, 1 something broke, 2 nothing did, but the day is not
    over, or not all of it was covered or is kept, 3 wrong settings.
    """
    from reconciler.cli.console_door import open_console
    from reconciler.record.attestation.document import canonical, digest
    from reconciler.record.attestation.page import page

    if html == _OUT and json == _OUT:
        raise UsageError("--html - and --json -: only one of them can be printed; name a file for the other")
    wanted = _day(day)
    with open_console(config) as console:
        _check_group(console, group)
        try:
            stated = console.insight.attest(wanted, group=group)
        except ValueError as error:
            raise UsageError(str(error)) from None
    files = [
        (path, body)
        for path, body in ((html, page(stated).encode()), (json, canonical(stated)))
        if path is not None
    ]
    for path, body in files:
        _write(path, body)
    if _OUT not in {html, json}:
        typer.echo("\n".join(_lines(stated)))
        typer.echo(f"SHA-256 of the JSON: {digest(stated)}")
    return _code(stated)


def _day(text: str | None) -> date:
    if text is None:
        return SystemClock().now().utc.astimezone(UTC).date() - timedelta(days=1)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--day {text}: is no date: write it as 2026-11-30") from None


def _check_group(console: "Console", group: str) -> None:
    known = sorted({watch.group for watch in console.queries.watches()} - {""})
    if group and group not in known:
        told = f"the groups are {', '.join(known)}" if known else "no account belongs to a group"
        raise UsageError(f"--group {group}: {told}")


def _write(path: Path, body: bytes) -> None:
    if path == _OUT:
        typer.echo(body.decode(), nl=False)
        return
    try:
        path.write_bytes(body)
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror}): name another file") from None


def _lines(stated: "Attestation") -> list[str]:
    whose = f", group {stated.group}" if stated.group else ""
    lines = [f"{stated.day}{whose}: {len(stated.accounts)} accounts, {len(stated.breaks)} breaks"]
    if not stated.over:
        lines.append(f"This day is not over: up to {moment(stated.until)}.")
    lines += [_account(each) for each in stated.accounts]
    lines += [
        f"{found.ended} {found.severity}: {found.title}, {found.symbol} of {found.account}, "
        f"{duration(found.seconds)} of this day (alert {found.id})"
        for found in stated.breaks
    ]
    lines += [f"{word.by} {word.said} alert {word.alert} at {moment(word.at)}" for word in stated.words]
    return [printable(line) for line in (*lines, *stated.forgotten, *stated.unreadable)]


def _account(each: "AccountDay") -> str:
    cover, told = each.coverage, each.explained
    share = "not known" if cover.share is None else f"{_percent(cover.share)} covered"
    explained = "changes not known" if told.counted_from is None else "no change to explain"
    if told.share is not None:
        explained = f"{_percent(told.share)} of changes explained"
    bare = (
        "not known" if each.unprotected is None else f"{each.unprotected.dollar_seconds:,.0f} $·s unprotected"
    )
    return f"{each.account}: {share}, {duration(cover.not_known)} not known, {explained}, {bare}"


def _percent(share: Decimal) -> str:
    return f"{number(share * 100)} %"


def _code(stated: "Attestation") -> ExitCode:
    if stated.breaks:
        return ExitCode.DISCREPANCY
    covered = all(each.coverage.share == 1 for each in stated.accounts)
    whole = stated.over and stated.accounts and covered and not stated.forgotten and not stated.unreadable
    return ExitCode.AGREES if whole else ExitCode.UNCHECKED
