"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        envvar="TRUEUP_CONFIG",
        metavar="FILE",
        help="The settings file.  [default: trueup.toml]",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

Groups = Annotated[
    list[str] | None,
    typer.Option(
        "--group",
        metavar="NAME",
        help="For the accounts of this group alone; may be given several times.",
        show_default=False,
    ),
]
