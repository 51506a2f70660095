"""`trueup alerts ack | snooze | intend | close | note | check`: what a person says of an alert."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.alerts.answer import Answer
from reconciler.alerts.seen import Seen, seen_by, seen_of
from reconciler.cli.console_door import open_console, print_json
from reconciler.cli.ends import For, Until, end_of
from reconciler.cli.options import Config, Json
from reconciler.cli.word_lines import answer_line
from reconciler.cli.wording import alert_document

if TYPE_CHECKING:
    from reconciler.console import Console

CLI = "cli"


def _seen(mark: str) -> Seen:
    try:
        return seen_by(mark)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _size(text: str) -> Decimal:
    try:
        size = Decimal(text.strip())
    except InvalidOperation:
        size = Decimal("NaN")
    if not size.is_finite():
        raise typer.BadParameter(f"`{text}` is no number of contracts: write 43, or -43 for a short position")
    return size


Id = Annotated[int, typer.Argument(metavar="ID", help="The alert's number.", min=1)]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who says it.")]
Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="Required for a critical alert.")]
Reason = Annotated[str, typer.Option("--note", metavar="TEXT", help="Why. Required.")]
SeenMark = Annotated[
    Seen | None,
    typer.Option(
        "--seen",
        metavar="MARK",
        parser=_seen,
        help="What you saw, as `list` and `show` print it; without it the alert as it is now.",
    ),
]
Size = Annotated[
    Decimal | None,
    typer.Option(
        "--size",
        metavar="CONTRACTS",
        parser=_size,
        help="What you saw the exchange hold beyond the bots' books, short below zero; refused if it is not.",
    ),
]


def acknowledge(
    alert_id: Id,
    *,
    by: By,
    note: Note = "",
    span: For = None,
    until: Until = None,
    seen: SeenMark = None,
    json: Json = False,
    config: Config = None,
) -> int:
    """Say that you have seen an alert and are on it.

    It stays open until bot and exchange agree. It is quiet for 15 min if it is critical, else for 4 h, or as
    long as you say (at most 4 h and 24 h), and fires again after that, or once it gets worse.
    """
    end = end_of(span, until)
    return _say(
        alert_id,
        seen,
        lambda console, shown: console.commands.acknowledge(
            alert_id, by=by, note=note, origin=CLI, seen=shown, until=end
        ),
        by=by,
        json=json,
        config=config,
    )


def snooze(
    alert_id: Id,
    *,
    by: By,
    note: Note = "",
    span: For = None,
    until: Until = None,
    seen: SeenMark = None,
    json: Json = False,
    config: Config = None,
) -> int:
    """Say: not now. Nobody has taken the alert, and it comes back by itself.

    It is quiet for 15 min if it is critical, else for 1 h, or as long as you say (at most 1 h and 24 h), and
    fires again after that, or once it gets worse. It stays in sight meanwhile.
    """
    end = end_of(span, until)
    return _say(
        alert_id,
        seen,
        lambda console, shown: console.commands.snooze(
            alert_id, by=by, note=note, origin=CLI, seen=shown, until=end
        ),
        by=by,
        json=json,
        config=config,
    )


def intend(
    alert_id: Id,
    *,
    by: By,
    note: Reason = "",
    span: For = None,
    until: Until = None,
    size: Size = None,
    seen: SeenMark = None,
    json: Json = False,
    config: Config = None,
) -> int:
    """Say that a position is meant to be there: somebody has opened it by hand.

    It is quiet for 1 d, or as long as you say (at most 30 d). It stands out again after that, and as soon as
    the exchange holds another size of it. It stays in sight meanwhile.
    """
    end = end_of(span, until)
    return _say(
        alert_id,
        seen,
        lambda console, shown: console.commands.intend(
            alert_id, by=by, note=note, origin=CLI, seen=shown, until=end, surplus=size
        ),
        by=by,
        json=json,
        config=config,
    )


def close(
    alert_id: Id,
    *,
    by: By,
    note: Reason = "",
    seen: SeenMark = None,
    json: Json = False,
    config: Config = None,
) -> int:
    """Close an alert for a reason, whatever the checks show. Found again, it is told again."""
    return _say(
        alert_id,
        seen,
        lambda console, shown: console.commands.close(alert_id, by=by, note=note, origin=CLI, seen=shown),
        by=by,
        json=json,
        config=config,
    )


def add_note(alert_id: Id, *, by: By, note: Reason = "", json: Json = False, config: Config = None) -> int:
    """Add a word to an alert, open or over. Nothing else changes."""
    with open_console(config) as console:
        answer = console.commands.note(alert_id, by=by, note=note, origin=CLI)
        quiet = console.queries.alert(alert_id).quiet
    if json:
        print_json(alert_document(answer.alert, quiet))
    else:
        typer.echo(f"Alert {alert_id}: the note is stored in its history.")
    return 0


def check_again(alert_id: Id, *, by: By, json: Json = False, config: Config = None) -> int:
    """Ask for another look at an alert: whoever watches its account looks at once. Nothing else changes."""
    with open_console(config) as console:
        answer = console.commands.check_again(alert_id, by=by, origin=CLI)
        quiet = console.queries.alert(alert_id).quiet
    if json:
        print_json(alert_document(answer.alert, quiet))
    else:
        typer.echo(
            f"Alert {alert_id}: another look is asked for. What it shows stands in "
            f"`trueup alerts show {alert_id}`."
        )
    return 0


def _say(
    alert_id: int,
    seen: Seen | None,
    said: Callable[["Console", Seen], Answer],
    *,
    by: str,
    json: bool,
    config: Path | None,
) -> int:
    with open_console(config) as console:
        # Who does not say what they saw cannot know of another's word: they are told of it.
        shown = seen or replace(seen_of(console.queries.alert(alert_id).alert), version=0)
        answer = said(console, shown)
        quiet = console.queries.alert(alert_id).quiet
    if json:
        print_json(alert_document(answer.alert, quiet) | {"told": answer.told})
    else:
        typer.echo(answer_line(answer, shown, by))
    return 0
