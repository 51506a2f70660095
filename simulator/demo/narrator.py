"""Tells the story in the terminal as it happens."""

import sys
from collections.abc import Callable
from typing import TextIO

from rich.console import Console
from rich.text import Text


class Narrator:
    """Writes one line for each thing that happens, with the seconds since the start."""

    def __init__(self, elapsed: Callable[[], float], out: TextIO | None = None) -> None:
        """`elapsed` returns seconds since the start; `out` is the terminal, standard error if None."""
        self._elapsed = elapsed
        self._console = Console(file=out or sys.stderr, highlight=False, soft_wrap=True)

    def chapter(self, title: str) -> None:
        """Begin a part of the story."""
        self._console.print()
        self._console.print(Text(title, style="bold"))

    def say(self, text: str) -> None:
        """Tell something that happened."""
        self._line("", text, "")

    def bot(self, text: str) -> None:
        """Tell what the bot did or believes."""
        self._line("bot", text, "cyan")

    def venue(self, text: str) -> None:
        """Tell what happened at the exchange."""
        self._line("exchange", text, "yellow")

    def alert(self, text: str) -> None:
        """Tell that an alert fired."""
        self._line("TRUEUP", text, "bold red")

    def well(self, text: str) -> None:
        """Tell that an alert was resolved, or a verification succeeded."""
        self._line("trueup", text, "green")

    def _line(self, who: str, text: str, style: str) -> None:
        line = Text(f"{self._elapsed():6.1f} s  ", style="dim")
        line.append(f"{who:<9}", style=style)
        line.append(text, style=style if who in {"TRUEUP", "trueup"} else "")
        self._console.print(line)
