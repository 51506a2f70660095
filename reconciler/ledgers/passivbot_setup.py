"""Understands passivbot's folder: which users' monitor files are there, and what only a person knows."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.ledgers.bot_setup import FUTURES, BotDatabase, BotSetup, SetupUnreadable
from reconciler.ledgers.passivbot import STATE
from reconciler.ledgers.port import LedgerUnreadable
from reconciler.ledgers.state_file import FILE, StateFile
from verification.venues.registry import contracts_id, notes_of

KEYS = "api-keys.json"
_WITNESS = (
    "it keeps what it last saw, and no plan: Trueup tells where that differs from the exchange, and that it "
    "has stopped; not whether a position was meant"
)
_PASSPHRASES = ("passphrase", "password")


@dataclass(frozen=True, slots=True)
class _User:
    """One user's monitor file.

    Attributes:
        file: Where it is.
        exchange: As the bot names it.
        user: As its `api-keys.json` names it.
        at: When it was written last, milliseconds since 1970.
    """

    file: Path
    exchange: str
    user: str
    at: int


def read_setup(folder: Path, *, here: Path) -> BotSetup:
    """Return what follows from a passivbot's folder, from its `monitor`, or from one user's folder in that.

    Where several users are there it is the one that was written last, and the others are named.

    Args:
        folder: As the person names it.
        here: Where the person is, absolute.

    Raises:
        SetupUnreadable: No monitor file is there, or one cannot be read.
    """
    start = (here / folder).resolve()
    files = _files(start)
    if not files:
        raise SetupUnreadable(
            f"{folder}: no {STATE} is in it, in its `monitor`, or in a user's folder there: name passivbot's "
            "own folder, start the bot once, and leave its `monitor.enabled` on"
        )
    users = sorted((_user(file) for file in files), key=lambda user: -user.at)
    mine = users[0]
    venue = contracts_id(mine.exchange)
    return BotSetup(
        kind="passivbot",
        bot=_name(mine),
        exchange=mine.exchange,
        venue=venue,
        market=FUTURES,
        margin_mode="",
        stake="",
        dry_run=False,
        database=BotDatabase(mine.file, there=True, scheme=FILE),
        stops="software",
        stops_why="its grid closes, and no stop stands at the exchange",
        passphrase=_has_passphrase(mine, start),
        first=(
            _WITNESS,
            *notes_of(venue),
        ),
        notes=tuple(_others(users[1:])),
    )


def _files(start: Path) -> list[Path]:
    if (start / STATE).is_file():
        return [start / STATE]
    places = (start.glob(f"*/*/{STATE}"), (start / "monitor").glob(f"*/*/{STATE}"))
    return sorted({file for place in places for file in place})


def _user(file: Path) -> _User:
    try:
        state, _ = StateFile("monitor", f"{FILE}{file}", folder=None, name=STATE).read()
    except LedgerUnreadable as error:
        raise SetupUnreadable(str(error).removeprefix("ledger monitor: ")) from None
    meta = state.get("meta")
    try:
        assert isinstance(meta, Mapping)
        return _User(file, str(meta["exchange"]).lower(), str(meta["user"]), int(meta["snapshot_ts_ms"]))
    except (AssertionError, KeyError, TypeError, ValueError):
        raise SetupUnreadable(f"{file}: is no monitor file of passivbot 8") from None


def _has_passphrase(mine: _User, start: Path) -> bool:
    """Return whether the user's own keys have a third part; nothing of them is kept."""
    for folder in (start, *start.parents[:4]):
        try:
            keys: Any = json.loads((folder / KEYS).read_bytes())
        except FileNotFoundError:
            continue
        except (OSError, ValueError):
            return False
        own = keys.get(mine.user) if isinstance(keys, Mapping) else None
        return isinstance(own, Mapping) and any(own.get(each) for each in _PASSPHRASES)
    return False


def _others(users: Sequence[_User]) -> Iterator[str]:
    for user in users:
        yield f"{user.user} on {user.exchange} has a file too: --add it by its folder, {user.file.parent}"


def _name(user: _User) -> str:
    told = re.sub(r"[^a-z0-9]+", "_", user.user.lower()).strip("_")[:40].strip("_")
    return told or "mybot"
