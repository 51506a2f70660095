"""Small pieces of a page as HTML that is safe to show: what others wrote stays text. Pure."""

from html import escape
from typing import Final

from dashboard.escape import LONGEST, WHOLE, plain
from dashboard.look.colours import Tone

_OWN_SCHEMES: Final = ("http:", "https:", "//", "javascript:", "data:")


def safe(text: str, longest: int = LONGEST) -> str:
    """Return text as it is to be read: one line, nothing in it alive."""
    return escape(plain(text, longest))


def whole(text: str) -> str:
    """Return text that must not lose its end: a sentence, a note, a reason."""
    return safe(text, WHOLE)


def icon(name: str, tone: Tone | None = None) -> str:
    """Return a picture beside a word, by its name in the icon font; it is never read aloud."""
    colour = f" t-{tone.value}" if tone else ""
    return f'<i class="t-icon{colour}" data-icon="{escape(name)}" aria-hidden="true"></i>'


def said(text: str, tone: Tone = Tone.PLAIN, *, strong: bool = False, sign: str = "") -> str:
    """Return words in the colour of a tone, with a picture before them where `sign` names one."""
    weight = " t-strong" if strong else ""
    return f'<span class="t-{tone.value}{weight}">{icon(sign) if sign else ""}{whole(text)}</span>'


def chip(text: str, tone: Tone, sign: str, *, more: str = "") -> str:
    """Return one small fact with an edge around it; `more` is shown to whoever points at it."""
    title = f' title="{whole(more)}"' if more else ""
    return f'<span class="t-chip t-{tone.value}"{title}>{icon(sign)}{whole(text)}</span>'


def link(text: str, page: str, sign: str = "") -> str:
    """Return the way to a page of ours, `positions` or `alert?id=7`; never to anywhere else."""
    if page.lower().startswith(_OWN_SCHEMES):
        raise ValueError(f"{page!r} leads away from here")
    after = icon(sign) if sign else ""
    return f'<a class="t-link" href="{escape(page)}" target="_self">{whole(text)}{after}</a>'
