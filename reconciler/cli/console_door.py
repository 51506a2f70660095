"""How a command gets at the console, and prints a document."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import typer

from reconciler.settings import load

if TYPE_CHECKING:
    from reconciler.console import Console


def open_console(config: Path | None) -> "Console":
    """Open the state database of the settings."""
    # Half a second of imports that `trueup --help` does not pay.
    from reconciler.console import Console

    return Console.open(load(config, venues=False).database.url)


def print_json(document: Any) -> None:
    """Print a document as `--json` promises it."""
    typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
