"""Where a freqtrade bot keeps its trades: by what it is told, and by what lies there."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from reconciler.facts.database_address import holds_password, holds_stray_at
from reconciler.ledgers.bot_setup import BotDatabase

LIVE = "sqlite:///tradesv3.sqlite"
"""Where a live bot writes that is told nothing."""

_SQLITE = re.compile(r"sqlite(\+[a-z0-9_]+)?://(?P<file>.*)", re.DOTALL)
_SERVER = re.compile(r"postgres(ql)?(\+[a-z0-9_]+)?://")
_LOGIN = re.compile(r"^(?P<start>[\w+]+://[^:/@]*):[^@]*@")
_IN_CONTAINER = Path("/freqtrade")
"""The bot's folder in its own image: what an address in there begins with."""


def database_of(config: Mapping[str, Any], db_url: str | None, *, here: Path, userdata: Path) -> BotDatabase:
    """Return where the bot keeps its trades when it is live.

    A relative file is relative to the bot's working folder, which nothing names: it is the first that holds
    the file, of `here`, the folder of `user_data`, and `user_data` itself (where the bot's own compose file
    has it).

    Args:
        config: Its configuration.
        db_url: As its `--db-url`, which outweighs the configuration; None where it is given none.
        here: Where the person is, absolute.
        userdata: Its `user_data`, absolute.
    """
    told = str(db_url if db_url and db_url != LIVE else config.get("db_url") or LIVE).strip()
    if _SERVER.match(told):
        return _server(told)
    sqlite = _SQLITE.match(told)
    if sqlite is None:
        kind = re.match(r"[\w+]*", told)
        what = f"`db_url` names a database ({kind[0] if kind else ''}) that Trueup does not read"
        return BotDatabase(None, notes=(f"{what}: it reads SQLite and PostgreSQL",))
    name = unquote(sqlite["file"].partition("?")[0].removeprefix("/"))
    if name in {"", ":memory:"}:
        memory = "`db_url` keeps the trades in memory, where nobody else can read them"
        return BotDatabase(None, notes=(f"{memory}: give the bot a file, such as {LIVE}",))
    return _file(Path(name), here, userdata)


def _server(url: str) -> BotDatabase:
    bare = _LOGIN.sub(r"\g<start>@", url)
    secret = bare != url or holds_password(url)
    if holds_password(bare) or holds_stray_at(bare):
        return BotDatabase(None, url="", password=True)
    return BotDatabase(None, url=bare, password=secret)


def _file(name: Path, here: Path, userdata: Path) -> BotDatabase:
    places = list(dict.fromkeys(_places(name, here, userdata)))
    found = [place for place in places if place.is_file()]
    if not found:
        likely = places if name.is_absolute() else [userdata.parent / name, here / name]
        guess = next((place for place in likely if place.parent.is_dir()), likely[0])
        return BotDatabase(guess, notes=(f"the database {guess} is not there yet",))
    notes = [f"{other} is there too: if the bot writes that one, write it as `url`" for other in found[1:]]
    if name.is_absolute() and found[0] != name:
        notes.insert(0, f"{name} is a path in the bot's container: taken for {found[0]}")
    return BotDatabase(found[0], there=True, notes=tuple(notes))


def _places(name: Path, here: Path, userdata: Path) -> Iterator[Path]:
    if name.is_absolute():
        yield name
        if name.is_relative_to(_IN_CONTAINER):
            inner = name.relative_to(_IN_CONTAINER)
            yield userdata.parent / inner
            if inner.parts[0] == "user_data":
                yield userdata.joinpath(*inner.parts[1:])
        return
    yield here / name
    yield userdata.parent / name
    yield userdata / name
