"""Reads the settings file and the environment, and says everything that is wrong with them at once."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic_settings import SettingsError as UnreadableVariable

from reconciler.facts.database_address import holds_password
from reconciler.settings.database_url import absolute
from reconciler.settings.files import Read, read_files
from reconciler.settings.model import Settings
from reconciler.settings.problem import Problem, SettingsError

DEFAULT_FILE = Path("trueup.toml")
PREFIX = "TRUEUP_"
# Read by the command line itself.
NOT_SETTINGS = frozenset({"TRUEUP_CONFIG", "TRUEUP_DEBUG"})


def load(file: Path | None = None, *, venues: bool = True) -> Settings:
    """Return the settings of `file` overridden by the environment, all paths in them absolute.

    Of an entry with a name the first of these counts: the environment; its table, in `file` or in one file of
    `accounts.d` beside it, and never in two; `[defaults]`; what is built in.

    Args:
        file: The settings file; None takes `trueup.toml` of the present folder, or the environment alone
            where that file is absent and the environment sets something.
        venues: True for a command that asks venues: it needs an account, and every secret that is named.

    Raises:
        SettingsError: They cannot be used; it holds every problem found.
    """
    path = file or DEFAULT_FILE
    alone = file is None and not path.exists() and any(_sections_in_environment())
    read = read_files(path, needed=not alone)
    origin = "environment" if alone else str(path)
    problems = [*_foreign_variables(), *read.problems, *_passwords(read.raw)]
    try:
        settings = Settings(**read.raw)
    except SettingsError as error:
        raise SettingsError(origin, _named(read, (*problems, *error.problems))) from None
    except UnreadableVariable as error:
        text = f"a {PREFIX}... variable is not what it should be: {error}"
        raise SettingsError(origin, (*problems, Problem("", text))) from None
    settings = _placed(settings, origin, path.absolute().parent, read)
    if venues:
        problems += _not_reachable(settings)
    if problems:
        raise SettingsError(origin, _named(read, problems))
    return settings


def _named(read: Read, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Name the file in which what is wrong stands, where that is not the settings file."""
    return tuple(
        replace(problem, file=problem.file or read.places.get((part[0], part[1]), ""))
        if len(part := problem.name.split(".")) > 1
        else problem
        for problem in problems
    )


def _sections_in_environment() -> Iterator[str]:
    for variable in os.environ:
        section = variable.upper().removeprefix(PREFIX).partition("__")[0].lower()
        if variable.upper().startswith(PREFIX) and section in Settings.model_fields:
            yield variable


def _foreign_variables() -> Iterator[Problem]:
    known = set(_sections_in_environment()) | NOT_SETTINGS
    for variable in sorted(os.environ):
        if not variable.startswith(PREFIX) or variable in known:
            continue
        rest = variable.removeprefix(PREFIX)
        meant = [section.upper() for section in Settings.model_fields]
        if "__" in rest:
            section, _, key = rest.partition("__")
            near = get_close_matches(section, meant, n=1)
            fix = f"did you mean {PREFIX}{near[0]}__{key}?" if near else "unset it, or correct its name"
            yield Problem(variable, f"sets nothing: {fix}")
        elif rest.partition("_")[0] in meant:
            fixed = PREFIX + rest.replace("_", "__", 1)
            yield Problem(variable, f"sets nothing: sections are set off by two underscores, {fixed}")


def _passwords(raw: Mapping[str, Any]) -> Iterator[Problem]:
    places = [("database", raw.get("database"))]
    ledgers = raw.get("ledgers")
    if isinstance(ledgers, Mapping):
        places += [(f"ledgers.{name}", ledger) for name, ledger in ledgers.items()]
    defaults = raw.get("defaults")
    if isinstance(defaults, Mapping):
        places.append(("defaults.ledgers", defaults.get("ledgers")))
    for name, section in places:
        if isinstance(section, Mapping) and holds_password(section.get("url")):
            variable = PREFIX + f"{name}.url".replace(".", "__").upper()
            yield Problem(
                f"{name}.url",
                "holds a password, and secrets do not belong in the settings: "
                f"put the whole address into the variable {variable}, or the password into ~/.pgpass",
            )


def _placed(settings: Settings, origin: str, folder: Path, read: Read) -> Settings:
    ledgers = {
        name: ledger.model_copy(update={"url": absolute(ledger.url, folder)})
        for name, ledger in settings.ledgers.items()
    }
    database = settings.database.model_copy(update={"url": absolute(settings.database.url, folder)})
    placed = settings.model_copy(update={"ledgers": ledgers, "database": database})
    placed._origin = origin  # noqa: SLF001 - where it came from is the loader's to say
    placed._folder = folder  # noqa: SLF001 - the same
    placed._files = tuple(read.files)  # noqa: SLF001 - the same
    placed._places = read.places  # noqa: SLF001 - the same
    return placed


def _not_reachable(settings: Settings) -> Iterator[Problem]:
    if not settings.accounts:
        yield Problem(
            "accounts", "none is defined: add [accounts.NAME] with its venue, ledgers and credentials"
        )
    for name, account in settings.accounts.items():
        yield from account.read_secrets(name, settings.folder, os.environ)[1]
    for name, channel in settings.notify.items():
        found = channel.read_url(name, settings.folder, os.environ)
        if isinstance(found, Problem):
            yield found
        secret = channel.read_secret(name, settings.folder, os.environ)
        if isinstance(secret, Problem):
            yield secret
    address = settings.ping.read_url(settings.folder, os.environ)
    if isinstance(address, Problem):
        yield address
    manager = settings.alertmanager.read_url(settings.folder, os.environ)
    if isinstance(manager, Problem):
        yield manager
