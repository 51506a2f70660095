"""Reads the settings file and, beside it, `accounts.d/*.toml`: one file an account."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from reconciler.settings.problem import Problem, SettingsError

FOLDER: Final = "accounts.d"
SECTIONS: Final = ("accounts", "ledgers", "notify")
"""What a file of that folder may hold: entries with a name."""

Place = tuple[str, str]
"""A section and the name of an entry in it."""


@dataclass(slots=True)
class Read:
    """What stands in the files, merged, still unchecked.

    Attributes:
        raw: The settings.
        places: In which file an entry of the folder stands.
        files: The files of the folder, in the order in which they were read.
        problems: What is wrong with the files themselves.
    """

    raw: dict[str, Any]
    places: dict[Place, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_files(path: Path, *, needed: bool) -> Read:
    """Read the settings file, and then the folder beside it by the names of its files.

    Args:
        path: The settings file.
        needed: False where the environment alone may do.

    Raises:
        SettingsError: The settings file is not there, or cannot be read.
    """
    found = Read(_settings_file(path) if needed else {})
    held = {place: str(path) for place in _entries(found.raw)}
    for each in _folder(path.parent / FOLDER, found):
        try:
            more = parsed(each)
        except SettingsError as error:
            found.problems += [Problem(one.name, one.text, str(each)) for one in error.problems]
            continue
        found.files.append(str(each))
        found.problems += _foreign(more, str(each))
        for section, name in _entries(more):
            _take(found, held, (section, name), more[section][name], str(each))
    return found


def _folder(folder: Path, found: Read) -> list[Path]:
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - a folder that may not be read is no empty one
        return [folder / name for name in names if name.endswith(".toml") and not name.startswith(".")]
    except FileNotFoundError:
        return []
    except OSError as error:
        found.problems.append(Problem("", f"cannot be read: {error.strerror}", str(folder)))
        return []


def _take(found: Read, held: dict[Place, str], place: Place, entry: Any, file: str) -> None:
    section, name = place
    if place in held:
        text = f"is defined in {held[place]} and in {file}: keep one of the two"
        found.problems.append(Problem(f"{section}.{name}", text, file))
        return
    held[place] = found.places[place] = file
    table = found.raw.setdefault(section, {})
    if isinstance(table, dict):  # else the settings file has no table there, which is told
        table[name] = entry


def _foreign(more: Mapping[str, Any], file: str) -> Iterator[Problem]:
    for key, value in more.items():
        if key not in SECTIONS:
            kept = ", ".join(f"[{section}.NAME]" for section in SECTIONS)
            yield Problem(key, f"does not belong in a file of {FOLDER}, which holds {kept}", file)
        elif not isinstance(value, Mapping):
            yield Problem(key, f"is wrong, it should be a table: [{key}.NAME]", file)


def _entries(raw: Mapping[str, Any]) -> Iterator[Place]:
    for section in SECTIONS:
        table = raw.get(section)
        if isinstance(table, Mapping):
            yield from ((section, name) for name in table)


def _settings_file(path: Path) -> dict[str, Any]:
    if path.exists():
        return parsed(path)
    where = "" if path.is_absolute() else f" in {Path.cwd()}"
    remedy = "`trueup init` writes an example to start from, --config names another"
    raise SettingsError(str(path), (Problem("", f"there is no such settings file{where}: {remedy}"),))


def parsed(path: Path) -> dict[str, Any]:
    """Return what stands in a TOML file.

    Raises:
        SettingsError: It cannot be read, or is none.
    """
    try:
        return tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        text = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        text = "is no UTF-8 text: save it as such"
    except tomllib.TOMLDecodeError as error:
        text = f"is not valid TOML: {error}"
    raise SettingsError(str(path), (Problem("", text),))
