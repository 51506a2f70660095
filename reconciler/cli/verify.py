"""`trueup verify open | close`: one question by hand, to the live account; it places no order."""

import asyncio
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from enum import IntEnum
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.console_door import print_json
from reconciler.cli.ending import UsageError
from reconciler.cli.options import Config, Json
from reconciler.cli.printing import printable
from reconciler.facts.asked_by_hand import AskedByHand
from reconciler.settings import load
from verification.facts.clock import SystemClock
from verification.facts.errors import SourceError
from verification.facts.leg import Side
from verification.facts.observation import Source
from verification.facts.verdict import Grade, VerdictKind

if TYPE_CHECKING:
    from reconciler.views.verification import RaceView, WordView
    from verification.facts.verification import Verification

commands = typer.Typer(
    help="Ask the live account whether an order has opened or closed a position; places none.",
    add_completion=False,
    rich_markup_mode=None,
)


GRADES = {Grade.PROOF: "proved", Grade.BOUNDED_LAG: "as far as the usual lag goes"}
SOURCES = {
    Source.WEBSOCKET: "websocket",
    Source.ORDER: "order status",
    Source.REST: "position list",
    Source.BOT_CACHE: "the bot's own memory",
}


class Came(IntEnum):
    """What came out, as an exit code."""

    CONFIRMED = 0
    OTHERWISE = 1  # refuted, in part, on the wrong side, more than was asked for
    UNKNOWN = 2


Symbol = Annotated[str, typer.Argument(metavar="SYMBOL", help="AVL/USDT:USDT, or as the exchange writes it.")]
Of = Annotated[Side, typer.Option("--side", help="Which way the order goes.")]
Order = Annotated[
    str | None, typer.Option("--order", metavar="ID", help="The exchange's id of it.", show_default=False)
]
ClientOrder = Annotated[
    str | None,
    typer.Option("--client-order", metavar="ID", help="The id its sender chose.", show_default=False),
]
Alone = Annotated[
    bool,
    typer.Option("--alone", help="No other order, no stop and no hand has worked on it since."),
]
Whose = Annotated[
    str | None,
    typer.Option("--account", metavar="NAME", help="Whose, where there are several.", show_default=False),
]


def _contracts(text: str) -> Decimal:
    try:
        size = Decimal(text)
    except InvalidOperation:
        size = Decimal(0)
    if not size.is_finite() or size <= 0:
        raise typer.BadParameter(f"`{text}` is no number of contracts above zero")
    return size


Size = Annotated[
    Decimal,
    typer.Option("--size", metavar="CONTRACTS", parser=_contracts, help="What the order was sent for."),
]
Held = Annotated[
    Decimal, typer.Option("--size", metavar="CONTRACTS", parser=_contracts, help="What was held before it.")
]


@commands.command("open")
def verify_open(
    symbol: Symbol,
    *,
    side: Of,
    size: Size,
    order: Order = None,
    client_order: ClientOrder = None,
    alone: Alone = False,
    account: Whose = None,
    json: Json = False,
    config: Config = None,
) -> int:
    """Ask whether an order has opened a position.

    Exit codes: 0 confirmed; 1 it has not, or otherwise than meant; 2 nothing proves it; 3 wrong settings.
    """
    asked = AskedByHand(symbol, side, size, order, client_order, opens=True, alone=alone)
    return _verified(asked, account, json=json, config=config)


@commands.command("close")
def verify_close(
    symbol: Symbol,
    *,
    side: Of,
    size: Held,
    order: Order = None,
    client_order: ClientOrder = None,
    alone: Alone = False,
    account: Whose = None,
    json: Json = False,
    config: Config = None,
) -> int:
    """Ask whether an order has closed a position.

    Without --alone its executions do not say what is left: only a position that is seen to be gone does.

    Exit codes: 0 confirmed; 1 it has not, or otherwise than meant; 2 nothing proves it; 3 wrong settings.
    """
    asked = AskedByHand(symbol, side, size, order, client_order, opens=False, alone=alone)
    return _verified(asked, account, json=json, config=config)


def _verified(asked: AskedByHand, account: str | None, *, json: bool, config: Config) -> int:
    if asked.order_id is None and asked.client_order_id is None:
        raise UsageError("name the order, by --order or --client-order: nothing else tells it from others")
    settings = load(config)
    name = account or (next(iter(settings.accounts)) if len(settings.accounts) == 1 else "")
    if name not in settings.accounts:
        raise UsageError(f"say which account with --account: {', '.join(settings.accounts)}")
    from reconciler.cli.log import write_log
    from reconciler.service.by_hand import verify_by_hand

    write_log(settings.log)
    try:
        found = asyncio.run(verify_by_hand(settings, name, asked, SystemClock()))
    except SourceError as error:
        typer.echo(f"not known: {printable(str(error))}")
        return Came.UNKNOWN
    from reconciler.record.race import race_of
    from reconciler.record.stored_verification import record_of

    view, evidence = record_of(found, asked_by="hand")
    race = race_of(view, evidence)
    if json:
        print_json(_document(found, race))
    else:
        typer.echo("\n".join(map(printable, _lines(found, race))))
    return _code(found)


def _code(found: "Verification") -> Came:
    if found.verdict.kind is VerdictKind.UNKNOWN:
        return Came.UNKNOWN
    return Came.CONFIRMED if found.verdict.kind is VerdictKind.CONFIRMED else Came.OTHERWISE


def _lines(found: "Verification", race: "RaceView") -> Iterator[str]:
    verdict, key = found.verdict, found.question.key
    grade = f", {GRADES[verdict.grade]}" if verdict.grade is not None else ""
    yield f"{verdict.kind}{grade}: {verdict.reason}"
    of = f"{key.account}, {key.symbol} {key.leg}"
    yield f"asked of {of}: {found.asks}, {race.asked}; {found.milliseconds:.0f} ms"
    for word in race.words:
        yield f"  {_word(word, found)}"
    if found.verdict.kind is VerdictKind.UNKNOWN:
        yield 'Nothing proves it either way: this is not "no".'


def _word(word: "WordView", found: "Verification") -> str:
    after = (word.received - found.question.asked.utc).total_seconds() * 1000
    decided = ", which decided" if word.decided else ""
    return f"{after:>7.0f} ms  {SOURCES[word.source]}: {word.said}{decided}"


def _document(found: "Verification", race: "RaceView") -> dict[str, object]:
    verdict, key = found.verdict, found.question.key
    return {
        "account": key.account,
        "symbol": key.symbol,
        "leg": key.leg,
        "question": found.asks,
        "asked": race.asked,
        "asked_at": found.question.asked.utc,
        "verdict": verdict.kind,
        "grade": verdict.grade,
        "mismatch": verdict.mismatch,
        "quantity": None if verdict.quantity is None else str(verdict.quantity),
        "decided_by": verdict.decided_by,
        "reason": verdict.reason,
        "milliseconds": found.milliseconds,
        "words": [
            {
                "source": word.source,
                "received": word.received,
                "said": word.said,
                "failed": word.failed,
                "decided": word.decided,
            }
            for word in race.words
        ],
    }
