"""Addresses of databases: which can be used, and what they are relative to."""

import re
from importlib.util import find_spec
from pathlib import Path

from reconciler.facts.database_address import NO_DRIVER, holds_stray_at

SQLITE = "sqlite:///"
FILE = "file:"
_WANTED = "write sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
_STRAY_AT = "holds an @ beside the one before the host: write it as %40 in a user or a password"
_POSTGRESQL = re.compile(r"postgres(ql)?(\+(?P<driver>[a-z0-9_]+))?://")


def checked_state_url(url: str) -> str:
    """Return the address of the state database as it was given.

    Raises:
        ValueError: It is not one that Trueup can use; the message says why, without repeating the address.
    """
    server = _POSTGRESQL.match(url)
    if server is None:
        return _checked_sqlite_url(url)
    if server["driver"] not in {None, "psycopg"}:
        raise ValueError(f"names a driver that Trueup does not use: {_WANTED}")
    return _unambiguous(url)


def checked_ledger_url(url: str) -> str:
    """Return the address of a bot's database as it was given: the bot's own, whatever driver it names.

    Raises:
        ValueError: It is not one that Trueup can read; the message says why, without repeating the address.
    """
    if url.startswith(FILE):
        if not url.removeprefix(FILE).strip("/"):
            raise ValueError(f"names no file: write {FILE}path/to/the.file")
        return url
    return _unambiguous(url) if _POSTGRESQL.match(url) else _checked_sqlite_url(url)


def _unambiguous(url: str) -> str:
    if holds_stray_at(url):
        raise ValueError(_STRAY_AT)
    if find_spec("psycopg") is None:
        raise ValueError(f"cannot be used: {NO_DRIVER}")
    return url


def _checked_sqlite_url(url: str) -> str:
    if url.startswith(SQLITE):
        file = url.removeprefix(SQLITE)
        if file in {"", ":memory:"} or file.startswith("?"):
            raise ValueError("names no file: a database in memory would be gone at once")
        return url
    if url.startswith("sqlite:"):
        raise ValueError(f"is not written as {SQLITE}FILE (three strokes, four for an absolute path)")
    raise ValueError(f"is no address of a database that can be used: {_WANTED}")


def absolute(url: str, folder: Path) -> str:
    """Return the address with a relative file made absolute, from `folder`."""
    if url.startswith(FILE):
        path = url.removeprefix(FILE)
        path = "/" + path.lstrip("/") if path.startswith("//") else path  # file:///absolute
        return f"{FILE}{folder / Path(path).expanduser()}"
    if not url.startswith(SQLITE):
        return url
    file, mark, query = url.removeprefix(SQLITE).partition("?")
    return f"{SQLITE}{folder / Path(file).expanduser()}{mark}{query}"
