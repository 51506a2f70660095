"""`trueup token new | list | revoke`: which programs are let in."""

from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from reconciler.cli.ending import UsageError
from reconciler.cli.group_names import for_groups, group_names
from reconciler.cli.options import Config, Groups, Json
from reconciler.cli.printing import moment, printable
from reconciler.facts.token import Role, Token
from reconciler.settings import load

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.console import Console

NAME_MOST = 40

commands = typer.Typer(
    help="Make, list and revoke the tokens of programs.", add_completion=False, rich_markup_mode=None
)


@commands.command("new")
def new(
    *,
    role: Annotated[Role, typer.Option("--role", help="viewer reads and asks the gate; operator answers.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Who will use it.")] = "",
    group: Groups = None,
    config: Config = None,
) -> int:
    """Make a token. It is the last word of the output, and shown only now."""
    called = name.strip() or role.value
    if len(called) > NAME_MOST or not called.isprintable():
        raise UsageError(f"a name has {NAME_MOST} printable characters at most: choose another with --name")
    with _console(config) as console:
        token, secret = console.tokens.new(role=role, name=called, groups=group_names(group))
    told = f"{token.role}{for_groups(token.groups)}"
    typer.echo(f"Token {token.id} for {token.name} ({told}), which is not shown again: {secret}")
    return 0


@commands.command("list")
def list_tokens(*, json: Json = False, config: Config = None) -> int:
    """List the tokens, revoked ones too."""
    with _console(config) as console:
        tokens = console.tokens.every()
    if json:
        typer.echo(orjson.dumps([_document(each) for each in tokens], option=orjson.OPT_INDENT_2).decode())
    elif tokens:
        typer.echo("\n".join(map(_line, tokens)))
    else:
        typer.echo("No tokens. `trueup token new --role viewer` makes one.")
    return 0


@commands.command("revoke")
def revoke(
    token_id: Annotated[int, typer.Argument(metavar="ID", help="The token's number.", min=1)],
    *,
    config: Config = None,
) -> int:
    """Let a token open nothing any more; a running `trueup run` knows within seconds."""
    from reconciler.console import TokenNotFound

    with _console(config) as console:
        try:
            token = console.tokens.revoke(token_id)
        except TokenNotFound as error:
            raise UsageError(str(error)) from error
    typer.echo(_line(token))
    return 0


def _line(token: Token) -> str:
    ended = "" if token.revoked_at is None else f", revoked {moment(token.revoked_at)}"
    role = f"{token.role}{for_groups(token.groups)}"
    return f"{token.id}: {printable(token.name)} ({role}), made {moment(token.created_at)}{ended}"


def _document(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "role": str(token.role),
        "groups": None if token.groups is None else list(token.groups),
        "created_at": token.created_at.isoformat(),
        "revoked_at": None if token.revoked_at is None else token.revoked_at.isoformat(),
    }


def _console(config: "Path | None") -> "Console":
    # Half a second of imports that `trueup --help` does not pay.
    from reconciler.console import Console

    return Console.open(load(config, venues=False).database.url)
