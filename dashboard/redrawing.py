"""What is drawn anew by the clock, and as soon as something changes that it shows: the browser asks for it.

Each part asks for itself, the way its clock does: a click that comes at the same moment is answered with it.
(A rerun of named fragments out of a callback takes the place of whatever else was asked for in that moment.)
"""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import streamlit as st

from dashboard.changes import PATH

P = ParamSpec("P")

_WIRE = st.components.v2.component(
    "trueup_changes",
    js=Path(__file__).with_name("changes.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def strip_part(draw: Callable[P, None]) -> Callable[P, None]:
    """Make a fragment of what draws the strip on top."""
    return _redrawn("strip", draw)


def page_part(draw: Callable[P, None]) -> Callable[P, None]:
    """Make a fragment of what draws a page, or the part of it that shows alerts or positions."""
    return _redrawn("page", draw)


def _redrawn(part: str, draw: Callable[P, None]) -> Callable[P, None]:
    @st.fragment(run_every=2)
    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> None:
        draw(*args, **kwargs)
        _WIRE(
            key=f"changes-{part}",
            data={"path": PATH, "part": part},
            on_changed_change=_nothing_more,
            height="content",
        )

    return drawn


def _nothing_more() -> None:
    """Do no more than draw the part anew, which follows by itself."""
