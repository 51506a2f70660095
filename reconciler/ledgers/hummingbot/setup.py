"""Understands hummingbot's folder: which exchange, which database, and what only a person knows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from reconciler.ledgers.bot_setup import FUTURES, BotDatabase, BotSetup, SetupUnreadable
from reconciler.ledgers.hummingbot.conf_files import CLIENT, connectors, held_from_the_start, mapping_in
from reconciler.ledgers.hummingbot.connectors import Connector, connector_of
from reconciler.ledgers.port import LedgerUnreadable
from reconciler.ledgers.sqlite_reading import SqliteReading
from reconciler.ledgers.tables import Tables
from verification.facts.clock import Clock
from verification.venues.registry import contracts_id, notes_of

USUAL = "hummingbot_trades.sqlite"
"""What its database is called where nothing else is started."""


@dataclass(frozen=True, slots=True)
class _Found:
    """One database of the folder.

    Attributes:
        file: Where it is.
        newest: The time of its newest fill, in milliseconds; 0 where there is none.
        traded: The connectors that its fills are of, the newest first.
    """

    file: Path
    newest: int
    traded: tuple[str, ...]


def read_setup(folder: Path, clock: Clock, *, here: Path) -> BotSetup:
    """Return what follows from a hummingbot's folder, or from the `conf` folder in it.

    Args:
        folder: As the person names it.
        clock: Where time comes from.
        here: Where the person is, absolute.

    Raises:
        SetupUnreadable: It is no such folder, a file in it cannot be read, or it names no perpetual exchange.
    """
    root = (here / folder).resolve()
    root = root.parent if root.name == "conf" else root
    conf = root / "conf"
    if not conf.is_dir():
        raise SetupUnreadable(f"{folder}: has no folder `conf`: name hummingbot's own folder")
    client = mapping_in(conf / CLIENT) if (conf / CLIENT).exists() else {}
    keys = connectors(conf)
    found, unread = _databases(root / "data", clock)
    database, file_notes = _database(client, root, found)
    perpetual = _perpetual(folder, found[:1], keys)
    first, others = perpetual[0], perpetual[1:]
    venue = contracts_id(first.exchange)
    return BotSetup(
        kind="hummingbot",
        bot=_name(database),
        exchange=first.exchange,
        venue=venue,
        market=FUTURES,
        margin_mode="",
        stake="",
        dry_run=first.paper,
        database=database,
        stops="software",
        stops_why="its triple barrier stops in its own memory",
        passphrase=any("passphrase" in key.lower() for key in keys.get(first.name, {})),
        ccxt={"sandbox": True} if first.testnet else {},
        first=(*_first(first), *notes_of(venue)),
        notes=(*file_notes, *unread, *_notes(others, conf, keys)),
    )


def _databases(data: Path, clock: Clock) -> tuple[list[_Found], list[str]]:
    """Return the databases, the one that was traded by last first, and what could not be read, in words."""
    found: list[_Found] = []
    unread: list[str] = []
    for file in sorted(data.glob("*.sqlite")):
        try:
            rows, _ = SqliteReading("data", file, clock).read(_traded)
        except LedgerUnreadable as error:
            unread.append(str(error).removeprefix("ledger data: "))
            continue
        if rows is not None:
            newest = max((int(row["newest"]) for row in rows), default=0)
            found.append(_Found(file, newest, tuple(str(row["market"]) for row in rows)))
    return sorted(found, key=lambda each: -each.newest), unread


def _traded(tables: Tables) -> Sequence[Mapping[str, Any]] | None:
    """Return the connectors with the time of their newest fill; None for what is no such database."""
    if "market" not in tables.columns("TradeFill"):
        return None
    return tables.select(
        'SELECT market, MAX(timestamp) AS newest FROM "TradeFill" GROUP BY market ORDER BY newest DESC'
    )


def _database(
    client: Mapping[str, Any], root: Path, found: Sequence[_Found]
) -> tuple[BotDatabase, list[str]]:
    mode = client.get("db_mode")
    engine = str(mode.get("db_engine", "sqlite")) if isinstance(mode, Mapping) else "sqlite"
    if isinstance(mode, Mapping) and engine.startswith("postgres"):
        url = sa.URL.create(
            "postgresql",
            username=str(mode.get("db_username") or "") or None,
            host=str(mode.get("db_host") or "127.0.0.1"),
            port=_port(mode.get("db_port")),
            database=str(mode.get("db_name") or "") or None,
        )
        return BotDatabase(None, url=url.render_as_string(), password=bool(mode.get("db_password"))), []
    if not engine.startswith("sqlite"):
        what = f"`db_mode` of {CLIENT} names a database ({engine}) that Trueup does not read"
        return BotDatabase(None), [f"{what}: it reads SQLite and PostgreSQL"]
    if not found:
        guess = root / "data" / USUAL
        what = f"no database is in {guess.parent} yet: it is called as the configuration or script that runs"
        return BotDatabase(guess), [f"{what}; taken to be {guess.name}"]
    others = [f"{each.file} is there too: a bot of its own has a ledger of its own" for each in found[1:]]
    return BotDatabase(found[0].file, there=True), others


def _port(value: object) -> int | None:
    return int(value) if isinstance(value, int | str) and str(value).isdecimal() else None


def _perpetual(folder: Path, found: Sequence[_Found], keys: Mapping[str, object]) -> list[Connector]:
    """Return the perpetual connectors that it has traded by, the newest first; else those it has keys for."""
    traded = [connector_of(name) for each in found for name in each.traded]
    keyed = [connector_of(name) for name in keys]
    for known in (traded, keyed):
        perpetual = [each for each in known if each.perpetual]
        if perpetual:
            return perpetual
    named = ", ".join(each.name for each in (*traded, *keyed)) or "none"
    raise SetupUnreadable(
        f"{folder}: has no perpetual connector (it has {named}), and Trueup compares contracts: add one with "
        "hummingbot's `connect`, or write the settings by hand (docs/ledgers/hummingbot.md)"
    )


def _first(connector: Connector) -> Iterator[str]:
    if connector.paper:
        yield "it trades on paper: no exchange holds its trades, so that there is nothing to compare"
    if connector.testnet:
        yield "it trades on the exchange's test network, and so does the account that is written (`sandbox`)"
    yield (
        "it stores fills and no positions, so Trueup takes it that the account was flat when its "
        "database began: where it was not, write `since` and `baseline` (docs/ledgers/hummingbot.md)"
    )


def _notes(others: Sequence[Connector], conf: Path, keys: Mapping[str, object]) -> Iterator[str]:
    if others:
        names = ", ".join(each.name for each in others)
        yield f"it has perpetual positions by {names}, too: add an account for each, with this ledger"
    yield from held_from_the_start(conf)
    if keys:
        yield f"the bot's own keys ({', '.join(keys)}) are not copied: Trueup only reads"


def _name(database: BotDatabase) -> str:
    """Return a name that variables can hold too: small letters, digits, single underscores."""
    stem = "" if database.file is None else database.file.stem
    told = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")[:40].strip("_")
    return told or "mybot"
