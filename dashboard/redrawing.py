"""What is drawn anew by the clock, and as soon as something changes that it shows: the browser asks for it.

Each part asks for itself, the way its clock does: a click that comes at the same moment is answered with it.
(A rerun of named fragments out of a callback takes the place of whatever else was asked for in that moment.)
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Concatenate, Final, ParamSpec

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.changes import PATH

P = ParamSpec("P")

_WIRE = st.components.v2.component(
    "trueup_changes",
    js=Path(__file__).with_name("changes.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


EVERY_SECONDS: Final = 4
"""What a page costs is above all that it is drawn at all: so its parts are drawn together, and seldom. What
changes is told at once (`changes`)."""


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands on top of a page: where, and what draws it."""

    place: DeltaGenerator
    draw: Callable[[], None]


_HEAD: ContextVar[_Head | None] = ContextVar("head", default=None)


@contextmanager
def headed(draw: Callable[[], None], *, alone: bool) -> Iterator[None]:
    """Have a head over the page that the block draws: drawn anew with it, from the same read.

    Args:
        draw: Draws the head.
        alone: The page has no part that is drawn anew; the head is one by itself then.
    """
    head = _Head(st.container(), draw)
    if alone:
        _redrawn("strip", _nothing_more)(head)
        yield
        return
    token = _HEAD.set(head)
    try:
        yield
    finally:
        _HEAD.reset(token)


def page_part(draw: Callable[P, None]) -> Callable[P, None]:
    """Make a fragment of what draws a page, or the part of it that shows alerts or positions; one a page."""

    @wraps(draw)
    def part(*args: P.args, **kwargs: P.kwargs) -> None:
        _redrawn("page", draw)(_HEAD.get(), *args, **kwargs)

    return part


def _redrawn(part: str, draw: Callable[P, None]) -> Callable[Concatenate[_Head | None, P], None]:
    @st.fragment(run_every=EVERY_SECONDS)
    @wraps(draw)
    def drawn(head: _Head | None, /, *args: P.args, **kwargs: P.kwargs) -> None:
        if head is not None:
            with head.place:
                head.draw()
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
