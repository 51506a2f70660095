"""Trueup's settings as text, written from what a bot's own settings say. Pure."""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.ledgers.bot_setup import BotDatabase, BotSetup

_COLUMN = 40
_WIDTH = 100
_BARE = re.compile(r"[A-Za-z0-9_-]+")

HEAD = """\
# Settings of Trueup, written by `trueup init` from the bot's own; docs/settings.md documents every one.
# Secrets do not belong here: name the variables (or, with ..._file, the files) that hold them.
"""

STATE = """
[database]
url = "sqlite:///trueup.db"             # Trueup's own state, never the bot's database
"""

CHANNEL = """
# Without a channel nobody is told of anything but by the screens: docs/notifications.md.
# [notify.phone]
# url_env = "PHONE_URL"                 # its address is a secret: tgram://TOKEN/CHAT, ntfys://TOPIC, ...
"""


@dataclass(frozen=True, slots=True)
class Names:
    """What the parts of the settings are called.

    Attributes:
        ledger: Of the bot's database.
        account: Of the account that it trades.
        variables: The variables that hold the account's secrets, by the beginning of the setting's name.
    """

    ledger: str
    account: str
    variables: Mapping[str, str]


def names_for(setup: BotSetup, present: Mapping[str, Any]) -> Names:
    """Return names that are free in the settings that are there.

    Args:
        setup: The bot.
        present: The settings file as it is; empty where there is none.
    """
    ledger = _free(setup.bot, present.get("ledgers"))
    account = _free(ledger, present.get("accounts")) if present.get("accounts") else "main"
    stem = re.sub(r"[^A-Z0-9]", "_", setup.exchange.upper())
    if f"{stem}_READ_KEY" in json.dumps(present.get("accounts"), default=str):
        stem = f"{stem}_{re.sub(r'[^A-Z0-9]', '_', account.upper())}"
    variables = {"api_key": f"{stem}_READ_KEY", "secret": f"{stem}_READ_SECRET"}
    if setup.passphrase:
        variables["password"] = f"{stem}_READ_PASSPHRASE"
    return Names(ledger, account, variables)


def _free(wanted: str, taken: object) -> str:
    names = {str(name).lower() for name in taken} if isinstance(taken, Mapping) else set()
    name, number = wanted, 2
    while name in names:
        name, number = f"{wanted[:36]}_{number}", number + 1
    return name


def whole_text(setup: BotSetup, names: Names, folder: Path) -> str:
    """Return a whole settings file.

    Args:
        setup: The bot.
        names: What its parts are called.
        folder: Where the file will be, absolute: what relative paths in it are relative to.
    """
    return HEAD + STATE + bot_text(setup, names, folder) + CHANNEL


def bot_text(setup: BotSetup, names: Names, folder: Path) -> str:
    """Return the tables of one bot and its account, each after an empty line."""
    known = [textwrap.wrap(f"Know: {line}.", _WIDTH, break_long_words=False) for line in setup.first]
    lines = ["", *(f"# {line}" for each in known for line in each), f"[ledgers.{names.ledger}]"]
    lines += [f'kind = "{setup.kind}"', *_url(setup.database, names, folder)]
    lines.append(_commented(f'stops = "{setup.stops}"', setup.stops_why))
    if setup.silent_after is not None:
        lines.append(_commented(f"silent_after = {setup.silent_after}", "seconds; its loop is slow"))
    seen = f"{setup.market} on {setup.exchange}"
    lines += ["", f"[accounts.{names.account}]", _commented(f'venue = "{setup.venue}"', seen)]
    every = "every bot that trades this account: their sums are compared"
    lines.append(_commented(f'ledgers = ["{names.ledger}"]', every))
    comment = "a key of its own that may read, and nothing else"
    for stem, variable in names.variables.items():
        lines.append(_commented(f'{stem}_env = "{variable}"', comment))
        comment = ""
    lines += _tables(f"accounts.{names.account}.ccxt", setup.ccxt)
    return "\n".join(lines) + "\n"


def _url(database: BotDatabase, names: Names, folder: Path) -> Iterator[str]:
    variable = url_variable(names)
    if database.file is not None:
        near = database.file.is_relative_to(folder)
        file = database.file.relative_to(folder) if near else database.file
        yield f"url = {_value(f'{database.scheme}{file}')}"
    elif database.url:
        where = f"password: in ~/.pgpass, or the whole address in {variable}" if database.password else ""
        yield _commented(f"url = {_value(database.url)}", where)
    elif database.password:
        yield f"# url: holds a password; the whole address belongs into the variable {variable}"
    else:
        yield '# url = "sqlite:///user_data/tradesv3.sqlite"   # the bot keeps none that can be read'


def url_variable(names: Names) -> str:
    """Return the variable that outweighs the ledger's address in the file."""
    return f"TRUEUP_LEDGERS__{names.ledger.upper()}__URL"


def _commented(line: str, comment: str) -> str:
    return f"{line:<{_COLUMN - 1}} # {comment}" if comment else line


def _tables(name: str, table: Mapping[str, Any]) -> list[str]:
    plain = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    lines = (
        ["", f"[{name}]", *(f"{_key(key)} = {_value(value)}" for key, value in plain.items())]
        if plain
        else []
    )
    for key, value in table.items():
        if isinstance(value, Mapping):
            lines += _tables(f"{name}.{_key(key)}", value)
    return lines


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(each) for each in value)}]"
    if isinstance(value, float):
        return repr(value)
    # A text of JSON is one of TOML, except for a sign of deletion, which TOML wants escaped.
    text = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return text.encode("utf-8", "replace").decode()
