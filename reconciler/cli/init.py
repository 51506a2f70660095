"""`trueup init`: write an example of a settings file to start from."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.ending import UsageError
from reconciler.settings.loading import DEFAULT_FILE

EXAMPLE = """\
# Settings of Trueup; docs/settings.md documents every one. Secrets do not belong here: name the variables
# (or, with ..._file, the files) that hold them.

[database]
url = "sqlite:///trueup.db"            # Trueup's own state, never the bot's database

[ledgers.mybot]
kind = "freqtrade"                     # freqtrade | journal
url = "sqlite:///user_data/tradesv3.sqlite"

[accounts.main]
venue = "binanceusdm"                  # a ccxt exchange id
ledgers = ["mybot"]                    # every bot that trades this account: their sums are compared
api_key_env = "BINANCE_KEY"            # a key that may read, and nothing else
secret_env = "BINANCE_SECRET"
"""


def init(
    file: Annotated[Path, typer.Argument(help="Where to write it.", metavar="[FILE]")] = DEFAULT_FILE,
) -> None:
    """Write an example settings file to start from; an existing one is never touched."""
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(EXAMPLE)
    except FileExistsError:
        raise UsageError(f"{file} is there already and stays as it is: name another file") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from None
    typer.echo(f"Wrote {file}: put in your bot's database and account, then run `trueup doctor`.")
