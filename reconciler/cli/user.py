"""`trueup user add | list | password | role | remove`: who may sign in to the screens by a password."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from reconciler.cli.ending import UsageError
from reconciler.cli.group_names import for_groups, group_names
from reconciler.cli.options import Config, Groups, Json
from reconciler.cli.printing import moment, printable
from reconciler.facts.person import Account
from reconciler.facts.sign_in import Way
from reconciler.facts.token import Role
from reconciler.settings import Settings, load

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.console import Accounts

commands = typer.Typer(
    help="Say who may sign in to the screens.", add_completion=False, rich_markup_mode=None
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="As they sign in, and as their deeds are told.")]
RoleOf = Annotated[
    Role, typer.Option("--role", help="viewer reads; operator answers alerts; admin closes them too.")
]
Everywhere = Annotated[bool, typer.Option("--everywhere", help="For all accounts, whatever it was for.")]
Stdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@commands.command("add")
def add(
    name: Name, *, role: RoleOf, group: Groups = None, password_stdin: Stdin = False, config: Config = None
) -> int:
    """Make an account. The password is asked for, or read from standard input; it is kept as a hash."""
    with _accounts(config) as (settings, accounts):
        made = accounts.add(name, role, _password(stdin=password_stdin), groups=group_names(group))
    typer.echo(_line(made))
    if Way.ACCOUNTS not in settings.sign_in.ways:
        typer.echo(
            'Nobody is asked for a name yet: set [sign_in] ways = ["accounts"], and restart the screens.'
        )
    return 0


@commands.command("list")
def list_accounts(*, json: Json = False, config: Config = None) -> int:
    """List the accounts, removed ones too."""
    with _accounts(config) as (_, accounts):
        every = accounts.every()
    if json:
        typer.echo(orjson.dumps([_document(each) for each in every], option=orjson.OPT_INDENT_2).decode())
    elif every:
        typer.echo("\n".join(map(_line, every)))
    else:
        typer.echo("No accounts. `trueup user add NAME --role operator` makes one.")
    return 0


@commands.command("password")
def password(name: Name, *, password_stdin: Stdin = False, config: Config = None) -> int:
    """Give an account another password. Its sessions end within seconds."""
    with _accounts(config) as (_, accounts):
        typer.echo(_line(accounts.set_password(name, _password(stdin=password_stdin))))
    return 0


@commands.command("role")
def role_of(
    name: Name, *, role: RoleOf, group: Groups = None, everywhere: Everywhere = False, config: Config = None
) -> int:
    """Give an account another role. Its sessions end within seconds.

    One that is limited to groups stays so, unless --group names others or --everywhere lifts that.
    """
    if group and everywhere:
        raise UsageError("--group and --everywhere: the role is for groups, or for all accounts: give one")
    with _accounts(config) as (_, accounts):
        standing = (each for each in accounts.every() if each.removed_at is None)
        same = [each for each in standing if each.name.casefold() == name.strip().casefold()]
        kept = same[0].groups if same and not everywhere else None
        typer.echo(_line(accounts.set_role(name, role, groups=group_names(group) or kept)))
    return 0


@commands.command("remove")
def remove(name: Name, *, config: Config = None) -> int:
    """Let nobody in by an account any more. Its sessions end within seconds."""
    with _accounts(config) as (_, accounts):
        typer.echo(_line(accounts.remove(name)))
    return 0


def _password(*, stdin: bool) -> str:
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask for the password: give --password-stdin")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != first:
        raise UsageError("the two are not the same: nothing was changed")
    return first


@contextmanager
def _accounts(config: "Path | None") -> "Iterator[tuple[Settings, Accounts]]":
    # Half a second of imports that `trueup --help` does not pay.
    from reconciler.console import AccountError, Console

    settings = load(config, venues=False)
    with Console.open(settings.database.url) as console:
        try:
            yield settings, console.accounts
        except AccountError as error:
            raise UsageError(str(error)) from error


def _line(account: Account) -> str:
    ended = "" if account.removed_at is None else f", removed {moment(account.removed_at)}"
    role = f"{account.role}{for_groups(account.groups)}"
    return f"{printable(account.name)} ({role}), made {moment(account.created_at)}{ended}"


def _document(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "role": str(account.role),
        "groups": None if account.groups is None else list(account.groups),
        "created_at": account.created_at.isoformat(),
        "changed_at": account.changed_at.isoformat(),
        "removed_at": None if account.removed_at is None else account.removed_at.isoformat(),
    }
