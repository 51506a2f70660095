"""Understands freqtrade's configuration: venue, market, database, stops, and what of it is secret."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from reconciler.ledgers.bot_setup import FUTURES, BotSetup, SetupUnreadable
from reconciler.ledgers.freqtrade_ccxt import ccxt_of
from reconciler.ledgers.freqtrade_config import PREFIX, load_config, overrides
from reconciler.ledgers.freqtrade_database import database_of
from reconciler.ledgers.freqtrade_strategy import stops_of_strategy
from verification.venues.registry import contracts_id, notes_of

KEYS = (
    *("key", "api_key", "apiKey", "secret", "password", "uid", "account_id", "accountId"),
    *("wallet_address", "walletAddress", "private_key", "privateKey"),
)
"""The settings below `exchange` that are the bot's own credentials."""

MARKETS = ("spot", "margin", FUTURES)

USUAL_LOOP_SECONDS = 60
"""A loop that is no slower is covered by the silence that means something of itself."""


def read_setup(
    files: Sequence[Path],
    environ: Mapping[str, str],
    *,
    folder: Path,
    db_url: str | None = None,
    strategy: str | None = None,
) -> BotSetup:
    """Return what follows from a freqtrade bot's configuration.

    Args:
        files: As its `-c`, in that order; at least one.
        environ: The environment that it would have.
        folder: Where the person is, absolute: perhaps the bot's working folder.
        db_url: As its `--db-url`; None where it is given none.
        strategy: As its `--strategy`; None where it is given none.

    Raises:
        SetupUnreadable: A file is not there or holds no configuration, or it names no exchange.
    """
    config = load_config(files, environ)
    exchange = _table(config, "exchange")
    name = str(exchange.get("name") or "").strip().lower()
    if not name:
        raise SetupUnreadable(
            f"{files[0]}: names no exchange (`exchange.name`): give all files that the bot is given"
        )
    if not re.fullmatch(r"[a-z][a-z0-9]*", name):
        raise SetupUnreadable(f"{files[0]}: `exchange.name` is no name of an exchange: correct it")
    venue = contracts_id(name)
    market = str(config.get("trading_mode") or "spot").lower()
    if market not in MARKETS:
        raise SetupUnreadable(f"{files[0]}: `trading_mode` is none of {', '.join(MARKETS)}: correct it")
    dry_run = config.get("dry_run", True) is not False
    userdata = _user_data(config, files[0], folder)
    database = database_of(config, db_url, here=folder, userdata=userdata)
    stops, stops_why = _stops(config, strategy, userdata)
    ccxt, ccxt_notes = ccxt_of(exchange)
    return BotSetup(
        kind="freqtrade",
        bot=_name_for_settings(config),
        exchange=name,
        venue=venue,
        market=market,
        margin_mode=str(config.get("margin_mode") or "").lower(),
        stake=str(config.get("stake_currency") or ""),
        dry_run=dry_run,
        database=database,
        stops=stops,
        stops_why=stops_why,
        silent_after=_silent_after(config),
        passphrase="password" in exchange,
        ccxt=ccxt,
        first=tuple(_first(market, venue, dry_run=dry_run)),
        notes=(*database.notes, *_of_environment(environ), *ccxt_notes, *_of_keys(exchange)),
    )


def _first(market: str, venue: str, *, dry_run: bool) -> list[str]:
    lines = []
    if market != FUTURES:
        lines.append(
            f"it trades {market}, and Trueup compares contracts (`trading_mode` futures) only: nothing "
            "that it holds can be checked, and `trueup doctor` will say so as long as that is so"
        )
    if dry_run:
        lines.append(
            "it is in dry run: it imagines its trades, no exchange holds them, and there is nothing to "
            "compare until `dry_run` is false; what is written is for then"
        )
    return lines + [line for line in notes_of(venue) if market == FUTURES]


def _stops(
    config: Mapping[str, Any], strategy: str | None, userdata: Path
) -> tuple[Literal["auto", "venue", "software"], str]:
    """Say where the bot keeps its stops. Its configuration outweighs its strategy."""
    types = config.get("order_types")
    if isinstance(types, Mapping):
        if types.get("stoploss_on_exchange") is True:
            return "venue", "`order_types` of the configuration, which outweighs the strategy's"
        return "software", "`order_types` of the configuration, which outweighs the strategy's"
    named = strategy or config.get("strategy")
    if isinstance(named, str) and named:
        path = config.get("strategy_path")
        folders = [userdata / "strategies", *([Path(path)] if isinstance(path, str) else [])]
        if stops_of_strategy(named, folders) is True:
            return "venue", f"`order_types` of the strategy {named}"
    return "auto", "the strategy decides, and its orders tell"


def _user_data(config: Mapping[str, Any], file: Path, folder: Path) -> Path:
    """Return the bot's `user_data`: as named, or where its configuration lies in one, or below `folder`."""
    named = config.get("user_data_dir")
    if isinstance(named, str) and named:
        return folder / named
    beside = (folder / file).parent if not file.is_dir() else folder / file
    if beside.name == "user_data" or (beside / "strategies").is_dir():
        return beside.resolve()
    return folder / "user_data"


def _silent_after(config: Mapping[str, Any]) -> int | None:
    """Return from when on silence means something of a bot with a slow loop; None for the usual."""
    loop = _table(config, "internals").get("process_throttle_secs")
    if isinstance(loop, bool) or not isinstance(loop, int | float) or loop <= USUAL_LOOP_SECONDS:
        return None
    return min(86400, round(5 * loop))


def _name_for_settings(config: Mapping[str, Any]) -> str:
    """Return a name that variables can hold too: small letters, digits, single underscores."""
    told = re.sub(r"[^a-z0-9]+", "_", str(config.get("bot_name") or "").lower()).strip("_")[:40].strip("_")
    return told or "mybot"


def _of_environment(environ: Mapping[str, str]) -> list[str]:
    names = sorted(name for name in environ if name.startswith(PREFIX))
    return [f"taken from this environment as the bot would: {', '.join(names)}"] if overrides(environ) else []


def _of_keys(exchange: Mapping[str, Any]) -> list[str]:
    held = [f"exchange.{key}" for key in KEYS if exchange.get(key)]
    if not held:
        return []
    return [f"the bot's own credentials ({', '.join(held)}) are not copied: Trueup only reads"]


def _table(config: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = config.get(key)
    return found if isinstance(found, Mapping) else {}
