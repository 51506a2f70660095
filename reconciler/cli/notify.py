"""`trueup notify list | test | replies`: the channels on which people are told, and what they answered."""

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from reconciler.cli.options import Config, Json
from reconciler.cli.printing import moment, printable
from reconciler.record.report import ExitCode
from reconciler.settings import NotifySettings, Problem, Settings, SettingsError, load

if TYPE_CHECKING:
    from reconciler.facts.message import ChannelView
    from reconciler.notify.answer import Answer

commands = typer.Typer(help="List channels and try them.", add_completion=False, rich_markup_mode=None)

TITLE = "Trueup: this is a test"
BODY = (
    "This message was sent by `trueup notify test`. Nothing is wrong. Alerts will look like this one.\n{link}"
)


@commands.command("list")
def list_channels(*, json: Json = False, config: Config = None) -> int:
    """List the channels: what each is told, and how it fares."""
    settings = load(config, venues=False)
    states = _states(settings)
    if json:
        documents = [_document(name, each, states.get(name)) for name, each in settings.notify.items()]
        typer.echo(orjson.dumps(documents, option=orjson.OPT_INDENT_2).decode())
    elif settings.notify:
        for name, each in settings.notify.items():
            typer.echo(f"{name}: {_told(each)}; {_fares(states.get(name))}")
    else:
        typer.echo("No channels: only the screens tell of anything. Add [notify.NAME] with url_env.")
    return 0


@commands.command("test")
def try_channels(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="One channel; all without it.")] = None,
    *,
    config: Config = None,
) -> int:
    """Send one message and say what came back."""
    settings = load(config, venues=False)
    names = list(settings.notify) if name is None else [name]
    if not names or (name is not None and name not in settings.notify):
        known = f"known are {', '.join(settings.notify)}" if settings.notify else "none is set up"
        text = f"there is no channel {name or 'to try'}: {known}; add [notify.NAME] with url_env"
        raise SettingsError(settings.origin, (Problem("notify", text),))
    answers = asyncio.run(_sent(settings, names))
    for each, answer in answers.items():
        typer.echo(f"{'ok' if answer.taken else 'not ok':<7} {each}: {printable(answer.said)}")
    return ExitCode.AGREES if all(answer.taken for answer in answers.values()) else ExitCode.UNCHECKED


@commands.command("replies")
def list_replies(*, json: Json = False, config: Config = None) -> int:
    """List what people answered from their phones, and what came of it; refused answers too."""
    from reconciler.console import Console

    settings = load(config, venues=False)
    with Console.open(settings.database.url) as console:
        replies = console.queries.replies()
    if json:
        documents = [{**asdict(each), "at": each.at.isoformat()} for each in replies]
        typer.echo(orjson.dumps(documents, option=orjson.OPT_INDENT_2).decode())
        return 0
    for each in replies:
        what = "taken" if each.taken else "REFUSED"
        said = f', "{printable(each.note)}"' if each.note else ""
        typer.echo(f"{moment(each.at)} {each.channel} {what:<7} {each.by}{said}: {printable(each.told)}")
    if not replies:
        typer.echo("No answers from phones yet.")
    return 0


async def _sent(settings: Settings, names: list[str]) -> "dict[str, Answer]":
    from reconciler.facts.finding import Severity
    from reconciler.notify.message import Message
    from reconciler.service.posting import courier_of

    couriers = [courier_of(settings, name) for name in names]
    message = Message(TITLE, BODY.format(link=settings.dashboard.link), Severity.INFO)
    try:
        answers = await asyncio.gather(*(each.send(message) for each in couriers))
    finally:
        await asyncio.gather(*(each.close() for each in couriers))
    return dict(zip(names, answers, strict=True))


def _states(settings: Settings) -> "dict[str, ChannelView]":
    from reconciler.console import Console, StateDatabaseError

    try:
        with Console.open(settings.database.url) as console:
            return {each.name: each for each in console.queries.channels()}
    except StateDatabaseError:
        return {}  # `trueup doctor` says why; what is set up is told all the same


def _told(channel: NotifySettings) -> str:
    parts = [f"{channel.min_severity} and worse"]
    if channel.accounts is not None:
        parts.append(f"of {', '.join(channel.accounts)}")
    if channel.kinds is not None:
        parts.append(f"only {', '.join(channel.kinds)}")
    if channel.after:
        parts.append(f"after {channel.after.total_seconds():g} s without an acknowledgement")
    if channel.repeat is not None:
        seconds = channel.repeat.total_seconds()
        parts.append(f"again every {seconds:g} s" if seconds else "never again")
    answering = [*channel.people.values()] or [channel.reply_as or ""]
    if any(answering):
        parts.append(f"answered by {', '.join(answering)}")
    return ", ".join(parts)


def _fares(state: "ChannelView | None") -> str:
    if state is None:
        return "not served yet: `trueup run` begins with it"
    last = "has taken no message yet" if state.taken_at is None else f"last took one {moment(state.taken_at)}"
    if state.failing_since is None:
        return last
    tries = "once" if state.failures == 1 else f"{state.failures} times"
    return f"FAILS since {moment(state.failing_since)}, {tries}: {printable(state.said)}; {last}"


def _document(name: str, channel: NotifySettings, state: "ChannelView | None") -> dict[str, Any]:
    taken = None if state is None or state.taken_at is None else state.taken_at.isoformat()
    failing = None if state is None or state.failing_since is None else state.failing_since.isoformat()
    return {
        "name": name,
        "min_severity": str(channel.min_severity),
        "accounts": channel.accounts,
        "kinds": channel.kinds,
        "after": channel.after.total_seconds(),
        "repeat": None if channel.repeat is None else channel.repeat.total_seconds(),
        "taken_at": taken,
        "failing_since": failing,
        "said": "" if state is None else state.said,
    }
