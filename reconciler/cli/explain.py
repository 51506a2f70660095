"""`trueup explain SYMBOL`: why people are told of it, or are not; from what is stored."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.console_door import print_json
from reconciler.cli.ending import UsageError
from reconciler.cli.options import Config, Json
from reconciler.cli.printing import moment, printable
from reconciler.record.report import ExitCode
from reconciler.settings import load

if TYPE_CHECKING:
    from reconciler.sight.explanation import Explanation


def explain(
    symbol: Annotated[str, typer.Argument(help="As ccxt writes it: AVL/USDT:USDT.", metavar="SYMBOL")],
    *,
    account: Annotated[
        str | None,
        typer.Option("--account", metavar="NAME", help="Whose, where there are several.", show_default=False),
    ] = None,
    json: Json = False,
    config: Config = None,
) -> int:
    """Say why an alert of a symbol fired, or why none did: what each side said and when, and what decided.

    Exit codes: 0 it agrees, and all was seen; 1 people are told that it does not; 2 a difference is only
    suspected, or not all could be seen; 3 wrong settings.
    """
    settings = load(config, venues=False)
    name = _account(account, list(settings.accounts))
    # Half a second of imports that `trueup --help` does not pay.
    from reconciler.console import Console
    from reconciler.serve.explaining import explanation_of

    with Console.open(settings.database.url) as console:
        told = explanation_of(console, name, symbol)
    if json:
        print_json(told.document())
    else:
        typer.echo("\n".join(map(printable, _lines(told))))
    return ExitCode[told.word.name]


def _account(named: str | None, accounts: Sequence[str]) -> str:
    if named is None and len(accounts) == 1:
        return accounts[0]
    if named is None:
        raise UsageError(f"say which account with --account: {', '.join(accounts)}")
    if named not in accounts:
        raise UsageError(f"--account {named}: the settings define only {', '.join(accounts)}")
    return named


def _lines(told: "Explanation") -> Iterator[str]:
    yield f"{told.symbol} of {told.account}, {moment(told.at)}"
    yield from _part("", told.legs)
    yield from _part("alerts", told.alerts)
    yield from _part("what was seen", told.sight)
    yield from _part("last changes", told.changes or ("none that was counted",))
    if told.verifications:
        yield from _part("last questions", told.verifications)


def _part(title: str, lines: Sequence[str]) -> Iterator[str]:
    if title:
        yield f"{title}:"
    yield from (f"  {line}" for line in lines)
