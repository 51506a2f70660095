"""Reads the settings file and the environment, and says everything that is wrong with them at once."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic_settings import SettingsError as UnreadableVariable

from reconciler.facts.database_address import holds_password
from reconciler.settings.database_url import absolute
from reconciler.settings.model import Settings
from reconciler.settings.problem import Problem, SettingsError

DEFAULT_FILE = Path("trueup.toml")
PREFIX = "TRUEUP_"
# Read by the command line itself.
NOT_SETTINGS = frozenset({"TRUEUP_CONFIG", "TRUEUP_DEBUG"})


def load(file: Path | None = None, *, venues: bool = True) -> Settings:
    """Return the settings of `file` overridden by the environment, all paths in them absolute.

    Args:
        file: The settings file; None takes `trueup.toml` of the present folder, or the environment alone
            where that file is absent and the environment sets something.
        venues: True for a command that asks venues: it needs an account, and every secret that is named.

    Raises:
        SettingsError: They cannot be used; it holds every problem found.
    """
    path = file or DEFAULT_FILE
    problems = list(_foreign_variables())
    if file is None and not path.exists() and any(_sections_in_environment()):
        origin, raw = "environment", {}
    else:
        origin, raw = str(path), _read(path)
    problems += _passwords(raw)
    try:
        settings = Settings(**raw)
    except SettingsError as error:
        raise SettingsError(origin, (*problems, *error.problems)) from None
    except UnreadableVariable as error:
        text = f"a {PREFIX}... variable is not what it should be: {error}"
        raise SettingsError(origin, (*problems, Problem("", text))) from None
    settings = _placed(settings, origin, path.absolute().parent)
    if venues:
        problems += _not_reachable(settings)
    if problems:
        raise SettingsError(origin, tuple(problems))
    return settings


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes().decode()
    except FileNotFoundError:
        where = "" if path.is_absolute() else f" in {Path.cwd()}"
        remedy = "`trueup init` writes an example to start from, --config names another"
        raise SettingsError(
            str(path), (Problem("", f"there is no such settings file{where}: {remedy}"),)
        ) from None
    except OSError as error:
        raise SettingsError(str(path), (Problem("", f"cannot be read: {error.strerror}"),)) from None
    except UnicodeDecodeError:
        raise SettingsError(str(path), (Problem("", "is no UTF-8 text: save it as such"),)) from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(str(path), (Problem("", f"is not valid TOML: {error}"),)) from None


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
    for name, section in places:
        if isinstance(section, Mapping) and holds_password(section.get("url")):
            variable = PREFIX + f"{name}.url".replace(".", "__").upper()
            yield Problem(
                f"{name}.url",
                "holds a password, and secrets do not belong in the settings: "
                f"put the whole address into the variable {variable}, or the password into ~/.pgpass",
            )


def _placed(settings: Settings, origin: str, folder: Path) -> Settings:
    ledgers = {
        name: ledger.model_copy(update={"url": absolute(ledger.url, folder)})
        for name, ledger in settings.ledgers.items()
    }
    database = settings.database.model_copy(update={"url": absolute(settings.database.url, folder)})
    placed = settings.model_copy(update={"ledgers": ledgers, "database": database})
    placed._origin = origin  # noqa: SLF001 - where it came from is the loader's to say
    placed._folder = folder  # noqa: SLF001 - the same
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
    address = settings.ping.read_url(settings.folder, os.environ)
    if isinstance(address, Problem):
        yield address
