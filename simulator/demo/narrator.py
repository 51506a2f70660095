"""Tells the story in the terminal as it happens."""

import os
import sys
from collections.abc import Callable
from typing import TextIO

_BOLD, _DIM, _RED, _GREEN, _YELLOW, _CYAN = "1", "2", "1;31", "32", "33", "36"


class Narrator:
    """Writes one line for each thing that happens, with the seconds since the start."""

    def __init__(self, elapsed: Callable[[], float], out: TextIO | None = None) -> None:
        """`elapsed` returns seconds since the start; `out` is the terminal, standard error if None."""
        self._elapsed = elapsed
        self._out = out or sys.stderr
        self._coloured = _shows_colours(self._out)

    def chapter(self, title: str) -> None:
        """Begin a part of the story."""
        self._write("\n" + self._in(_BOLD, title))

    def say(self, text: str) -> None:
        """Tell something that happened."""
        self._line(f"{'':<9}", text)

    def bot(self, text: str) -> None:
        """Tell what the bot did or believes."""
        self._line(self._in(_CYAN, f"{'bot':<9}"), text)

    def venue(self, text: str) -> None:
        """Tell what happened at the exchange."""
        self._line(self._in(_YELLOW, f"{'exchange':<9}"), text)

    def alert(self, text: str) -> None:
        """Tell that an alert fired."""
        self._line("", self._in(_RED, f"{'TRUEUP':<9}{text}"))

    def well(self, text: str) -> None:
        """Tell that an alert was resolved, or a verification succeeded."""
        self._line("", self._in(_GREEN, f"{'trueup':<9}{text}"))

    def _line(self, who: str, text: str) -> None:
        self._write(self._in(_DIM, f"{self._elapsed():6.1f} s  ") + who + text)

    def _in(self, colour: str, text: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._coloured else text

    def _write(self, line: str) -> None:
        self._out.write(line + "\n")
        self._out.flush()


def _shows_colours(out: TextIO) -> bool:
    plain = os.name == "nt" or os.environ.get("TERM") == "dumb" or bool(os.environ.get("NO_COLOR"))
    return out.isatty() and not plain
