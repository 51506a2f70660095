"""The commands by name and by what they do; each is loaded when it is called, for the help needs none."""

from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typing_extensions import override

# Everything after the command is the other program's to understand, --help too.
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


class Commands(TyperGroup):
    """All commands, in the order in which the help shows them."""

    def __init__(self, **settings: Any) -> None:
        """Know the name of each, and its line in the help."""
        super().__init__(**settings)
        for name, (line, load) in _COMMANDS.items():
            self.add_command(_Later(name, line, load), name)


class _Later(TyperCommand):
    """A command of which only the line is known until it is called."""

    def __init__(self, name: str, line: str, load: Callable[[], typer.Typer]) -> None:
        super().__init__(name, short_help=line, rich_markup_mode=None)
        self._load = load

    @override
    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Load it, and let it read its words and do its work from here on."""
        command = typer.main.get_command(self._load())
        command.name = self.name
        return command.make_context(info_name, args, parent=parent, **extra)


def _alone(function: Callable[..., Any], settings: dict[str, Any] | None = None) -> typer.Typer:
    """Return a command that is one function."""
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command(context_settings=settings)(function)
    return alone


def _demo() -> typer.Typer:
    from reconciler.cli.demo import demo

    return _alone(demo)


def _init() -> typer.Typer:
    from reconciler.cli.init import init

    return _alone(init)


def _doctor() -> typer.Typer:
    from reconciler.cli.doctor import doctor

    return _alone(doctor)


def _reconcile() -> typer.Typer:
    from reconciler.cli.reconcile import reconcile

    return _alone(reconcile)


def _run() -> typer.Typer:
    from reconciler.cli.house import run

    return _alone(run)


def _dashboard() -> typer.Typer:
    from reconciler.cli.house import dashboard

    return _alone(dashboard)


def _link() -> typer.Typer:
    from reconciler.cli.house import link

    return _alone(link)


def _user() -> typer.Typer:
    from reconciler.cli.user import commands

    return commands


def _up() -> typer.Typer:
    from reconciler.cli.house import up

    return _alone(up)


def _reload() -> typer.Typer:
    from reconciler.cli.reload import reload

    return _alone(reload)


def _status() -> typer.Typer:
    from reconciler.cli.status import status

    return _alone(status)


def _explain() -> typer.Typer:
    from reconciler.cli.explain import explain

    return _alone(explain)


def _verify() -> typer.Typer:
    from reconciler.cli.verify import commands

    return commands


def _alerts() -> typer.Typer:
    from reconciler.cli.alerts import commands

    return commands


def _token() -> typer.Typer:
    from reconciler.cli.token import commands

    return commands


def _audit() -> typer.Typer:
    from reconciler.cli.audit import audit_verdicts

    return _alone(audit_verdicts)


def _attest() -> typer.Typer:
    from reconciler.cli.attest import attest

    return _alone(attest)


def _notify() -> typer.Typer:
    from reconciler.cli.notify import commands

    return commands


def _backup() -> typer.Typer:
    from reconciler.cli.backup import backup

    return _alone(backup)


def _restore() -> typer.Typer:
    from reconciler.cli.restore import restore

    return _alone(restore)


def _ray() -> typer.Typer:
    from reconciler.cli.ray import commands

    return commands


def _venue() -> typer.Typer:
    from reconciler.cli.demo import venue

    return _alone(venue, PASS_ON)


_COMMANDS = {
    "demo": ("Watch Trueup catch what a bot misses, on one machine.", _demo),
    "init": ("Write a settings file from your bot's own.", _init),
    "doctor": ("Say what works, what does not, and what to do.", _doctor),
    "reconcile": ("Compare bots and exchange once.", _reconcile),
    "run": ("Keep comparing, until Ctrl-C.", _run),
    "dashboard": ("Serve the screens, until Ctrl-C.", _dashboard),
    "up": ("Both together, until Ctrl-C.", _up),
    "link": ("Print the link that lets its reader in to the screens.", _link),
    "user": ("Say who may sign in to the screens.", _user),
    "reload": ("Have a running one take changed settings.", _reload),
    "status": ("Say who watches each account, and how well.", _status),
    "explain": ("Say why an alert fired, or why none did.", _explain),
    "verify": ("Ask the live account whether an order did what it should.", _verify),
    "audit": ("Derive stored verdicts again.", _audit),
    "attest": ("State what is known of one day, as a page or as JSON.", _attest),
    "backup": ("Copy the state database, while it is used.", _backup),
    "restore": ("Put such a copy back.", _restore),
    "ray": ("Place workers on the machines of a Ray cluster.", _ray),
    "venue": ("The simulated exchange alone.", _venue),
    "notify": ("List the channels on which people are told, and try them.", _notify),
    "token": ("Make, list and revoke the tokens of programs.", _token),
    "alerts": ("List and show alerts, and say what becomes of them.", _alerts),
}
