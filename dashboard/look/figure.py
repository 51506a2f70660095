"""A figure: a number with its unit, what it is, a line that explains it; coloured where it is bad. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.look.colours import Tone
from dashboard.look.markup import icon, safe, whole


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        label: What it is called.
        value: The number, in words; "not known" where it is not.
        note: The line below that explains it.
        sign: Its picture.
        unit: Said small beside the number.
        tone: `PLAIN` unless it is bad.
        meaning: What exactly it counts, for whoever points at it.
        old: Whether it is of a time before now: grey then, whatever its tone.
    """

    label: str
    value: str
    note: str
    sign: str
    unit: str = ""
    tone: Tone = Tone.PLAIN
    meaning: str = ""
    old: bool = False


def figures_row(figures: Sequence[Figure]) -> str:
    """Return them beside each other, of one height; two in a row on a phone."""
    return f'<div class="t-figures">{"".join(map(figure_tile, figures))}</div>'


def figure_tile(figure: Figure) -> str:
    """Return one of them."""
    tone = Tone.DIM if figure.old else figure.tone
    unit = f' <span class="t-unit">{safe(figure.unit)}</span>' if figure.unit else ""
    title = f' title="{whole(figure.meaning)}"' if figure.meaning else ""
    return (
        f'<div class="t-figure"{title}><div class="t-label">{icon(figure.sign)}{safe(figure.label)}</div>'
        f'<div class="t-value t-{tone.value}">{safe(figure.value)}{unit}</div>'
        f'<div class="t-note">{whole(figure.note)}</div></div>'
    )
