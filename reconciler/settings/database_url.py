"""Addresses of databases: which can be used, what they are relative to, and whether one holds a secret."""

from pathlib import Path
from urllib.parse import urlsplit

SQLITE = "sqlite:///"
POSTGRESQL = "postgresql+psycopg://"


def checked_state_url(url: str) -> str:
    """Return the address of a state database as it was given.

    Raises:
        ValueError: It is not one that Trueup can use; the message says why, without repeating the address.
    """
    if url.startswith(POSTGRESQL):
        return url
    if url.startswith(("postgresql:", "postgres:", "postgresql+")):
        raise ValueError(f"names another driver: write it as {POSTGRESQL}USER@HOST/NAME")
    return checked_sqlite_url(url, f"{SQLITE}FILE or {POSTGRESQL}USER@HOST/NAME")


def checked_sqlite_url(url: str, wanted: str = f"{SQLITE}FILE") -> str:
    """Return the address of an SQLite file as it was given.

    Raises:
        ValueError: It is none; the message says why, without repeating the address.
    """
    if url.startswith(SQLITE):
        file = url.removeprefix(SQLITE)
        if file in {"", ":memory:"} or file.startswith("?"):
            raise ValueError("names no file: a database in memory would be gone at once")
        return url
    if url in {"sqlite:", "sqlite:/", "sqlite://"} or url.startswith("sqlite:"):
        raise ValueError(f"is not written as {SQLITE}FILE (three strokes, four for an absolute path)")
    raise ValueError(f"is no address of a database that can be used: write {wanted}")


def absolute(url: str, folder: Path) -> str:
    """Return the address with a relative SQLite file made absolute, from `folder`."""
    if not url.startswith(SQLITE):
        return url
    file, mark, query = url.removeprefix(SQLITE).partition("?")
    return f"{SQLITE}{folder / Path(file).expanduser()}{mark}{query}"


def holds_password(url: object) -> bool:
    """Return whether a password is written into an address."""
    if not isinstance(url, str):
        return False
    try:
        return bool(urlsplit(url).password)
    except ValueError:
        return "@" in url  # unreadable, so rather take it for one
