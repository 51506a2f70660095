"""Reads freqtrade's configuration as freqtrade itself does: files, the files they add, the environment.

Of several files a later one outweighs an earlier; a file outweighs those that it adds; the environment
outweighs them all; tables are merged, everything else is replaced.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reconciler.ledgers.bot_setup import SetupUnreadable

PREFIX = "FREQTRADE__"
"""Of the variables that override its files: `FREQTRADE__EXCHANGE__NAME` is `exchange.name`."""

DEPTH_MAX = 5
"""How deep files may add others; freqtrade itself refuses more."""

BYTES_MAX = 4 * 1024 * 1024

_AS_TEXT = frozenset({"CHAT_ID", "PASSWORD"})
_CCXT_TABLES = frozenset({"ccxt_config", "ccxt_sync_config", "ccxt_async_config"})


def load_config(files: Sequence[Path], environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the configuration of a bot that is started with these files, in this order.

    Args:
        files: As its `-c`; a folder means `config.json` in it.
        environ: The environment that it would have.

    Raises:
        SetupUnreadable: A file is not there, or holds no configuration.
    """
    named = [file / "config.json" if file.is_dir() else file for file in files]
    return merged(overrides(environ), _of_files(named, None, 0))


def overrides(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return what the environment sets, as nested tables."""
    found: dict[str, Any] = {}
    for variable, value in sorted(environ.items()):
        if variable.startswith(PREFIX):
            found = merged(_nested(variable.removeprefix(PREFIX).split("__"), value), found)
    return found


def _nested(parts: Sequence[str], value: str) -> dict[str, Any]:
    lower = [part.lower() for part in parts]
    ccxt = lower[0] == "exchange" and not _CCXT_TABLES.isdisjoint(lower)
    last = parts[-1]
    nested: Any = value if last in _AS_TEXT else _typed(value)
    for key in [last if ccxt else lower[-1], *reversed(lower[:-1])]:
        nested = {key: nested}
    return dict(nested)


def _typed(text: str) -> Any:
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    if text.lower() in {"t", "true"}:
        return True
    if text.lower() in {"f", "false"}:
        return False
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, list) else text


def _of_files(files: Sequence[Path], base: Path | None, depth: int) -> dict[str, Any]:
    if depth > DEPTH_MAX:
        raise SetupUnreadable(
            f"{files[0] if files else base}: its `add_config_files` add each other: take one of them out"
        )
    config: dict[str, Any] = {}
    for each in files:
        file = base / each if base is not None else each
        own = _read(file)
        added = own.get("add_config_files")
        if added is not None:
            if not isinstance(added, list) or not all(isinstance(name, str) for name in added):
                raise SetupUnreadable(f"{file}: `add_config_files` is no list of file names: correct it")
            below = _of_files([Path(name) for name in added], file.resolve().parent, depth + 1)
            own = merged(own, below)
        config = merged(own, config)
    return config


def merged(over: Mapping[str, Any], under: Mapping[str, Any]) -> dict[str, Any]:
    """Return both; what `over` says holds, except that tables are merged."""
    result = dict(under)
    for key, value in over.items():
        below = result.get(key, {})
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            result[key] = merged(value, below)
        elif value != {}:  # an empty table outweighs nothing
            result[key] = value
    return result


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            raw = stream.read(BYTES_MAX + 1)
    except FileNotFoundError:
        where = "" if file.is_absolute() else f" in {Path.cwd()}"
        raise SetupUnreadable(
            f"{file}: there is no such file{where}: name the bot's configuration, as after its `-c`"
        ) from None
    except OSError as error:
        raise SetupUnreadable(f"{file}: cannot be read ({error.strerror}): be the bot's user") from None
    if len(raw) > BYTES_MAX:
        raise SetupUnreadable(f"{file}: is too large to be a configuration: correct the path")
    try:
        config = json.loads(plain_json(raw.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise SetupUnreadable(f"{file}: is no UTF-8 text: correct the path") from None
    except json.JSONDecodeError as error:
        # Where, and nothing of what stands there: it may be a key.
        raise SetupUnreadable(
            f"{file}: is no JSON that the bot could read (line {error.lineno}, column {error.colno}: "
            f"{error.msg}): correct that line"
        ) from None
    except RecursionError:
        raise SetupUnreadable(f"{file}: is nested too deeply for a configuration: correct it") from None
    if not isinstance(config, dict):
        raise SetupUnreadable(f"{file}: holds no configuration, which is a table in braces: correct the path")
    return config


def plain_json(text: str) -> str:
    """Return JSON without the comments and trailing commas that freqtrade allows, each line in its place."""
    kept: list[str] = []
    comma: int | None = None  # where the last sign but blanks is a comma
    for piece in _pieces(text):
        if piece.startswith(("//", "/*")):
            kept.extend(char if char == "\n" else " " for char in piece)
            continue
        if piece in {"}", "]"} and comma is not None:
            kept[comma] = " "
        if not piece.isspace():
            comma = len(kept) if piece == "," else None
        kept.append(piece)
    return "".join(kept)


def _pieces(text: str) -> Iterator[str]:
    """Yield strings and comments whole, and all else sign by sign."""
    at = 0
    while at < len(text):
        end = at + 1
        if text[at] == '"':
            end = _end_of_string(text, at)
        elif text.startswith("//", at):
            found = text.find("\n", at)
            end = len(text) if found < 0 else found
        elif text.startswith("/*", at):
            found = text.find("*/", at + 2)
            end = len(text) if found < 0 else found + 2
        yield text[at:end]
        at = end


def _end_of_string(text: str, start: int) -> int:
    at = start + 1
    while at < len(text):
        if text[at] == "\\":
            at += 2
            continue
        if text[at] == '"':
            return at + 1
        at += 1
    return len(text)
