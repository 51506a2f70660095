"""A panel: a framed part of a page with a title, a quiet note beside it, and the way to more. Pure."""

from dashboard.look.colours import Tone
from dashboard.look.markup import safe, whole


def panel(title: str, body: str, *, note: str = "", more: str = "", foot: str = "") -> str:
    """Return a panel.

    Args:
        title: Its name.
        body: HTML that is safe: of a table, a list.
        note: What stands quiet beside the title.
        more: HTML of a `link` at its right end.
        foot: HTML below a line, such as what was not looked at.
    """
    below = f'<div class="t-foot">{foot}</div>' if foot else ""
    return f'<section class="t-panel">{head(title, note=note, more=more)}{body}{below}</section>'


def head(title: str, *, note: str = "", more: str = "") -> str:
    """Return the first line of a panel, for one whose body Streamlit itself draws."""
    beside = f'<span class="t-note">{whole(note)}</span>' if note else ""
    way = f'<span class="t-more">{more}</span>' if more else ""
    return f'<div class="t-head"><h3>{safe(title)}</h3>{beside}{way}</div>'


def page_head(title: str, *, note: str = "", tone: Tone = Tone.SECOND) -> str:
    """Return the title of a page with its answer in a sentence beside it."""
    beside = f'<span class="t-{tone.value}">{whole(note)}</span>' if note else ""
    return f'<div class="t-page-head"><h2>{safe(title)}</h2>{beside}</div>'
