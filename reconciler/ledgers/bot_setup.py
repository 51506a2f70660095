"""What a bot's own settings say of how it trades, as far as Trueup's settings follow from it. Pure.

None of it is a secret: of a bot's keys only the names of the settings that hold them are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

FUTURES = "futures"


class SetupUnreadable(Exception):
    """A bot's settings could not be read: which file, what is wrong, and what to do; one line, no secret."""


@dataclass(frozen=True, slots=True)
class BotDatabase:
    """Where a bot keeps its trades.

    Attributes:
        file: The file, absolute; None where it is a server, or cannot be read at all.
        url: The server's address, without a password; empty where it is a file.
        password: True when the bot's own address holds a password, which is not copied.
        there: True when the file exists; a server is not asked.
        notes: Plain lines on how it was found.
        scheme: What the file's address begins with.
    """

    file: Path | None
    url: str = ""
    password: bool = False
    there: bool = False
    notes: tuple[str, ...] = ()
    scheme: str = "sqlite:///"


@dataclass(frozen=True, slots=True)
class BotSetup:
    """What follows for Trueup from one bot's settings.

    Attributes:
        kind: The kind of its ledger, as the settings name it.
        bot: A name for it that the settings take.
        exchange: Its exchange as it names it, in small letters.
        venue: The ccxt exchange id that Trueup reads.
        market: `futures`, `spot` or `margin`.
        margin_mode: `isolated` or `cross`; empty where it names none.
        stake: The currency that it stakes; empty where it names none.
        dry_run: True when it only imagines its trades.
        database: Where it keeps its trades.
        stops: Where it keeps its stops, as the settings take it.
        stops_why: Why that follows, a few words.
        silent_after: Seconds of silence that mean something, where its loop is slow; None: the usual.
        passphrase: True when its venue wants a passphrase beside key and secret.
        ccxt: What it merges into ccxt's constructor and Trueup has to as well, without secrets.
        first: What a person has to know before anything else, plain lines.
        notes: What else was noticed, plain lines.
    """

    kind: str
    bot: str
    exchange: str
    venue: str
    market: str
    margin_mode: str
    stake: str
    dry_run: bool
    database: BotDatabase
    stops: Literal["auto", "venue", "software"]
    stops_why: str
    silent_after: int | None = None
    passphrase: bool = False
    ccxt: Mapping[str, Any] = field(default_factory=dict)
    first: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
