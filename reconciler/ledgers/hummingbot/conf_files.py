"""The files in hummingbot's `conf` folder, as far as they are of use: names of keys, and no key."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from reconciler.ledgers.bot_setup import SetupUnreadable

CLIENT = "conf_client.yml"

_LARGEST = 1_000_000
"""Bytes; no configuration is as large as that."""


def mapping_in(file: Path) -> Mapping[str, Any]:
    """Return what a file of settings holds; nothing of one that is empty.

    Raises:
        SetupUnreadable: It is not there, or holds no settings.
    """
    try:
        if file.stat().st_size > _LARGEST:
            raise SetupUnreadable(f"{file}: is too large for settings")
        found = yaml.safe_load(file.read_text("utf-8"))
    except OSError as error:
        raise SetupUnreadable(f"{file}: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        raise SetupUnreadable(
            f"{file}: is no YAML: correct it"
        ) from None  # not shown: it may hold a password
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise SetupUnreadable(f"{file}: holds no settings")
    return found


def connectors(conf: Path) -> Mapping[str, Mapping[str, Any]]:
    """Return the connectors that keys are there for, with what their files hold, by their names.

    Raises:
        SetupUnreadable: One of the files cannot be read.
    """
    return {file.stem: mapping_in(file) for file in sorted((conf / "connectors").glob("*.yml"))}


def held_from_the_start(conf: Path) -> Iterator[str]:
    """Yield a line for each controller that begins with positions, which stand nowhere else."""
    for file in sorted((conf / "controllers").glob("*.yml")):
        try:
            begins = mapping_in(file).get("initial_positions")
        except SetupUnreadable as error:
            yield f"{error}; where it has `initial_positions`, write them as `baseline`"
            continue
        if begins:
            yield (
                f"controllers/{file.name} begins with `initial_positions`, which stand nowhere else: write "
                "them as `baseline`"
            )
