"""`trueup init`: a settings file, as an example or from a bot's own settings, and what is left to do."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.ending import UsageError
from reconciler.cli.settings_file import write_new
from reconciler.settings.loading import DEFAULT_FILE
from verification.facts.clock import SystemClock

if TYPE_CHECKING:
    from reconciler.ledgers.bot_setup import BotSetup

EXAMPLE = """\
# Settings of Trueup; docs/settings.md documents every one. Secrets do not belong here: name the variables
# (or, with ..._file, the files) that hold them.

[database]
url = "sqlite:///trueup.db"            # Trueup's own state, never the bot's database

[ledgers.mybot]
kind = "freqtrade"                     # freqtrade | hummingbot | sql | ... (docs/settings.md)
url = "sqlite:///user_data/tradesv3.sqlite"

[accounts.main]
venue = "binanceusdm"                  # a ccxt exchange id
ledgers = ["mybot"]                    # every bot that trades this account: their sums are compared
api_key_env = "BINANCE_KEY"            # a key that may read, and nothing else
secret_env = "BINANCE_SECRET"
"""


Freqtrade = Annotated[
    list[Path] | None,
    typer.Option(
        "--freqtrade",
        metavar="CONFIG",
        help="A bot's configuration to write it from; as often and in the order of freqtrade's own -c.",
        show_default=False,
    ),
]
Hummingbot = Annotated[
    Path | None,
    typer.Option(
        "--hummingbot",
        metavar="FOLDER",
        help="A hummingbot's own folder, to write it from its `conf` and its `data`.",
        show_default=False,
    ),
]
Passivbot = Annotated[
    Path | None,
    typer.Option(
        "--passivbot",
        metavar="FOLDER",
        help="A passivbot's own folder, or one user's in its `monitor`, to write it from.",
        show_default=False,
    ),
]


def init(
    file: Annotated[Path, typer.Argument(help="Where to write it.", metavar="[FILE]")] = DEFAULT_FILE,
    *,
    freqtrade: Freqtrade = None,
    db_url: Annotated[
        str | None,
        typer.Option("--db-url", metavar="URL", help="As freqtrade is given it.", show_default=False),
    ] = None,
    strategy: Annotated[
        str | None,
        typer.Option("--strategy", metavar="NAME", help="As freqtrade is given it.", show_default=False),
    ] = None,
    hummingbot: Hummingbot = None,
    passivbot: Passivbot = None,
    add: Annotated[
        bool, typer.Option("--add", help="Where one is there: write into accounts.d beside it.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a file that is there, which is kept beside it.")
    ] = False,
    doctor: Annotated[
        bool, typer.Option("--doctor/--no-doctor", help="Try at once what was written.")
    ] = True,
) -> int:
    """Write a settings file: an example, or from your bot's own settings, and then see what works."""
    if (db_url or strategy) and not freqtrade:
        raise UsageError("--db-url and --strategy go with --freqtrade CONFIG")
    bots = [each for each in (freqtrade, hummingbot, passivbot) if each]
    if len(bots) > 1:
        raise UsageError("that is more than one bot: write one, then --add the others")
    if add and force:
        raise UsageError("--add keeps what is there and --force does not: give one of the two")
    if bots:
        from reconciler.cli.setting_up import set_up

        setup = _setup(freqtrade, hummingbot, passivbot, db_url=db_url, strategy=strategy)
        return set_up(setup, file, add=add, force=force, doctor=doctor)
    if add or force:
        raise UsageError("--add and --force go with --freqtrade CONFIG, --hummingbot or --passivbot FOLDER")
    write_new(file, EXAMPLE)
    typer.echo(f"Wrote {file}: put in your bot's database and account, then run `trueup doctor`.")
    return 0


def _setup(
    freqtrade: list[Path] | None,
    hummingbot: Path | None,
    passivbot: Path | None,
    *,
    db_url: str | None,
    strategy: str | None,
) -> "BotSetup":
    """Return what follows from the settings of the one bot that is named."""
    from reconciler.ledgers.bot_setup import SetupUnreadable

    try:
        if hummingbot is not None:
            return _of_hummingbot(hummingbot)
        if passivbot is not None:
            return _of_passivbot(passivbot)
        return _of_freqtrade(freqtrade, db_url, strategy)
    except SetupUnreadable as error:
        raise UsageError(str(error)) from None


def _of_freqtrade(files: list[Path] | None, db_url: str | None, strategy: str | None) -> "BotSetup":
    from reconciler.ledgers.freqtrade_setup import read_setup

    return read_setup(files or [], os.environ, folder=Path.cwd(), db_url=db_url, strategy=strategy)


def _of_hummingbot(folder: Path) -> "BotSetup":
    from reconciler.ledgers.hummingbot.setup import read_setup

    return read_setup(folder, SystemClock(), here=Path.cwd())


def _of_passivbot(folder: Path) -> "BotSetup":
    from reconciler.ledgers.passivbot_setup import read_setup

    return read_setup(folder, here=Path.cwd())
