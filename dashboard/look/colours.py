"""The colours of the screens by what they are for, dark and light. Pure.

A severity, a source and a state never share a colour, and none of them says anything by its colour alone.
Every colour of words has a contrast of 4.5 or more against every surface that it stands on; a test counts it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from verification.facts.observation import Source


class Tone(StrEnum):
    """What a word or an edge says by its colour, beside what it says in words."""

    CRITICAL = "critical"
    WARNING = "warning"
    GOOD = "good"
    MOVING = "moving"
    PLAIN = "plain"
    SECOND = "second"
    DIM = "dim"


DARK: Final[Mapping[str, str]] = {
    "page": "#0d1015",
    "surface": "#141920",
    "raised": "#1c232d",
    "line": "#262e39",
    "plain": "#e9edf3",
    "second": "#a9b4c2",
    "dim": "#8794a6",
    "moving": "#8ab4ff",
    "moving-edge": "#4f7fd6",
    "moving-tint": "#16233d",
    "primary": "#2563eb",
    "critical": "#ff7a8a",
    "critical-edge": "#f0485e",
    "critical-tint": "#2b161b",
    "warning": "#ffb454",
    "warning-edge": "#e79a2e",
    "warning-tint": "#2a2012",
    "good": "#5fd38d",
    "good-edge": "#35b06a",
    "good-tint": "#11261b",
    "websocket": "#56b4e9",
    "order": "#b794ff",
    "rest": "#e6dd6e",
    "books": "#c0c7d1",
}

LIGHT: Final[Mapping[str, str]] = {
    "page": "#f6f7f9",
    "surface": "#ffffff",
    "raised": "#eef1f5",
    "line": "#dfe3e9",
    "plain": "#14181f",
    "second": "#4a5565",
    "dim": "#5d6878",
    "moving": "#1d4ed8",
    "moving-edge": "#4a77e5",
    "moving-tint": "#e4ecfd",
    "primary": "#1d5be0",
    "critical": "#b4182f",
    "critical-edge": "#d11f3c",
    "critical-tint": "#fde9ec",
    "warning": "#8a4b00",
    "warning-edge": "#d98200",
    "warning-tint": "#fdf1dc",
    "good": "#146c36",
    "good-edge": "#1f9a50",
    "good-tint": "#e3f4e9",
    "websocket": "#0068a8",
    "order": "#6d3fd1",
    "rest": "#776000",
    "books": "#4a5565",
}

SURFACES: Final = ("page", "surface", "raised")
WORDS: Final = ("plain", "second", "dim", "moving", "critical", "warning", "good")
"""Colours that words have on any surface."""


def of(name: str, *, dark: bool) -> str:
    """Return a colour for what cannot read the page's own (a chart, a styled cell)."""
    return (DARK if dark else LIGHT)[name]


def of_source(source: Source | None, *, dark: bool) -> str:
    """Return the colour of one source, the same in every chart and table; None is the bot's books."""
    name = source.value if source is not None and source.value in DARK else "books"
    return of(name, dark=dark)


def variables() -> str:
    """Return all of them as the page's own, `--t-critical`; the browser takes that of the theme in force."""
    each = (f"--t-{name}: light-dark({LIGHT[name]}, {DARK[name]});" for name in DARK)
    return f":root {{ {' '.join(each)} }}"
